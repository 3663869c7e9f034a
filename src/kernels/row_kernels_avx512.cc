// The row kernels with 512-bit vectors: 128 elements of every row at a time, their sums in eight
// registers.
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
#define FERRY_AVX512_INLINE \
  inline __attribute__((target("avx512f,avx512bw,avx512vl"), always_inline))

namespace ferry::kernels {
namespace {

// 32 elements of a row as binary32. Which lie in which half is the format's affair: what is
// computed is computed on each element alone.
struct Pair {
  __m512 a;
  __m512 b;
};
constexpr std::int64_t kPair = 32;
constexpr std::int64_t kPrefetchBytes = 1024;

// Half a is the even elements, half b the odd ones: widening is one shift or one mask that way,
// and no element changes its lane.
struct BFloat16 {
  static constexpr DType kType = DType::kBFloat16;

  static FERRY_AVX512_INLINE Pair Load(const std::byte* row, std::int64_t i) {
    const __m512i bits = _mm512_loadu_si512(row + 2 * i);
    const __m512i odd = _mm512_and_si512(bits, _mm512_set1_epi32(static_cast<int>(0xffff0000U)));
    return {_mm512_castsi512_ps(_mm512_slli_epi32(bits, 16)), _mm512_castsi512_ps(odd)};
  }

  // The bits with the rounded number in their upper half. Adds half of what is cut off, less one
  // where the last kept bit is even; NaN is set apart.
  static FERRY_AVX512_INLINE __m512i Round(__m512 value) {
    const __m512i bits = _mm512_castps_si512(value);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i half = _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff));
    const __mmask16 is_nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    return _mm512_mask_mov_epi32(_mm512_add_epi32(bits, half), is_nan,
                                 _mm512_set1_epi32(0x7fc00000));
  }

  static FERRY_AVX512_INLINE void Store(std::byte* row, std::int64_t i, Pair value) {
    const __m512i even = _mm512_srli_epi32(Round(value.a), 16);
    constexpr __mmask32 kOddElements = 0xaaaaaaaaU;
    _mm512_storeu_si512(row + 2 * i, _mm512_mask_mov_epi16(even, kOddElements, Round(value.b)));
  }
};

// Half a is the first 16 elements, half b the last.
struct Half {
  static constexpr DType kType = DType::kFloat16;

  static FERRY_AVX512_INLINE Pair Load(const std::byte* row, std::int64_t i) {
    const auto* bits = reinterpret_cast<const __m256i*>(row + 2 * i);
    return {_mm512_cvtph_ps(_mm256_loadu_si256(bits)),
            _mm512_cvtph_ps(_mm256_loadu_si256(bits + 1))};
  }

  static FERRY_AVX512_INLINE __m256i Round(__m512 value) {
    const __m256i rounded = _mm512_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __mmask16 is_nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    return _mm256_mask_mov_epi16(rounded, is_nan, _mm256_set1_epi16(0x7e00));
  }

  static FERRY_AVX512_INLINE void Store(std::byte* row, std::int64_t i, Pair value) {
    auto* bits = reinterpret_cast<__m256i*>(row + 2 * i);
    _mm256_storeu_si256(bits, Round(value.a));
    _mm256_storeu_si256(bits + 1, Round(value.b));
  }
};

template <class Format>
FERRY_AVX512_INLINE Pair Accumulate(Pair sum, const std::byte* row, std::int64_t i, __m512 weight) {
  const Pair value = Format::Load(row, i);
  return {_mm512_add_ps(sum.a, _mm512_mul_ps(value.a, weight)),
          _mm512_add_ps(sum.b, _mm512_mul_ps(value.b, weight))};
}

// Sums whole blocks of four pairs from element i on; returns the first element not done.
template <class Format>
FERRY_AVX512 std::int64_t SumBlocks(std::span<const Term> terms, std::byte* out, std::int64_t i,
                                    std::int64_t count) {
  constexpr std::int64_t kBlock = 4 * kPair;
  const Pair zero = {_mm512_setzero_ps(), _mm512_setzero_ps()};
  const Term* const end = terms.data() + terms.size();
  for (; i + kBlock <= count; i += kBlock) {
    Pair sum0 = zero;
    Pair sum1 = zero;
    Pair sum2 = zero;
    Pair sum3 = zero;
    for (const Term* term = terms.data(); term != end; ++term) {
      const char* ahead = reinterpret_cast<const char*>(term->row + 2 * i + kPrefetchBytes);
      _mm_prefetch(ahead, _MM_HINT_T0);
      _mm_prefetch(ahead + 64, _MM_HINT_T0);
      _mm_prefetch(ahead + 128, _MM_HINT_T0);
      _mm_prefetch(ahead + 192, _MM_HINT_T0);
      const __m512 weight = _mm512_set1_ps(term->weight);
      sum0 = Accumulate<Format>(sum0, term->row, i, weight);
      sum1 = Accumulate<Format>(sum1, term->row, i + kPair, weight);
      sum2 = Accumulate<Format>(sum2, term->row, i + 2 * kPair, weight);
      sum3 = Accumulate<Format>(sum3, term->row, i + 3 * kPair, weight);
    }
    Format::Store(out, i, sum0);
    Format::Store(out, i + kPair, sum1);
    Format::Store(out, i + 2 * kPair, sum2);
    Format::Store(out, i + 3 * kPair, sum3);
  }
  return i;
}

template <class Format>
FERRY_AVX512 void Sum(std::span<const Term> terms, std::byte* out, std::int64_t count) {
  std::int64_t i = SumBlocks<Format>(terms, out, 0, count);
  for (; i + kPair <= count; i += kPair) {
    Pair sum = {_mm512_setzero_ps(), _mm512_setzero_ps()};
    for (const Term& term : terms)
      sum = Accumulate<Format>(sum, term.row, i, _mm512_set1_ps(term.weight));
    Format::Store(out, i, sum);
  }
  WeightedSumTail(Format::kType, terms, out, i, count);
}

// Adds whole pairs; returns the first element not done.
template <class Format>
FERRY_AVX512 std::int64_t Add(const std::byte* x, const std::byte* y, std::byte* out,
                              std::int64_t count) {
  std::int64_t i = 0;
  for (; i + kPair <= count; i += kPair) {
    const Pair left = Format::Load(x, i);
    const Pair right = Format::Load(y, i);
    Format::Store(out, i, {_mm512_add_ps(left.a, right.a), _mm512_add_ps(left.b, right.b)});
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
