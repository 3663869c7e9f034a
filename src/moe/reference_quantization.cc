#include "moe/reference_quantization.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "moe/reference_float.h"

namespace ferry::reference {
namespace {

// The largest magnitude; NaN does not take part.
float LargestMagnitude(const std::vector<float>& values) {
  float largest = 0;
  for (const float value : values) {
    if (!std::isnan(value)) largest = std::max(largest, std::fabs(value));
  }
  return largest;
}

// To the nearest integer, ties to even, saturating at `lowest` and 127.
std::int8_t ToInt8(double value, int lowest) {
  if (std::isnan(value)) return 0;
  const double nearest = std::nearbyint(value);
  return static_cast<std::int8_t>(std::clamp<double>(nearest, lowest, 127));
}

// combine.md section 9.1: up to 8 elements that share one scale.
std::vector<std::uint16_t> TransportGroup(DType type, const std::vector<float>& group) {
  const float reciprocal = 1.0F / 127.0F;
  const float scale = LargestMagnitude(group) * reciprocal;
  const auto sent_scale = static_cast<float>(Decode(type, Encode(type, scale)));
  std::vector<std::uint16_t> cells;
  for (const float value : group) {
    const float quotient = scale == 0 ? 0.0F : value / scale;
    const double as_half = Decode(DType::kFloat16, Encode(DType::kFloat16, quotient));
    const float q = ToInt8(as_half, -128);
    const float cell = q * sent_scale;
    cells.push_back(Encode(type, cell));
  }
  return cells;
}

}  // namespace

QuantizedRow QuantizeRow(DType type, const std::vector<std::uint16_t>& row,
                         const std::vector<float>& smooth_scales) {
  std::vector<float> values;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const float value = DecodeToFloat(type, row[i]);
    values.push_back(smooth_scales.empty() ? value : value * smooth_scales[i]);
  }
  QuantizedRow result;
  const float factor = 127.0F / LargestMagnitude(values);
  if (!std::isfinite(factor)) {
    result.values.assign(values.size(), 0);
    return result;
  }
  for (const float value : values) {
    const float product = value * factor;
    result.values.push_back(ToInt8(product, -127));
  }
  result.dynamic_scale = 1.0F / factor;
  return result;
}

std::vector<std::uint16_t> TransportRow(DType type, const std::vector<std::uint16_t>& row) {
  constexpr std::size_t kGroup = 8;
  std::vector<std::uint16_t> cells;
  // The zeros that fill up the last group change nothing in it.
  for (std::size_t begin = 0; begin < row.size(); begin += kGroup) {
    std::vector<float> group;
    for (std::size_t i = begin; i < std::min(begin + kGroup, row.size()); ++i) {
      group.push_back(DecodeToFloat(type, row[i]));
    }
    const std::vector<std::uint16_t> sent = TransportGroup(type, group);
    cells.insert(cells.end(), sent.begin(), sent.end());
  }
  return cells;
}

}  // namespace ferry::reference
