// What moe_dispatch_calls.cc and moe_combine_calls.cc share.
#ifndef FERRY_TESTS_SUPPORT_MOE_CALL_PARTS_H_
#define FERRY_TESTS_SUPPORT_MOE_CALL_PARTS_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "support/moe_calls.h"

namespace ferry::support {

// The attributes that both operators take, from what a caller may choose.
struct Attributes {
  std::int64_t global_bs;
  std::int64_t shared_expert_num;
  std::int64_t tp_world_size;
  const char* comm_alg;
};

inline Attributes AttributesOf(const moe::MoeConfig& config, const CallOptions& options) {
  const auto choose = [](std::int64_t value, std::int64_t usual) {
    return value == kDefault ? usual : value;
  };
  return {.global_bs = choose(options.global_bs, config.global_batch),
          .shared_expert_num = choose(options.shared_expert_num, config.num_shared_experts),
          .tp_world_size = choose(options.tp_world_size, config.tp_size == 1 ? 0 : 2),
          .comm_alg = options.comm_alg ? options.comm_alg->c_str() : nullptr};
}

inline const char* GroupTpOf(const Rank& rank, const CallOptions& options) {
  switch (options.group_tp) {
    case GroupTp::kItsName:
      break;
    case GroupTp::kNull:
      return nullptr;
    case GroupTp::kNameOfEp:
      return rank.ep_name.c_str();
    case GroupTp::kOfNoGroup:
      return "no group has this name: \xff\x01%s";
  }
  return rank.tp_name.c_str();
}

inline aclDataType TokenType(const moe::MoeConfig& config) {
  return config.x_type == DType::kBFloat16 ? ACL_BF16 : ACL_FLOAT16;
}

inline TensorPtr Make(aclDataType type, std::vector<std::int64_t> dims,
                      const Storage& storage = {}) {
  return std::make_shared<DeviceTensor>(type, std::move(dims), storage);
}

template <class T>
TensorPtr MakeWith(aclDataType type, std::vector<std::int64_t> dims, const std::vector<T>& values,
                   const Storage& storage = {}) {
  TensorPtr tensor = Make(type, std::move(dims), storage);
  tensor->Write(values);
  return tensor;
}

// xActiveMask of a DispatchRank or CombineRank; null where it has none.
template <class Rank>
TensorPtr MakeMask(const moe::MoeConfig& config, const Rank& rank, const Storage& storage) {
  if (rank.mask.empty()) return nullptr;
  std::vector<std::int64_t> dims = {rank.num_tokens};
  if (std::ssize(rank.mask) != rank.num_tokens || rank.mask_is_2d) dims.push_back(config.top_k);
  return MakeWith(ACL_BOOL, std::move(dims), rank.mask, storage);
}

inline aclTensor* HandleOf(const TensorPtr& tensor) {
  return tensor != nullptr ? tensor->handle() : nullptr;
}

// A part of a call's tensors and whether it is as it should be.
struct Part {
  const char* name;
  ::testing::AssertionResult result;
};

// Success, or the first part that is not.
inline ::testing::AssertionResult AllOf(const std::vector<Part>& parts) {
  for (const Part& part : parts) {
    if (!part.result) {
      return ::testing::AssertionFailure() << part.name << ": " << part.result.message();
    }
  }
  return ::testing::AssertionSuccess();
}

inline ::testing::AssertionResult IsUntouched(const TensorPtr& tensor) {
  return tensor == nullptr ? ::testing::AssertionSuccess() : tensor->IsUntouched();
}

}  // namespace ferry::support

#endif  // FERRY_TESTS_SUPPORT_MOE_CALL_PARTS_H_
