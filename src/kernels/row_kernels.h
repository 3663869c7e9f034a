// The row kernels of each instruction set and row type, and the choice among them. Internal to
// kernels/; weighted_sum.h, add_rows.h, quantize_row.h and transport_row.h say what they compute.
#ifndef FERRY_KERNELS_ROW_KERNELS_H_
#define FERRY_KERNELS_ROW_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/dtype.h"
#include "kernels/weighted_sum.h"

namespace ferry::kernels {

// All of them compute in the calling thread's float environment: see float_environment.h.
struct RowKernels {
  void (*weighted_sum)(std::span<const Term> terms, std::byte* out, std::int64_t count);
  void (*add_rows)(const std::byte* peer, const std::byte* own, std::byte* out, std::int64_t count);
  float (*quantize_row)(const std::byte* row, const float* smooth_or_null, std::int8_t* out,
                        std::int64_t count);
  void (*round_trip_int8)(const std::byte* row, std::byte* out, std::int64_t count);
};

extern const RowKernels kPortableBFloat16;
extern const RowKernels kPortableHalf;
#if defined(__x86_64__)
extern const RowKernels kAvx2BFloat16;
extern const RowKernels kAvx2Half;
extern const RowKernels kAvx512BFloat16;
extern const RowKernels kAvx512Half;
#endif

// Those of the instruction set in use, for rows of `type`: kBFloat16 or kFloat16.
[[nodiscard]] const RowKernels& ActiveRowKernels(DType type);

}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_ROW_KERNELS_H_
