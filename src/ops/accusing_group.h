// A group whose rank publishes a finding of FERRY_STRICT=1 with its record, so that the meeting
// orders it among what the other ranks found: behind a disagreement and a bad expert id, whoever
// came first.
#ifndef FERRY_OPS_ACCUSING_GROUP_H_
#define FERRY_OPS_ACCUSING_GROUP_H_

#include <string>
#include <utility>

#include "ops/forwarding_group.h"

namespace ferry::ops {

class AccusingGroup : public ForwardingGroup {
 public:
  // `finding` is a sentence, or empty.
  AccusingGroup(comm::Group& inner, std::string finding)
      : ForwardingGroup(inner), finding_(std::move(finding)) {}

  // What the operator itself found goes first.
  void Publish(const comm::Record& record) override {
    if (finding_.empty() || record.cause != comm::Cause::kNone)
      return ForwardingGroup::Publish(record);
    comm::Record accused = record;
    accused.cause = comm::Cause::kOther;
    accused.failure = finding_;
    ForwardingGroup::Publish(accused);
  }

 private:
  const std::string finding_;
};

}  // namespace ferry::ops

#endif  // FERRY_OPS_ACCUSING_GROUP_H_
