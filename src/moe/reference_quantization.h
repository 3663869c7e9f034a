// Rows as int8, by definition: spec dispatch.md section 9 and combine.md section 9.1.
#ifndef FERRY_MOE_REFERENCE_QUANTIZATION_H_
#define FERRY_MOE_REFERENCE_QUANTIZATION_H_

#include <cstdint>
#include <vector>

#include "base/dtype.h"

namespace ferry::reference {

struct QuantizedRow {
  std::vector<std::int8_t> values;
  float dynamic_scale = 0;
};

// What dispatch with quantMode 2 sends for `row`. `smooth_scales`: as many factors, or empty.
[[nodiscard]] QuantizedRow QuantizeRow(DType type, const std::vector<std::uint16_t>& row,
                                       const std::vector<float>& smooth_scales);

// What is left of `row` after its way through combine with commQuantMode 2.
[[nodiscard]] std::vector<std::uint16_t> TransportRow(DType type,
                                                      const std::vector<std::uint16_t>& row);

}  // namespace ferry::reference

#endif  // FERRY_MOE_REFERENCE_QUANTIZATION_H_
