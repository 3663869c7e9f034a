// One rank's dispatch and combine through the C API, with results that anybody can work out.
#ifndef FERRY_TESTS_FAULTS_MOE_PEER_H_
#define FERRY_TESTS_FAULTS_MOE_PEER_H_

#include <acl/acl.h>
#include <aclnn/aclnn_base.h>
#include <hccl/hccl.h>

#include <cstdint>
#include <string>
#include <vector>

namespace ferry::faults {

// The library's message on this thread, "" if none.
[[nodiscard]] std::string Message();

class MoePeer {
 public:
  MoePeer(HcclComm comm, int rank, int size, aclrtStream stream);
  MoePeer(const MoePeer&) = delete;
  MoePeer& operator=(const MoePeer&) = delete;
  ~MoePeer();

  // What the rank hears: "ok" with the right data, `wrong: ...` with other data, or the message.
  std::string Dispatch(int round);
  // Of what the last dispatch left.
  std::string Combine();

 private:
  std::byte* Allocate(std::int64_t bytes);
  aclTensor* Tensor(aclDataType type, std::vector<std::int64_t> dims, void* data);
  std::string Finish(int code) const;
  [[nodiscard]] int ExpertOf(int rank, int token, int slot) const;
  [[nodiscard]] std::uint16_t ValueOf(int rank, int token) const;
  void WriteInputs();
  [[nodiscard]] std::string CheckRows() const;
  [[nodiscard]] std::string CheckTokens() const;

  const int rank_;
  const int size_;
  const aclrtStream stream_;
  std::string group_;
  int round_ = 0;
  std::vector<aclTensor*> tensors_;
  std::vector<void*> memory_;
  std::uint16_t* x_ = nullptr;      // [kTokens, kHidden], bf16
  std::int32_t* ids_ = nullptr;     // [kTokens, kTopK]
  std::uint16_t* rows_ = nullptr;   // [kRows, kHidden]
  std::int32_t* counts_ = nullptr;  // [size * local experts]
  std::uint16_t* out_ = nullptr;    // [kTokens, kHidden]
  aclTensor* x_tensor_ = nullptr;
  aclTensor* ids_tensor_ = nullptr;
  aclTensor* rows_tensor_ = nullptr;
  aclTensor* assist_tensor_ = nullptr;
  aclTensor* nums_tensor_ = nullptr;
  aclTensor* counts_tensor_ = nullptr;
  aclTensor* scales_tensor_ = nullptr;  // dynamicScales, unused
  aclTensor* tp_tensor_ = nullptr;
  aclTensor* weights_tensor_ = nullptr;
  aclTensor* out_tensor_ = nullptr;
};

}  // namespace ferry::faults

#endif  // FERRY_TESTS_FAULTS_MOE_PEER_H_
