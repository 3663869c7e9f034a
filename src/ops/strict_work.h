// What FERRY_STRICT=1 does around a running operator: ids are judged, unwritten rows are poisoned,
// and a combine is held against the dispatch whose assistInfo it was given.
#ifndef FERRY_OPS_STRICT_WORK_H_
#define FERRY_OPS_STRICT_WORK_H_

#include <memory>

#include "comm/member.h"
#include "ops/collective.h"
#include "ops/combine_contract.h"
#include "ops/dispatch_contract.h"

namespace ferry::ops {

// `work` with the checks of a dispatch before it; what they find is published with this rank's
// record, so that the meeting fails with 507015. If the call succeeds, its ids are remembered for
// the combine. `member` is this rank's handle of the EP group.
[[nodiscard]] Work StrictDispatch(const std::shared_ptr<comm::Member>& member,
                                  const std::shared_ptr<const DispatchWork>& checked, Work work);

// `work` with the checks of a combine before it and at its meeting.
[[nodiscard]] Work StrictCombine(const std::shared_ptr<comm::Member>& member,
                                 const std::shared_ptr<const CombineWork>& checked, Work work);

}  // namespace ferry::ops

#endif  // FERRY_OPS_STRICT_WORK_H_
