// The row kernels with 512-bit vectors: 64 elements at a time, their sums in four registers.
#if defined(__x86_64__)

// g++ 12 warns of its own intrinsics' undefined lanes (GCC bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <immintrin.h>

#include "kernels/row_kernels.h"

// The file is compiled for plain x86-64; only these functions may use more. Inline functions of
// other headers must not: they would be shared with processors that have no AVX-512.
#define FERRY_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

namespace ferry::kernels {
namespace {

constexpr std::int64_t kLanes = 16;
constexpr std::int64_t kBlock = 4 * kLanes;
constexpr std::int64_t kPrefetchBytes = 1024;

struct BFloat16 {
  static constexpr DType kType = DType::kBFloat16;

  FERRY_AVX512 static __m512 Load(const std::byte* row, std::int64_t i) {
    const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row + 2 * i));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
  }

  // Adds half of what is cut off, less one where the last kept bit is even; NaN is set apart.
  FERRY_AVX512 static void Store(std::byte* row, std::int64_t i, __m512 value) {
    const __m512i bits = _mm512_castps_si512(value);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i half = _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff));
    __m512i rounded = _mm512_srli_epi32(_mm512_add_epi32(bits, half), 16);
    const __mmask16 is_nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    rounded = _mm512_mask_mov_epi32(rounded, is_nan, _mm512_set1_epi32(0x7fc0));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(row + 2 * i), _mm512_cvtepi32_epi16(rounded));
  }
};

struct Half {
  static constexpr DType kType = DType::kFloat16;

  FERRY_AVX512 static __m512 Load(const std::byte* row, std::int64_t i) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(row + 2 * i)));
  }

  FERRY_AVX512 static void Store(std::byte* row, std::int64_t i, __m512 value) {
    const __m256i rounded = _mm512_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __mmask16 is_nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(row + 2 * i),
                        _mm256_mask_mov_epi16(rounded, is_nan, _mm256_set1_epi16(0x7e00)));
  }
};

template <class Format>
FERRY_AVX512 void Sum(std::span<const Term> terms, std::byte* out, std::int64_t count) {
  const Term* const first = terms.data();
  const Term* const last = first + terms.size();
  std::int64_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
    __m512 sum0 = _mm512_setzero_ps();
    __m512 sum1 = _mm512_setzero_ps();
    __m512 sum2 = _mm512_setzero_ps();
    __m512 sum3 = _mm512_setzero_ps();
    for (const Term* term = first; term != last; ++term) {
      const char* ahead = reinterpret_cast<const char*>(term->row + 2 * i + kPrefetchBytes);
      _mm_prefetch(ahead, _MM_HINT_T0);
      _mm_prefetch(ahead + 64, _MM_HINT_T0);
      const __m512 weight = _mm512_set1_ps(term->weight);
      sum0 = _mm512_add_ps(sum0, _mm512_mul_ps(Format::Load(term->row, i), weight));
      sum1 = _mm512_add_ps(sum1, _mm512_mul_ps(Format::Load(term->row, i + kLanes), weight));
      sum2 = _mm512_add_ps(sum2, _mm512_mul_ps(Format::Load(term->row, i + 2 * kLanes), weight));
      sum3 = _mm512_add_ps(sum3, _mm512_mul_ps(Format::Load(term->row, i + 3 * kLanes), weight));
    }
    Format::Store(out, i, sum0);
    Format::Store(out, i + kLanes, sum1);
    Format::Store(out, i + 2 * kLanes, sum2);
    Format::Store(out, i + 3 * kLanes, sum3);
  }
  WeightedSumTail(Format::kType, terms, out, i, count);
}

template <class Format>
FERRY_AVX512 std::int64_t Add(const std::byte* a, const std::byte* b, std::byte* out,
                              std::int64_t count) {
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Format::Store(out, i, _mm512_add_ps(Format::Load(a, i), Format::Load(b, i)));
  }
  return i;
}

}  // namespace

void WeightedSumBFloat16Avx512(std::span<const Term> terms, std::byte* out, std::int64_t count) {
  Sum<BFloat16>(terms, out, count);
}

void WeightedSumHalfAvx512(std::span<const Term> terms, std::byte* out, std::int64_t count) {
  Sum<Half>(terms, out, count);
}

void AddRowsBFloat16Avx512(const std::byte* a, const std::byte* b, std::byte* out,
                           std::int64_t count) {
  const std::int64_t done = Add<BFloat16>(a, b, out, count);
  AddRowsBFloat16Portable(a + 2 * done, b + 2 * done, out + 2 * done, count - done);
}

void AddRowsHalfAvx512(const std::byte* a, const std::byte* b, std::byte* out, std::int64_t count) {
  const std::int64_t done = Add<Half>(a, b, out, count);
  AddRowsHalfPortable(a + 2 * done, b + 2 * done, out + 2 * done, count - done);
}

}  // namespace ferry::kernels

#endif  // __x86_64__
