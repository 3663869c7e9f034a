// The row kernels of each instruction set, as entered into the tables of weighted_sum.cc and
// add_rows.cc. Internal to kernels/.
#ifndef FERRY_KERNELS_ROW_KERNELS_H_
#define FERRY_KERNELS_ROW_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/dtype.h"
#include "kernels/weighted_sum.h"

namespace ferry::kernels {

using WeightedSumFunction = void (*)(std::span<const Term>, std::byte*, std::int64_t);
using AddRowsFunction = void (*)(const std::byte*, const std::byte*, std::byte*, std::int64_t);

float QuantizeRowBFloat16Portable(const std::byte* row, const float* smooth, std::int8_t* out,
                                  std::int64_t count);
float QuantizeRowHalfPortable(const std::byte* row, const float* smooth, std::int8_t* out,
                              std::int64_t count);
void RoundTripInt8BFloat16Portable(const std::byte* row, std::byte* out, std::int64_t count);
void RoundTripInt8HalfPortable(const std::byte* row, std::byte* out, std::int64_t count);

void WeightedSumBFloat16Portable(std::span<const Term> terms, std::byte* out, std::int64_t count);
void WeightedSumHalfPortable(std::span<const Term> terms, std::byte* out, std::int64_t count);
void AddRowsBFloat16Portable(const std::byte* a, const std::byte* b, std::byte* out,
                             std::int64_t count);
void AddRowsHalfPortable(const std::byte* a, const std::byte* b, std::byte* out,
                         std::int64_t count);

// Elements [begin, count) only: what is left when a vector kernel has done its blocks.
void WeightedSumTail(DType type, std::span<const Term> terms, std::byte* out, std::int64_t begin,
                     std::int64_t count);

#if defined(__x86_64__)
void WeightedSumBFloat16Avx2(std::span<const Term> terms, std::byte* out, std::int64_t count);
void WeightedSumHalfAvx2(std::span<const Term> terms, std::byte* out, std::int64_t count);
void AddRowsBFloat16Avx2(const std::byte* a, const std::byte* b, std::byte* out,
                         std::int64_t count);
void AddRowsHalfAvx2(const std::byte* a, const std::byte* b, std::byte* out, std::int64_t count);

void WeightedSumBFloat16Avx512(std::span<const Term> terms, std::byte* out, std::int64_t count);
void WeightedSumHalfAvx512(std::span<const Term> terms, std::byte* out, std::int64_t count);
void AddRowsBFloat16Avx512(const std::byte* a, const std::byte* b, std::byte* out,
                           std::int64_t count);
void AddRowsHalfAvx512(const std::byte* a, const std::byte* b, std::byte* out, std::int64_t count);
#endif

}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_ROW_KERNELS_H_
