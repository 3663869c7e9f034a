#include "fuzz/legal_calls.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "aclnnop/aclnn_moe_distribute_combine_v2.h"
#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "fuzz/fuzz_world.h"

namespace ferry::fuzz {
namespace {

constexpr std::int64_t kAssistWordsPerRow = 128;

TensorSpec Spec(aclDataType dtype, std::vector<std::int64_t> dims) {
  std::int64_t elements = 1;
  for (const std::int64_t dim : dims) elements *= dim;
  TensorSpec spec{.dtype = dtype, .dims = std::move(dims)};
  spec.contents.resize(static_cast<std::size_t>(elements) * aclDataTypeSize(dtype),
                       std::byte{0x3c});
  return spec;
}

TensorSpec Absent() {
  return {.given = false};
}

template <class T>
void Put(TensorSpec& spec, std::size_t index, T value) {
  std::memcpy(spec.contents.data() + index * sizeof(T), &value, sizeof(T));
}

// Ids in [0, num_experts), no two alike in a token; or whatever the fuzzer likes.
void FillIds(FuzzedDataProvider& data, const Shape& shape, bool wild, TensorSpec& spec) {
  for (std::int64_t token = 0; token < shape.num_tokens; ++token) {
    const auto first = data.ConsumeIntegralInRange<std::int64_t>(0, shape.num_experts - 1);
    for (std::int64_t k = 0; k < shape.top_k; ++k) {
      auto id = static_cast<std::int32_t>((first + k) % shape.num_experts);
      if (wild && data.ConsumeBool()) id = static_cast<std::int32_t>(BorderingInteger(data));
      Put(spec, static_cast<std::size_t>(token * shape.top_k + k), id);
    }
  }
}

void FillBytes(FuzzedDataProvider& data, TensorSpec& spec) {
  const auto bytes =
      data.ConsumeBytes<std::uint8_t>(std::min<std::size_t>(spec.contents.size(), 64));
  if (!bytes.empty()) std::memcpy(spec.contents.data(), bytes.data(), bytes.size());
}

TensorSpec MaskOf(FuzzedDataProvider& data, const Shape& shape) {
  if (shape.mask_dims == 0) return Absent();
  TensorSpec spec = shape.mask_dims == 1 ? Spec(ACL_BOOL, {shape.num_tokens})
                                         : Spec(ACL_BOOL, {shape.num_tokens, shape.top_k});
  for (std::byte& flag : spec.contents)
    flag = static_cast<std::byte>(data.ConsumeIntegral<std::uint8_t>());
  return spec;
}

std::int64_t NumMoeRanks(const Shape& shape) {
  return kRanks - shape.num_shared_experts;
}

std::int64_t LocalExperts(const Shape& shape, int rank) {
  return rank < shape.num_shared_experts ? 1 : shape.num_experts / NumMoeRanks(shape);
}

// A of spec dispatch.md section 4.
std::int64_t Capacity(const Shape& shape, int rank) {
  const std::int64_t global = shape.num_tokens * kRanks;
  if (rank < shape.num_shared_experts) return global;
  return global * std::min(LocalExperts(shape, rank), shape.top_k);
}

// Numbers that ranks have in common, in the order in which both operators take them.
std::vector<std::int64_t> CommonAttributes(const Shape& shape, int rank) {
  return {kRanks, rank, shape.num_experts,        0,
          0,      0,    shape.num_shared_experts, shape.num_shared_experts};
}

aclTensor* Handle(const LiveTensors& tensors, std::size_t index) {
  return tensors[index]->handle();
}

}  // namespace

Shape AnyShape(FuzzedDataProvider& data) {
  Shape shape;
  shape.num_tokens = data.ConsumeIntegralInRange<std::int64_t>(1, 5);
  shape.hidden = data.ConsumeIntegralInRange<std::int64_t>(1024, 1060);
  shape.top_k = data.ConsumeIntegralInRange<std::int64_t>(1, 4);
  shape.num_shared_experts = data.ConsumeIntegralInRange<std::int64_t>(0, 1);
  shape.quantised = data.ConsumeBool();
  shape.has_scales = shape.quantised && data.ConsumeBool();
  shape.mask_dims = data.ConsumeIntegralInRange<int>(0, 2);
  return shape;
}

CallArguments LegalDispatch(FuzzedDataProvider& data, const Shape& shape, int rank, bool wild) {
  const std::int64_t rows = Capacity(shape, rank);
  const std::int64_t local = LocalExperts(shape, rank);
  CallArguments call;
  call.tensors = {
      Spec(ACL_BF16, {shape.num_tokens, shape.hidden}),
      Spec(ACL_INT32, {shape.num_tokens, shape.top_k}),
      shape.has_scales
          ? Spec(ACL_FLOAT, {shape.num_shared_experts + shape.num_experts, shape.hidden})
          : Absent(),
      MaskOf(data, shape),
      Absent(),
      Spec(shape.quantised ? ACL_INT8 : ACL_BF16, {rows, shape.hidden}),
      Spec(ACL_FLOAT, {rows}),
      Spec(ACL_INT32, {rows * kAssistWordsPerRow}),
      Spec(ACL_INT64, {local}),
      Spec(ACL_INT32, {kRanks * local}),
      Spec(ACL_INT32, {0}),
      Absent(),
  };
  FillIds(data, shape, wild, call.tensors[kExpertIds]);
  FillBytes(data, call.tensors[kX]);
  if (shape.has_scales) FillBytes(data, call.tensors[kScales]);
  call.attributes = CommonAttributes(shape, rank);
  call.attributes.insert(call.attributes.end(), {shape.quantised ? 2 : 0, 0, data.ConsumeBool()});
  call.strings = {RankOf(rank).group, std::nullopt, std::nullopt};
  return call;
}

CallArguments LegalCombine(FuzzedDataProvider& data, const Shape& shape, int rank, bool wild) {
  const std::int64_t rows = Capacity(shape, rank);
  const std::int64_t local = LocalExperts(shape, rank);
  CallArguments call;
  call.tensors = {
      Spec(ACL_BF16, {rows, shape.hidden}),
      Spec(ACL_INT32, {shape.num_tokens, shape.top_k}),
      Spec(ACL_INT32, {rows * kAssistWordsPerRow}),
      Spec(ACL_INT32, {kRanks * local}),
      Spec(ACL_FLOAT, {shape.num_tokens, shape.top_k}),
      Absent(),
      MaskOf(data, shape),
      Absent(),
      Absent(),
      Absent(),
      Absent(),
      shape.num_shared_experts == 0 ? Spec(ACL_BF16, {shape.num_tokens, shape.hidden}) : Absent(),
      Spec(ACL_BF16, {shape.num_tokens, shape.hidden}),
  };
  FillIds(data, shape, wild, call.tensors[kIds]);
  FillBytes(data, call.tensors[kRows]);
  // Triples and counts that only sometimes fit each other: what a caller may have damaged.
  const std::int64_t held =
      wild ? BorderingInteger(data) : data.ConsumeIntegralInRange<std::int64_t>(0, rows);
  for (std::int64_t i = 0; i < kRanks * local; ++i) {
    Put(call.tensors[kSendCounts], static_cast<std::size_t>(i), static_cast<std::int32_t>(held));
  }
  for (std::int64_t word = 0; word < 3 * rows; ++word) {
    const std::int64_t bounds[] = {kRanks, shape.num_tokens,
                                   shape.top_k + shape.num_shared_experts};
    const std::int64_t value =
        wild && data.ConsumeBool()
            ? BorderingInteger(data)
            : data.ConsumeIntegralInRange<std::int64_t>(0, bounds[word % 3] - 1);
    Put(call.tensors[kTriples], static_cast<std::size_t>(word), static_cast<std::int32_t>(value));
  }
  call.attributes = CommonAttributes(shape, rank);
  call.attributes.insert(call.attributes.end(), {0, 0, shape.quantised ? 2 : 0, 0});
  call.strings = {RankOf(rank).group, std::nullopt, std::nullopt};
  return call;
}

aclOpExecutor* PrepareDispatch(const CallArguments& arguments, const LiveTensors& t) {
  const std::vector<std::int64_t>& a = arguments.attributes;
  std::uint64_t workspace = 0;
  aclOpExecutor* executor = nullptr;
  const aclnnStatus status = aclnnMoeDistributeDispatchV2GetWorkspaceSize(
      Handle(t, 0), Handle(t, 1), Handle(t, 2), Handle(t, 3), Handle(t, 4),
      TextOf(arguments.strings[0]), a[0], a[1], a[2], TextOf(arguments.strings[1]), a[3], a[4],
      a[5], a[6], a[7], a[8], a[9], a[10], TextOf(arguments.strings[2]), Handle(t, 5), Handle(t, 6),
      Handle(t, 7), Handle(t, 8), Handle(t, 9), Handle(t, 10), Handle(t, 11), &workspace,
      &executor);
  return Accepted("aclnnMoeDistributeDispatchV2", status) ? executor : nullptr;
}

aclOpExecutor* PrepareCombine(const CallArguments& arguments, const LiveTensors& t) {
  const std::vector<std::int64_t>& a = arguments.attributes;
  std::uint64_t workspace = 0;
  aclOpExecutor* executor = nullptr;
  const aclnnStatus status = aclnnMoeDistributeCombineV2GetWorkspaceSize(
      Handle(t, 0), Handle(t, 1), Handle(t, 2), Handle(t, 3), Handle(t, 4), Handle(t, 5),
      Handle(t, 6), Handle(t, 7), Handle(t, 8), Handle(t, 9), Handle(t, 10), Handle(t, 11),
      TextOf(arguments.strings[0]), a[0], a[1], a[2], TextOf(arguments.strings[1]), a[3], a[4],
      a[5], a[6], a[7], a[8], a[9], a[10], a[11], TextOf(arguments.strings[2]), Handle(t, 12),
      &workspace, &executor);
  return Accepted("aclnnMoeDistributeCombineV2", status) ? executor : nullptr;
}

}  // namespace ferry::fuzz
