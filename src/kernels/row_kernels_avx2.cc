// The row kernels with 256-bit vectors: 32 elements at a time, their sums in four registers.
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/row_kernels.h"

// The file is compiled for plain x86-64; only these functions may use more. Inline functions of
// other headers must not: they would be shared with processors that have no AVX2.
#define FERRY_AVX2 __attribute__((target("avx2,f16c")))

namespace ferry::kernels {
namespace {

constexpr std::int64_t kLanes = 8;
constexpr std::int64_t kBlock = 4 * kLanes;
constexpr std::int64_t kPrefetchBytes = 1024;

struct BFloat16 {
  static constexpr DType kType = DType::kBFloat16;

  FERRY_AVX2 static __m256 Load(const std::byte* row, std::int64_t i) {
    const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + 2 * i));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
  }

  // Adds half of what is cut off, less one where the last kept bit is even; NaN is set apart.
  FERRY_AVX2 static void Store(std::byte* row, std::int64_t i, __m256 value) {
    const __m256i bits = _mm256_castps_si256(value);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i half = _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff));
    const __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(bits, half), 16);
    const __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(value, value, _CMP_UNORD_Q));
    const __m256i result = _mm256_blendv_epi8(rounded, _mm256_set1_epi32(0x7fc0), is_nan);
    // packus works within 128-bit halves: gather its two useful quarters.
    const __m256i packed = _mm256_packus_epi32(result, result);
    const __m256i ordered = _mm256_permute4x64_epi64(packed, 0x08);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(row + 2 * i), _mm256_castsi256_si128(ordered));
  }
};

struct Half {
  static constexpr DType kType = DType::kFloat16;

  FERRY_AVX2 static __m256 Load(const std::byte* row, std::int64_t i) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row + 2 * i)));
  }

  FERRY_AVX2 static void Store(std::byte* row, std::int64_t i, __m256 value) {
    const __m128i rounded = _mm256_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m256i wide_nan = _mm256_castps_si256(_mm256_cmp_ps(value, value, _CMP_UNORD_Q));
    const __m128i is_nan =
        _mm_packs_epi32(_mm256_castsi256_si128(wide_nan), _mm256_extracti128_si256(wide_nan, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(row + 2 * i),
                     _mm_blendv_epi8(rounded, _mm_set1_epi16(0x7e00), is_nan));
  }
};

template <class Format>
FERRY_AVX2 void Sum(std::span<const Term> terms, std::byte* out, std::int64_t count) {
  const Term* const first = terms.data();
  const Term* const last = first + terms.size();
  std::int64_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
    __m256 sum0 = _mm256_setzero_ps();
    __m256 sum1 = _mm256_setzero_ps();
    __m256 sum2 = _mm256_setzero_ps();
    __m256 sum3 = _mm256_setzero_ps();
    for (const Term* term = first; term != last; ++term) {
      _mm_prefetch(reinterpret_cast<const char*>(term->row + 2 * i + kPrefetchBytes), _MM_HINT_T0);
      const __m256 weight = _mm256_set1_ps(term->weight);
      sum0 = _mm256_add_ps(sum0, _mm256_mul_ps(Format::Load(term->row, i), weight));
      sum1 = _mm256_add_ps(sum1, _mm256_mul_ps(Format::Load(term->row, i + kLanes), weight));
      sum2 = _mm256_add_ps(sum2, _mm256_mul_ps(Format::Load(term->row, i + 2 * kLanes), weight));
      sum3 = _mm256_add_ps(sum3, _mm256_mul_ps(Format::Load(term->row, i + 3 * kLanes), weight));
    }
    Format::Store(out, i, sum0);
    Format::Store(out, i + kLanes, sum1);
    Format::Store(out, i + 2 * kLanes, sum2);
    Format::Store(out, i + 3 * kLanes, sum3);
  }
  WeightedSumTail(Format::kType, terms, out, i, count);
}

template <class Format>
FERRY_AVX2 std::int64_t Add(const std::byte* a, const std::byte* b, std::byte* out,
                            std::int64_t count) {
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Format::Store(out, i, _mm256_add_ps(Format::Load(a, i), Format::Load(b, i)));
  }
  return i;
}

}  // namespace

void WeightedSumBFloat16Avx2(std::span<const Term> terms, std::byte* out, std::int64_t count) {
  Sum<BFloat16>(terms, out, count);
}

void WeightedSumHalfAvx2(std::span<const Term> terms, std::byte* out, std::int64_t count) {
  Sum<Half>(terms, out, count);
}

void AddRowsBFloat16Avx2(const std::byte* a, const std::byte* b, std::byte* out,
                         std::int64_t count) {
  const std::int64_t done = Add<BFloat16>(a, b, out, count);
  AddRowsBFloat16Portable(a + 2 * done, b + 2 * done, out + 2 * done, count - done);
}

void AddRowsHalfAvx2(const std::byte* a, const std::byte* b, std::byte* out, std::int64_t count) {
  const std::int64_t done = Add<Half>(a, b, out, count);
  AddRowsHalfPortable(a + 2 * done, b + 2 * done, out + 2 * done, count - done);
}

}  // namespace ferry::kernels

#endif  // __x86_64__
