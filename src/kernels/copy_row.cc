#include "kernels/copy_row.h"

#include <cstring>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace ferry::kernels {
namespace {

#if defined(__x86_64__)
constexpr std::size_t kLine = 64;

// SSE2 is part of x86-64, and four 16-byte stores fill a line as well as one of 64 bytes: the write
// combining buffer sends it out whole.
void CopyStreaming(std::byte* dst, const std::byte* src, std::size_t bytes) {
  const std::size_t to_line = (kLine - reinterpret_cast<std::uintptr_t>(dst) % kLine) % kLine;
  if (bytes < to_line + kLine) {
    std::memcpy(dst, src, bytes);
    return;
  }
  std::memcpy(dst, src, to_line);
  std::size_t at = to_line;
  for (; at + kLine <= bytes; at += kLine) {
    const auto* from = reinterpret_cast<const __m128i*>(src + at);
    auto* to = reinterpret_cast<__m128i*>(dst + at);
    _mm_prefetch(reinterpret_cast<const char*>(src + at + 8 * kLine), _MM_HINT_T0);
    const __m128i a = _mm_loadu_si128(from);
    const __m128i b = _mm_loadu_si128(from + 1);
    const __m128i c = _mm_loadu_si128(from + 2);
    const __m128i d = _mm_loadu_si128(from + 3);
    _mm_stream_si128(to, a);
    _mm_stream_si128(to + 1, b);
    _mm_stream_si128(to + 2, c);
    _mm_stream_si128(to + 3, d);
  }
  std::memcpy(dst + at, src + at, bytes - at);
}
#endif

// memcpy of a constant size is one load and one store, whatever the alignment.
template <std::size_t kBytes>
void CopyElements(std::byte* dst, std::int64_t dst_stride, const std::byte* src,
                  std::int64_t src_stride, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    std::memcpy(dst + i * dst_stride, src + i * src_stride, kBytes);
  }
}

}  // namespace

void CopyRow(std::byte* dst, const std::byte* src, std::size_t bytes,
             [[maybe_unused]] CopyHint hint) {
  if (bytes == 0) return;
#if defined(__x86_64__)
  if (hint == CopyHint::kStreaming) {
    CopyStreaming(dst, src, bytes);
    return;
  }
#endif
  std::memcpy(dst, src, bytes);
}

void StreamFence() {
#if defined(__x86_64__)
  _mm_sfence();
#endif
}

void CopyRowStrided(std::byte* dst, std::int64_t dst_stride, const std::byte* src,
                    std::int64_t src_stride, std::int64_t count, std::size_t element_bytes) {
  switch (element_bytes) {
    case 1:
      return CopyElements<1>(dst, dst_stride, src, src_stride, count);
    case 2:
      return CopyElements<2>(dst, dst_stride, src, src_stride, count);
    case 4:
      return CopyElements<4>(dst, dst_stride, src, src_stride, count);
    default:
      return CopyElements<8>(dst, dst_stride, src, src_stride, count);
  }
}

}  // namespace ferry::kernels
