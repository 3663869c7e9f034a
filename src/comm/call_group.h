// The group that an operator works with during one call: one board's side, and how far it has come.
#ifndef FERRY_COMM_CALL_GROUP_H_
#define FERRY_COMM_CALL_GROUP_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "comm/call_side.h"
#include "comm/group.h"

namespace ferry::comm {

// The call has failed, and the message is the sentence with which it ends on every rank.
class CallFailed : public Error {
 public:
  explicit CallFailed(std::string sentence)
      : Error(Code::kRtAicoreException, std::move(sentence)) {}
};

class CallGroup : public Group {
 public:
  explicit CallGroup(const CallSide& side);
  ~CallGroup() override;

  [[nodiscard]] std::int32_t rank() const override { return side_.rank(); }
  [[nodiscard]] std::int32_t size() const override { return side_.board().size(); }
  [[nodiscard]] std::uint64_t number() const override { return side_.number; }
  void Publish(const Record& record) override;
  void Meet() override;
  [[nodiscard]] PeerRecord Peer(std::int32_t rank) const override;
  void Release() override;
  [[nodiscard]] std::byte* ScratchFor(Scratch slot, std::size_t bytes) override;
  void CountRead(std::int32_t peer, std::uint64_t rows, std::uint64_t bytes) override;
  void Commit(const void* begin, std::size_t bytes) override;

  // A failure of this rank, from wherever the operator was: fails the meeting if it is undecided,
  // else arrives at the release with it. Waits for the decider at most.
  void GiveFailure(const std::string& sentence);
  // Ends what GiveFailure began; to be called after it on every group of the call.
  void End();

  // Whether the operator has come to the end, the release of the call.
  [[nodiscard]] bool finished() const { return stage_ == Stage::kFinished; }
  // With which sentence the call has ended on this board; empty unless it has failed.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  enum class Stage : std::uint8_t {
    kNew,        // nothing published
    kPublished,  // not arrived at the meeting
    kArrived,    // at the meeting
    kGo,         // rows may be read
    kReleasing,  // arrived at the release
    kFinished,
    kFailed,
  };

  void Expect(Stage stage, const char* step) const;
  MeetingView ArriveAndDecide();
  void TakeVerdict(const MeetingView& view);
  void Reach(std::int32_t rank) const;
  [[nodiscard]] std::string WhyNotReached(std::int32_t rank, const Deadline& deadline,
                                          const std::string& why) const;
  void AwaitRelease();
  [[nodiscard]] std::string WithdrawnPeer() const;

  const CallSide& side_;
  Stage stage_ = Stage::kNew;
  std::string failure_;
  mutable std::set<std::int32_t> staging_;  // peers whose copies have been counted
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_CALL_GROUP_H_
