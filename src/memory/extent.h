// A mapped range of the memory file, and which parts of it are known to exist.
#ifndef FERRY_MEMORY_EXTENT_H_
#define FERRY_MEMORY_EXTENT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "memory/memory_file.h"

namespace ferry::memory {

// Unmapped when the last owner lets go, so a reader that holds it never loses its address; whether
// its pages are given back is decided by Retire. Chunks of 64 KiB are committed as a whole.
class Extent {
 public:
  static constexpr std::size_t kChunk = std::size_t{64} << 10;

  // `bytes` is a multiple of kChunk.
  Extent(std::shared_ptr<MemoryFile> file, std::size_t bytes);
  Extent(const Extent&) = delete;
  Extent& operator=(const Extent&) = delete;
  ~Extent();

  [[nodiscard]] std::byte* base() const noexcept { return base_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t file_offset() const noexcept { return offset_; }

  // Bytes of the chunks of [begin, end), offsets in the extent, that are not known to exist.
  // begin < end.
  [[nodiscard]] std::size_t MissingBytes(std::size_t begin, std::size_t end) const noexcept;
  [[nodiscard]] bool IsCommitted(std::size_t begin, std::size_t end) const noexcept {
    return MissingBytes(begin, end) == 0;
  }

  // Makes [begin, end) exist; false if there is no memory for it. Not at the same time as itself or
  // Retire on this extent.
  [[nodiscard]] bool Commit(std::size_t begin, std::size_t end);

  // Gives the pages back to the machine; the extent is of no use any more.
  void Retire() noexcept;
  [[nodiscard]] bool retired() const noexcept { return retired_; }

  // Copies [begin, begin + bytes) out without touching what does not exist.
  void CopyOut(std::byte* to, std::size_t begin, std::size_t bytes) const noexcept;

 private:
  [[nodiscard]] bool ChunkCommitted(std::size_t chunk) const noexcept;

  const std::shared_ptr<MemoryFile> file_;
  const std::size_t bytes_;
  const std::uint64_t offset_;                         // in the file
  std::vector<std::atomic<std::uint64_t>> committed_;  // one bit a chunk
  std::byte* const base_;
  bool retired_ = false;
};

}  // namespace ferry::memory

#endif  // FERRY_MEMORY_EXTENT_H_
