// The device memory of another process of this host, readable here.
#ifndef FERRY_MEMORY_PEER_FILE_H_
#define FERRY_MEMORY_PEER_FILE_H_

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/fd.h"

namespace ferry::memory {

// Thread-safe. Maps the peer's memory file from its beginning, so that an offset becomes an address
// by one addition; the mapping grows by doubling as far as somebody reads. What was mapped stays
// mapped, and readable after the peer's death, until the object ends.
class PeerFile {
 public:
  // `file` comes from MemoryFile::OpenReadOnly of a peer. Throws Error{kRtMemoryAllocation} for
  // anything that could shrink while it is read.
  explicit PeerFile(UniqueFd file);
  PeerFile(const PeerFile&) = delete;
  PeerFile& operator=(const PeerFile&) = delete;
  // A forked child inherits the object, but not the mappings.
  ~PeerFile();

  // Address of [offset, offset + bytes) of the file. Throws Error{kRtMemoryAllocation} when the
  // file is shorter, or addresses are used up.
  [[nodiscard]] const std::byte* At(std::uint64_t offset, std::uint64_t bytes);

  // Addresses that are mapped, superseded windows included.
  [[nodiscard]] std::uint64_t MappedBytes() const;

 private:
  struct Window {
    const std::byte* base = nullptr;
    std::uint64_t bytes = 0;  // mapped
    // Of them, as long as the file was when last looked at. relaxed: the number means itself.
    std::atomic<std::uint64_t> readable{0};
  };

  const Window& Grow(std::uint64_t end);
  void AddWindow(std::uint64_t end);
  [[nodiscard]] std::uint64_t FileSize() const;

  const UniqueFd file_;
  const pid_t pid_;
  std::atomic<Window*> current_{nullptr};  // the last of windows_
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Window>> windows_;  // guarded by mutex_
};

}  // namespace ferry::memory

#endif  // FERRY_MEMORY_PEER_FILE_H_
