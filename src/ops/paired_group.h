// The EP group of a combine whose ranks find out together whether the rows that they were given are
// those of one dispatch (pairing.h), and if so hold expertIds and mask against it.
#ifndef FERRY_OPS_PAIRED_GROUP_H_
#define FERRY_OPS_PAIRED_GROUP_H_

#include <memory>
#include <utility>

#include "ops/forwarding_group.h"
#include "ops/pairing.h"

namespace ferry::ops {

class PairedGroup : public ForwardingGroup {
 public:
  // What this rank brings. `candidates`: the dispatches that left the rows it was given.
  struct Evidence {
    std::shared_ptr<const DispatchHistory> history;
    EarlierCalls candidates = 0;
    const RoutedIds& ids;
  };
  PairedGroup(comm::Group& inner, Evidence evidence)
      : ForwardingGroup(inner), evidence_(std::move(evidence)) {}

  void Publish(const comm::Record& record) override;
  // Throws Error{507015}, which names the first other id or flag, when the rows are a dispatch's on
  // every rank.
  void Meet() override;

 private:
  const Evidence evidence_;
};

}  // namespace ferry::ops

#endif  // FERRY_OPS_PAIRED_GROUP_H_
