#include "ops/window_size.h"

#include "base/math.h"

namespace ferry::ops {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;

// A row is sized for two bytes an element on every quantMode, so that the window does not depend on
// it.
constexpr std::int64_t kElementBytes = 2;
constexpr std::int64_t kRowUnit = 512;       // rows start at multiples of it
constexpr std::int64_t kTripleUnit = 32;     // the row's data before its trailer
constexpr std::int64_t kTrailerBytes = 44;   // triple and scale behind a dispatched row
constexpr std::int64_t kFlaggedBytes = 480;  // payload of a 512-byte line under "fullmesh_v2"

// AlignUp for sizes that may have saturated.
std::int64_t AlignUpSaturated(std::int64_t bytes, std::int64_t unit) noexcept {
  return SaturatingMultiply(CeilDiv(bytes, unit), unit);
}

}  // namespace

std::int64_t DispatchRowBytesA3(std::int64_t hidden, WindowForm form) noexcept {
  const std::int64_t data =
      AlignUpSaturated(SaturatingMultiply(kElementBytes, hidden), kTripleUnit);
  const std::int64_t payload = SaturatingAdd(data, kTrailerBytes);
  if (form == WindowForm::kFullmeshV2)
    return SaturatingMultiply(CeilDiv(payload, kFlaggedBytes), kRowUnit);
  return AlignUpSaturated(payload, kRowUnit);
}

std::int64_t CombineRowBytesA3(std::int64_t hidden) noexcept {
  return AlignUpSaturated(SaturatingMultiply(kElementBytes, hidden), kRowUnit);
}

std::int64_t WindowBytesA3(const WindowShape& shape, WindowForm form) noexcept {
  const std::int64_t received_rows = SaturatingMultiply(
      SaturatingMultiply(shape.max_batch, shape.ep_size), shape.experts_per_rank);
  const std::int64_t returned_rows =
      SaturatingMultiply(shape.max_batch, SaturatingAdd(shape.top_k, shape.shared_experts));
  const std::int64_t half =
      SaturatingAdd(SaturatingMultiply(received_rows, DispatchRowBytesA3(shape.hidden, form)),
                    SaturatingMultiply(returned_rows, CombineRowBytesA3(shape.hidden)));
  return SaturatingMultiply<std::int64_t>(2, half);
}

std::int64_t MiBFor(std::int64_t bytes) noexcept {
  return CeilDiv(bytes, kMiB);
}

}  // namespace ferry::ops
