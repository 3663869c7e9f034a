// A sparse file that exists only in memory, and what can be done to ranges of it.
#ifndef FERRY_MEMORY_MEMORY_FILE_H_
#define FERRY_MEMORY_MEMORY_FILE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/fd.h"

namespace ferry::memory {

// Thread-safe. Ranges are whole pages. Offsets are never used twice: a peer whose mapping is out of
// date sees zeros, never somebody else's data.
class MemoryFile {
 public:
  // Throws Error{kRtMemoryAllocation} if the system refuses.
  MemoryFile();

  // A new range at the end of the file; returns its offset.
  [[nodiscard]] std::uint64_t Extend(std::size_t bytes);

  // Maps a range, writable and without reserving memory. Throws Error{kRtMemoryAllocation}.
  [[nodiscard]] std::byte* Map(std::uint64_t offset, std::size_t bytes) const;

  // Makes the pages of a range exist; false if there is no memory for them.
  [[nodiscard]] bool Commit(std::uint64_t offset, std::size_t bytes) const noexcept;

  // Gives the pages of a range back to the machine, in every process that maps it.
  void Punch(std::uint64_t offset, std::size_t bytes) const noexcept;

  // The first run of existing pages that begins at or after `begin`, cut at `end`; empty at `end`
  // if there is none.
  struct Run {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };
  [[nodiscard]] Run NextData(std::uint64_t begin, std::uint64_t end) const noexcept;

  // The same file behind a descriptor that cannot write, for a peer to map (peer_file.h). Throws
  // Error{kRtMemoryAllocation}.
  [[nodiscard]] UniqueFd OpenReadOnly() const;

  // Bytes of the pages that exist, as the system counts them.
  [[nodiscard]] std::uint64_t CommittedBytes() const noexcept;

 private:
  UniqueFd fd_;
  std::atomic<std::uint64_t> size_{0};
};

}  // namespace ferry::memory

#endif  // FERRY_MEMORY_MEMORY_FILE_H_
