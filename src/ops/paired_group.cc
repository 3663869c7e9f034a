#include "ops/paired_group.h"

#include <bit>
#include <string>

#include "base/error.h"
#include "moe/published.h"

namespace ferry::ops {

void PairedGroup::Publish(const comm::Record& record) {
  comm::Record with_candidates = record;
  with_candidates.values[moe::kCandidates] = std::bit_cast<std::int64_t>(evidence_.candidates);
  ForwardingGroup::Publish(with_candidates);
}

void PairedGroup::Meet() {
  ForwardingGroup::Meet();
  EarlierCalls common = evidence_.candidates;
  for (std::int32_t rank = 0; rank < size() && common != 0; ++rank)
    common &= std::bit_cast<EarlierCalls>(Peer(rank).values[moe::kCandidates]);
  if (common == 0) return;
  const auto dispatched = evidence_.history->IdsOf(LatestOf(common, number()));
  if (dispatched == nullptr) return;
  const std::string difference = DifferenceOf(evidence_.ids, *dispatched);
  Require(difference.empty(), Code::kRtAicoreException,
          "rank {} {}; combine needs the expertIds and xActiveMask of the dispatch that gave it "
          "assistInfoForCombine (FERRY_STRICT=1)",
          rank(), difference);
}

}  // namespace ferry::ops
