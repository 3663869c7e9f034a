#include "ops/window_size.h"

#include "ops/saturating.h"

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

std::int64_t DispatchRowBytes(std::int64_t hidden, WindowForm form) noexcept {
  const std::int64_t data = AlignUp(SaturatingMul(kElementBytes, hidden), kTripleUnit);
  const std::int64_t payload = SaturatingAdd(data, kTrailerBytes);
  if (form == WindowForm::kFullmeshV2)
    return SaturatingMul(AlignUp(payload, kFlaggedBytes) / kFlaggedBytes, kRowUnit);
  return AlignUp(payload, kRowUnit);
}

}  // namespace

std::int64_t WindowBytesA3(const WindowShape& shape, WindowForm form) noexcept {
  const std::int64_t received_rows =
      SaturatingMul(shape.max_batch, shape.ep_size, shape.experts_per_rank);
  const std::int64_t returned_rows =
      SaturatingMul(shape.max_batch, SaturatingAdd(shape.top_k, shape.shared_experts));
  const std::int64_t combine_row = AlignUp(SaturatingMul(kElementBytes, shape.hidden), kRowUnit);
  const std::int64_t half =
      SaturatingAdd(SaturatingMul(received_rows, DispatchRowBytes(shape.hidden, form)),
                    SaturatingMul(returned_rows, combine_row));
  return SaturatingMul(2, half);
}

std::int64_t MiBFor(std::int64_t bytes) noexcept {
  return AlignUp(bytes, kMiB) / kMiB;
}

}  // namespace ferry::ops
