// What all ranks of a call must have passed alike (spec runtime.md section 8.3), rendered as text.
#ifndef FERRY_OPS_AGREEMENT_H_
#define FERRY_OPS_AGREEMENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/dtype.h"
#include "comm/record.h"
#include "ops/call.h"

namespace ferry::ops {

// What differs between the operators.
struct OperatorTraits {
  std::string name;       // `dispatch`, `combine`
  std::string rows_name;  // the tensor whose dtype is compared: `x`, `expandX`
  DType rows_type = DType::kUndefined;
  std::string quant_name;  // `quantMode`, `commQuantMode`
  std::int64_t quant_mode = 0;
};

// In the order in which a difference is reported: the operator first, because everything else
// differs between a dispatch and a combine by right. The TP pair compares epRankId as well, which
// moe/ adds.
[[nodiscard]] std::vector<comm::Attribute> AgreementOf(const MoeCall& call,
                                                       const OperatorTraits& traits);

}  // namespace ferry::ops

#endif  // FERRY_OPS_AGREEMENT_H_
