// A comm::Group that delays, kills or stalls its rank at chosen steps of a call.
#ifndef FERRY_TESTS_SUPPORT_FAULTY_GROUP_H_
#define FERRY_TESTS_SUPPORT_FAULTY_GROUP_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "comm/group.h"

namespace ferry::testing {

enum class Step : std::uint8_t {
  kBeforePublish,
  kAfterPublish,
  kAfterMeet,      // GO was seen: inside the move
  kBeforeRelease,  // every row has been read
  kAfterRelease,
};

enum class Fault : std::uint8_t {
  kDelay,  // sleeps for `time`
  kThrow,  // throws Error{507015, "rank r failed on purpose"}
  kKill,   // SIGKILL to its own process
  kExit,   // _exit(0) without a word
  kStall,  // SIGSTOP to its own process, until somebody sends SIGCONT
};

struct PlannedFault {
  Step step = Step::kBeforePublish;
  Fault fault = Fault::kDelay;
  std::chrono::milliseconds time{0};
};

class FaultyGroup : public comm::Group {
 public:
  // Passes everything on to `inner`, which it does not own, and strikes as planned.
  FaultyGroup(comm::Group& inner, std::vector<PlannedFault> plan);

  [[nodiscard]] std::int32_t rank() const override { return inner_.rank(); }
  [[nodiscard]] std::int32_t size() const override { return inner_.size(); }
  void Publish(const comm::Record& record) override;
  void Meet() override;
  [[nodiscard]] comm::PeerRecord Peer(std::int32_t rank) const override;
  void Release() override;
  [[nodiscard]] std::byte* ScratchFor(Scratch slot, std::size_t bytes) override;
  void CountRead(std::int32_t peer, std::uint64_t rows, std::uint64_t bytes) override {
    inner_.CountRead(peer, rows, bytes);
  }
  void Commit(const void* begin, std::size_t bytes) override;

 private:
  void Strike(Step step) const;

  comm::Group& inner_;
  const std::vector<PlannedFault> plan_;
};

}  // namespace ferry::testing

#endif  // FERRY_TESTS_SUPPORT_FAULTY_GROUP_H_
