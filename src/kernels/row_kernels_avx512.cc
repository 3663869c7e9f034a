// The row kernels with 512-bit vectors.
#if defined(__x86_64__)

// g++ 12 warns of its own intrinsics' undefined lanes (GCC bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

#include <immintrin.h>

#define FERRY_VECTOR __attribute__((target("avx512f,avx512bw,avx512vl")))
#define FERRY_VECTOR_INLINE \
  inline __attribute__((target("avx512f,avx512bw,avx512vl"), always_inline))

#include "kernels/vector_int8_rows.h"

namespace ferry::kernels {
namespace {

constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

struct Avx512 {
  using Floats = __m512;
  using Integers = __m512i;
  static constexpr std::int64_t kLanes = 16;

  static FERRY_VECTOR_INLINE Floats Zero() { return _mm512_setzero_ps(); }
  static FERRY_VECTOR_INLINE Floats Fill(float x) { return _mm512_set1_ps(x); }
  static FERRY_VECTOR_INLINE Floats Load(const float* p) { return _mm512_loadu_ps(p); }
  static FERRY_VECTOR_INLINE Floats Add(Floats x, Floats y) { return _mm512_add_ps(x, y); }
  static FERRY_VECTOR_INLINE Floats Multiply(Floats x, Floats y) { return _mm512_mul_ps(x, y); }
  static FERRY_VECTOR_INLINE Floats Divide(Floats x, Floats y) { return _mm512_div_ps(x, y); }

  static FERRY_VECTOR_INLINE Floats MaxMagnitude(Floats m, Floats v) {
    // The instruction gives its second operand where one is NaN.
    return _mm512_max_ps(_mm512_abs_ps(v), m);
  }

  static FERRY_VECTOR_INLINE Floats LargestOfEach8(Floats m) {
    m = _mm512_max_ps(m, _mm512_shuffle_f32x4(m, m, _MM_SHUFFLE(2, 3, 0, 1)));
    m = _mm512_max_ps(m, _mm512_permute_ps(m, _MM_SHUFFLE(1, 0, 3, 2)));
    return _mm512_max_ps(m, _mm512_permute_ps(m, _MM_SHUFFLE(2, 3, 0, 1)));
  }

  static FERRY_VECTOR_INLINE float Largest(Floats m) { return _mm512_reduce_max_ps(m); }

  static FERRY_VECTOR_INLINE Floats RoundToHalf(Floats v) {
    return _mm512_cvtph_ps(_mm512_cvtps_ph(v, kNearest));
  }

  static FERRY_VECTOR_INLINE Integers ToIntegers(Floats v) {
    const Floats number = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(v, v, _CMP_ORD_Q), v);
    const Floats bounded =
        _mm512_max_ps(_mm512_min_ps(number, _mm512_set1_ps(127.0f)), _mm512_set1_ps(-127.0f));
    return _mm512_cvt_roundps_epi32(bounded, kNearest);
  }

  static FERRY_VECTOR_INLINE Floats ToFloats(Integers n) { return _mm512_cvtepi32_ps(n); }

  static FERRY_VECTOR_INLINE void StoreInt8(std::int8_t* out, Integers a, Integers b) {
    auto* const bytes = reinterpret_cast<__m128i*>(out);
    _mm_storeu_si128(bytes, _mm512_cvtepi32_epi8(a));
    _mm_storeu_si128(bytes + 1, _mm512_cvtepi32_epi8(b));
  }
};

struct BFloat16 {
  using Vector = Avx512;

  // The even elements, then the odd ones: widening is one shift or one mask that way, and no
  // element changes its lane.
  static FERRY_VECTOR_INLINE Pair<Avx512> Load(const std::byte* row, std::int64_t i) {
    const __m512i bits = _mm512_loadu_si512(row + 2 * i);
    return {_mm512_castsi512_ps(_mm512_slli_epi32(bits, 16)), _mm512_castsi512_ps(Upper(bits))};
  }

  static FERRY_VECTOR_INLINE void Store(std::byte* row, std::int64_t i, Pair<Avx512> value) {
    const __m512i even = _mm512_srli_epi32(RoundedBits(value.a), 16);
    constexpr __mmask32 kOddElements = 0xaaaaaaaaU;
    _mm512_storeu_si512(row + 2 * i,
                        _mm512_mask_mov_epi16(even, kOddElements, RoundedBits(value.b)));
  }

  static FERRY_VECTOR_INLINE Pair<Avx512> LoadInOrder(const std::byte* row, std::int64_t i) {
    const auto* bits = reinterpret_cast<const __m256i*>(row + 2 * i);
    return {Widen(_mm256_loadu_si256(bits)), Widen(_mm256_loadu_si256(bits + 1))};
  }

  static FERRY_VECTOR_INLINE void StoreInOrder(std::byte* row, std::int64_t i, Pair<Avx512> value) {
    auto* bits = reinterpret_cast<__m256i*>(row + 2 * i);
    _mm256_storeu_si256(bits, Narrow(value.a));
    _mm256_storeu_si256(bits + 1, Narrow(value.b));
  }

  static FERRY_VECTOR_INLINE __m512 Round(__m512 value) {
    return _mm512_castsi512_ps(Upper(RoundedBits(value)));
  }

 private:
  static FERRY_VECTOR_INLINE __m512i Upper(__m512i bits) {
    return _mm512_and_si512(bits, _mm512_set1_epi32(static_cast<int>(0xffff0000U)));
  }

  static FERRY_VECTOR_INLINE __m512 Widen(__m256i bits) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
  }

  static FERRY_VECTOR_INLINE __m256i Narrow(__m512 value) {
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(RoundedBits(value), 16));
  }

  // The bits with the rounded number in their upper half. Adds half of what is cut off, less one
  // where the last kept bit is even; NaN is set apart.
  static FERRY_VECTOR_INLINE __m512i RoundedBits(__m512 value) {
    const __m512i bits = _mm512_castps_si512(value);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i half = _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff));
    const __mmask16 is_nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    return _mm512_mask_mov_epi32(_mm512_add_epi32(bits, half), is_nan,
                                 _mm512_set1_epi32(0x7fc00000));
  }
};

struct Half {
  using Vector = Avx512;

  static FERRY_VECTOR_INLINE Pair<Avx512> Load(const std::byte* row, std::int64_t i) {
    const auto* bits = reinterpret_cast<const __m256i*>(row + 2 * i);
    return {_mm512_cvtph_ps(_mm256_loadu_si256(bits)),
            _mm512_cvtph_ps(_mm256_loadu_si256(bits + 1))};
  }

  static FERRY_VECTOR_INLINE void Store(std::byte* row, std::int64_t i, Pair<Avx512> value) {
    auto* bits = reinterpret_cast<__m256i*>(row + 2 * i);
    _mm256_storeu_si256(bits, RoundedBits(value.a));
    _mm256_storeu_si256(bits + 1, RoundedBits(value.b));
  }

  static FERRY_VECTOR_INLINE Pair<Avx512> LoadInOrder(const std::byte* row, std::int64_t i) {
    return Load(row, i);
  }

  static FERRY_VECTOR_INLINE void StoreInOrder(std::byte* row, std::int64_t i, Pair<Avx512> value) {
    Store(row, i, value);
  }

  static FERRY_VECTOR_INLINE __m512 Round(__m512 value) {
    return _mm512_cvtph_ps(RoundedBits(value));
  }

 private:
  static FERRY_VECTOR_INLINE __m256i RoundedBits(__m512 value) {
    const __m256i rounded = _mm512_cvtps_ph(value, kNearest);
    const __mmask16 is_nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    return _mm256_mask_mov_epi16(rounded, is_nan, _mm256_set1_epi16(0x7e00));
  }
};

}  // namespace

constexpr RowKernels kAvx512BFloat16 = VectorKernels<BFloat16>();
constexpr RowKernels kAvx512Half = VectorKernels<Half>();

}  // namespace ferry::kernels

#endif  // __x86_64__
