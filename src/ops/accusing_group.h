// A group whose rank publishes a finding of FERRY_STRICT=1 with its record, so that the meeting
// orders it among what the other ranks found: behind a disagreement and a bad expert id, whoever
// came first.
#ifndef FERRY_OPS_ACCUSING_GROUP_H_
#define FERRY_OPS_ACCUSING_GROUP_H_

#include <string>
#include <utility>

#include "comm/group.h"

namespace ferry::ops {

class AccusingGroup : public comm::Group {
 public:
  // `finding` is a sentence, or empty; the group outlives this.
  AccusingGroup(comm::Group& group, std::string finding)
      : group_(group), finding_(std::move(finding)) {}

  [[nodiscard]] std::int32_t rank() const override { return group_.rank(); }
  [[nodiscard]] std::int32_t size() const override { return group_.size(); }

  // What the operator itself found goes first.
  void Publish(const comm::Record& record) override {
    if (finding_.empty() || record.cause != comm::Cause::kNone) return group_.Publish(record);
    comm::Record accused = record;
    accused.cause = comm::Cause::kOther;
    accused.failure = finding_;
    group_.Publish(accused);
  }

  void Meet() override { group_.Meet(); }
  [[nodiscard]] comm::PeerRecord Peer(std::int32_t rank) const override {
    return group_.Peer(rank);
  }
  void Release() override { group_.Release(); }
  [[nodiscard]] std::byte* ScratchFor(Scratch slot, std::size_t bytes) override {
    return group_.ScratchFor(slot, bytes);
  }
  void Commit(const void* begin, std::size_t bytes) override { group_.Commit(begin, bytes); }

 private:
  comm::Group& group_;
  const std::string finding_;
};

}  // namespace ferry::ops

#endif  // FERRY_OPS_ACCUSING_GROUP_H_
