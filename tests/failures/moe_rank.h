// One rank that calls dispatch and combine through the C API, over threads or in a forked process.
#ifndef FERRY_TESTS_FAILURES_MOE_RANK_H_
#define FERRY_TESTS_FAILURES_MOE_RANK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "acl/acl.h"
#include "aclnn/aclnn_base.h"
#include "processes/launch.h"

namespace ferry::testing {

// The parameters of one rank's call. By default every rank sends each of its two tokens to experts
// 0 and 1, which rank 0 holds.
struct MoeParams {
  std::int64_t num_tokens = 2;
  std::int64_t top_k = 2;
  std::int64_t hidden = 1024;
  std::int64_t num_experts = 8;
  std::int64_t tp_world_size = 0;
  std::int64_t shared_expert_num = 0;
  std::int64_t shared_expert_ranks = 0;
  std::int64_t global_bs = 0;  // attribute
  std::int64_t quant_mode = 0;
  std::int64_t comm_quant_mode = 0;
  const char* comm_alg = nullptr;
  aclDataType type = ACL_BF16;
  std::int64_t expand_x_rows = 64;
  std::int64_t dynamic_scales = 64;              // elements
  std::int64_t assist_elements = 64 * 128;       // of assistInfoForCombine
  std::vector<std::int32_t> ids = {0, 1, 0, 1};  // [num_tokens * top_k]
};

class MoeRank {
 public:
  // Registers the rank's groups under the names of their boards and makes a stream; its device is
  // run.rank.
  explicit MoeRank(const RankRun& run);
  MoeRank(const MoeRank&) = delete;
  MoeRank& operator=(const MoeRank&) = delete;
  ~MoeRank();

  [[nodiscard]] std::int32_t rank() const { return run_.rank; }
  [[nodiscard]] const RankRun& run() const { return run_; }
  [[nodiscard]] aclrtStream stream() const { return stream_; }
  // A new stream, with the device set anew.
  void MakeStream();

  // Both phases on the rank's stream: "" or the refusal's message.
  std::string LaunchDispatch(const MoeParams& params);
  // Of what the last dispatch left; rows of another type are that memory, read as such.
  std::string LaunchCombine(const MoeParams& params);
  std::string LaunchBarrier();
  // Waits for the stream: "ok", the sentence of a failed call, or `<code>: <message>`.
  std::string Collect();
  // Launch and Collect.
  std::string Dispatch(const MoeParams& params = {});
  std::string Combine(const MoeParams& params = {});

  // A dispatch whose rows are checked: "ok" or what is wrong.
  std::string DispatchWorks();

  // What the last dispatch read and left, to be spoilt.
  [[nodiscard]] std::int32_t* expert_ids() const { return expert_ids_; }
  [[nodiscard]] std::int32_t* triples() const { return triples_; }
  [[nodiscard]] std::int32_t* counts() const { return counts_; }
  [[nodiscard]] std::int32_t* tp_counts() const { return tp_counts_; }

  // As HcclCommDestroy: of the rank's handle of its EP group.
  void DestroyCommunicator();

 private:
  // Memory that the ranks of all processes share.
  std::byte* Allocate(std::int64_t bytes);
  aclTensor* Tensor(aclDataType type, std::vector<std::int64_t> dims, void* data);
  void MakeTensors(const MoeParams& params);
  void DropTensors();

  const RankRun& run_;
  aclrtStream stream_ = nullptr;
  std::vector<aclTensor*> tensors_;
  aclTensor* x_ = nullptr;
  aclTensor* ids_ = nullptr;
  aclTensor* expand_x_ = nullptr;
  aclTensor* scales_ = nullptr;
  aclTensor* assist_ = nullptr;
  aclTensor* nums_ = nullptr;
  aclTensor* recv_ = nullptr;
  aclTensor* tp_recv_ = nullptr;
  std::int32_t* expert_ids_ = nullptr;
  std::byte* rows_ = nullptr;  // of expandX
  aclDataType row_type_ = ACL_BF16;
  std::int32_t* triples_ = nullptr;  // assistInfoForCombine
  std::int32_t* counts_ = nullptr;   // epRecvCounts
  std::int32_t* tp_counts_ = nullptr;
};

}  // namespace ferry::testing

#endif  // FERRY_TESTS_FAILURES_MOE_RANK_H_
