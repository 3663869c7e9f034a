// Moves one row: dense as bytes, or element by element where it is strided.
#ifndef FERRY_KERNELS_COPY_ROW_H_
#define FERRY_KERNELS_COPY_ROW_H_

#include <cstddef>
#include <cstdint>

namespace ferry::kernels {

// Whether the copy will be read soon, or should leave the cache to others.
enum class CopyHint : std::uint8_t { kCached, kStreaming };

// Copies `bytes` bytes; the rows must not overlap. After kStreaming copies and before anybody is
// told that the row is there, the same thread calls StreamFence.
void CopyRow(std::byte* dst, const std::byte* src, std::size_t bytes,
             CopyHint hint = CopyHint::kCached);

// Makes earlier streaming stores of this thread visible before its later stores.
void StreamFence();

// Copies `count` elements of `element_bytes` (1, 2, 4 or 8); strides in bytes, of any sign.
void CopyRowStrided(std::byte* dst, std::int64_t dst_stride, const std::byte* src,
                    std::int64_t src_stride, std::int64_t count, std::size_t element_bytes);

}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_COPY_ROW_H_
