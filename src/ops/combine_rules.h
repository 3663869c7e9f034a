// Every check of combine, in the order in which they are made (spec combine.md section 4).
#ifndef FERRY_OPS_COMBINE_RULES_H_
#define FERRY_OPS_COMBINE_RULES_H_

#include "ops/combine_call.h"
#include "ops/rule.h"

namespace ferry::ops {

// The whole table; what follows are its parts in order.
[[nodiscard]] const Rules<CombineCall>& CombineRules();

namespace combine {

[[nodiscard]] Rules<CombineCall> EntryRows();      // stages 0 to 2: pointers, names, dtypes
[[nodiscard]] Rules<CombineCall> AttributeRows();  // stage 3, rows 1 to 11
[[nodiscard]] Rules<CombineCall> LayoutRows();     // stage 3, rows 12 to 21
[[nodiscard]] Rules<CombineCall> ShapeRows();      // stage 3, rows 22 to 34
[[nodiscard]] Rules<CombineCall> GroupRows();      // stage 3, rows 35 and 36
[[nodiscard]] Rules<CombineCall> OwnRows();        // not in the spec: memory
[[nodiscard]] Rules<CombineCall> StrictRows();     // what others demand: docs/strict.md

}  // namespace combine
}  // namespace ferry::ops

#endif  // FERRY_OPS_COMBINE_RULES_H_
