// Every check of dispatch, in the order in which they are made (spec dispatch.md section 5).
#ifndef FERRY_OPS_DISPATCH_RULES_H_
#define FERRY_OPS_DISPATCH_RULES_H_

#include "ops/dispatch_call.h"
#include "ops/rule.h"

namespace ferry::ops {

// The whole table; what follows are its parts in order.
[[nodiscard]] const Rules<DispatchCall>& DispatchRules();

namespace dispatch {

[[nodiscard]] Rules<DispatchCall> EntryRows();      // stages 0 to 2: pointers, names, dtypes
[[nodiscard]] Rules<DispatchCall> AttributeRows();  // stage 3, rows 1 to 14
[[nodiscard]] Rules<DispatchCall> LayoutRows();     // stage 3, rows 15 to 23
[[nodiscard]] Rules<DispatchCall> ShapeRows();      // stage 3, rows 24 to 39
[[nodiscard]] Rules<DispatchCall> GroupRows();      // stage 3, rows 40 and 41
[[nodiscard]] Rules<DispatchCall> OwnRows();        // not in the spec: memory
[[nodiscard]] Rules<DispatchCall> StrictRows();     // what others demand: docs/strict.md

}  // namespace dispatch
}  // namespace ferry::ops

#endif  // FERRY_OPS_DISPATCH_RULES_H_
