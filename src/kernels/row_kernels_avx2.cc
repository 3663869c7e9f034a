// The row kernels with 256-bit vectors.
#if defined(__x86_64__)

#include <immintrin.h>

#define FERRY_VECTOR __attribute__((target("avx2,f16c")))
#define FERRY_VECTOR_INLINE inline __attribute__((target("avx2,f16c"), always_inline))

#include "kernels/vector_int8_rows.h"

namespace ferry::kernels {
namespace {

constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

struct Avx2 {
  using Floats = __m256;
  using Integers = __m256i;
  static constexpr std::int64_t kLanes = 8;

  static FERRY_VECTOR_INLINE Floats Zero() { return _mm256_setzero_ps(); }
  static FERRY_VECTOR_INLINE Floats Fill(float x) { return _mm256_set1_ps(x); }
  static FERRY_VECTOR_INLINE Floats Load(const float* p) { return _mm256_loadu_ps(p); }
  static FERRY_VECTOR_INLINE Floats Add(Floats x, Floats y) { return _mm256_add_ps(x, y); }
  static FERRY_VECTOR_INLINE Floats Multiply(Floats x, Floats y) { return _mm256_mul_ps(x, y); }
  static FERRY_VECTOR_INLINE Floats Divide(Floats x, Floats y) { return _mm256_div_ps(x, y); }

  static FERRY_VECTOR_INLINE Floats MaxMagnitude(Floats m, Floats v) {
    // The instruction gives its second operand where one is NaN.
    return _mm256_max_ps(_mm256_andnot_ps(_mm256_set1_ps(-0.0f), v), m);
  }

  static FERRY_VECTOR_INLINE Floats LargestOfEach8(Floats m) {
    m = _mm256_max_ps(m, _mm256_permute2f128_ps(m, m, 1));
    m = _mm256_max_ps(m, _mm256_permute_ps(m, _MM_SHUFFLE(1, 0, 3, 2)));
    return _mm256_max_ps(m, _mm256_permute_ps(m, _MM_SHUFFLE(2, 3, 0, 1)));
  }

  static FERRY_VECTOR_INLINE float Largest(Floats m) { return _mm256_cvtss_f32(LargestOfEach8(m)); }

  static FERRY_VECTOR_INLINE Floats RoundToHalf(Floats v) {
    return _mm256_cvtph_ps(_mm256_cvtps_ph(v, kNearest));
  }

  static FERRY_VECTOR_INLINE Integers ToIntegers(Floats v) {
    const Floats number = _mm256_and_ps(v, _mm256_cmp_ps(v, v, _CMP_ORD_Q));
    const Floats bounded =
        _mm256_max_ps(_mm256_min_ps(number, _mm256_set1_ps(127.0f)), _mm256_set1_ps(-127.0f));
    return _mm256_cvtps_epi32(_mm256_round_ps(bounded, kNearest));
  }

  static FERRY_VECTOR_INLINE Floats ToFloats(Integers n) { return _mm256_cvtepi32_ps(n); }

  // 32-bit numbers that fit 16 bits unsigned, a before b.
  static FERRY_VECTOR_INLINE __m256i Pack16(Integers a, Integers b) {
    return _mm256_permute4x64_epi64(_mm256_packus_epi32(a, b), _MM_SHUFFLE(3, 1, 2, 0));
  }

  static FERRY_VECTOR_INLINE void StoreInt8(std::int8_t* out, Integers a, Integers b) {
    const __m256i words =
        _mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), _MM_SHUFFLE(3, 1, 2, 0));
    _mm_storeu_si128(
        reinterpret_cast<__m128i*>(out),
        _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
  }
};

struct BFloat16 {
  using Vector = Avx2;

  // The even elements, then the odd ones: widening is one shift or one mask that way, and no
  // element changes its lane.
  static FERRY_VECTOR_INLINE Pair<Avx2> Load(const std::byte* row, std::int64_t i) {
    const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row + 2 * i));
    return {_mm256_castsi256_ps(_mm256_slli_epi32(bits, 16)), _mm256_castsi256_ps(Upper(bits))};
  }

  static FERRY_VECTOR_INLINE void Store(std::byte* row, std::int64_t i, Pair<Avx2> value) {
    const __m256i even = _mm256_srli_epi32(RoundedBits(value.a), 16);
    constexpr int kOddElements = 0xaa;
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(row + 2 * i),
                        _mm256_blend_epi16(even, RoundedBits(value.b), kOddElements));
  }

  static FERRY_VECTOR_INLINE Pair<Avx2> LoadInOrder(const std::byte* row, std::int64_t i) {
    const auto* bits = reinterpret_cast<const __m128i*>(row + 2 * i);
    return {Widen(_mm_loadu_si128(bits)), Widen(_mm_loadu_si128(bits + 1))};
  }

  static FERRY_VECTOR_INLINE void StoreInOrder(std::byte* row, std::int64_t i, Pair<Avx2> value) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(row + 2 * i),
                        Avx2::Pack16(_mm256_srli_epi32(RoundedBits(value.a), 16),
                                     _mm256_srli_epi32(RoundedBits(value.b), 16)));
  }

  static FERRY_VECTOR_INLINE __m256 Round(__m256 value) {
    return _mm256_castsi256_ps(Upper(RoundedBits(value)));
  }

 private:
  static FERRY_VECTOR_INLINE __m256i Upper(__m256i bits) {
    return _mm256_and_si256(bits, _mm256_set1_epi32(static_cast<int>(0xffff0000U)));
  }

  static FERRY_VECTOR_INLINE __m256 Widen(__m128i bits) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
  }

  // The bits with the rounded number in their upper half. Adds half of what is cut off, less one
  // where the last kept bit is even; NaN is set apart.
  static FERRY_VECTOR_INLINE __m256i RoundedBits(__m256 value) {
    const __m256i bits = _mm256_castps_si256(value);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i half = _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff));
    const __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(value, value, _CMP_UNORD_Q));
    return _mm256_blendv_epi8(_mm256_add_epi32(bits, half), _mm256_set1_epi32(0x7fc00000), is_nan);
  }
};

struct Half {
  using Vector = Avx2;

  static FERRY_VECTOR_INLINE Pair<Avx2> Load(const std::byte* row, std::int64_t i) {
    const auto* bits = reinterpret_cast<const __m128i*>(row + 2 * i);
    return {_mm256_cvtph_ps(_mm_loadu_si128(bits)), _mm256_cvtph_ps(_mm_loadu_si128(bits + 1))};
  }

  static FERRY_VECTOR_INLINE void Store(std::byte* row, std::int64_t i, Pair<Avx2> value) {
    auto* bits = reinterpret_cast<__m128i*>(row + 2 * i);
    _mm_storeu_si128(bits, RoundedBits(value.a));
    _mm_storeu_si128(bits + 1, RoundedBits(value.b));
  }

  static FERRY_VECTOR_INLINE Pair<Avx2> LoadInOrder(const std::byte* row, std::int64_t i) {
    return Load(row, i);
  }

  static FERRY_VECTOR_INLINE void StoreInOrder(std::byte* row, std::int64_t i, Pair<Avx2> value) {
    Store(row, i, value);
  }

  static FERRY_VECTOR_INLINE __m256 Round(__m256 value) {
    return _mm256_cvtph_ps(RoundedBits(value));
  }

 private:
  static FERRY_VECTOR_INLINE __m128i RoundedBits(__m256 value) {
    const __m128i rounded = _mm256_cvtps_ph(value, kNearest);
    const __m256i wide_nan = _mm256_castps_si256(_mm256_cmp_ps(value, value, _CMP_UNORD_Q));
    const __m128i is_nan =
        _mm_packs_epi32(_mm256_castsi256_si128(wide_nan), _mm256_extracti128_si256(wide_nan, 1));
    return _mm_blendv_epi8(rounded, _mm_set1_epi16(0x7e00), is_nan);
  }
};

}  // namespace

constexpr RowKernels kAvx2BFloat16 = VectorKernels<BFloat16>();
constexpr RowKernels kAvx2Half = VectorKernels<Half>();

}  // namespace ferry::kernels

#endif  // __x86_64__
