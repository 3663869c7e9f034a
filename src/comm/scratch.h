// Memory of one rank and communicator that peers can read, kept from call to call.
#ifndef FERRY_COMM_SCRATCH_H_
#define FERRY_COMM_SCRATCH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "comm/group.h"

namespace ferry::comm {

// Where scratch comes from. Tests of forked ranks hand in memory that all ranks inherited.
class ScratchSource {
 public:
  ScratchSource() = default;
  ScratchSource(const ScratchSource&) = delete;
  ScratchSource& operator=(const ScratchSource&) = delete;
  virtual ~ScratchSource() = default;

  // At least `bytes`, 64-byte aligned. Throws Error{kRtMemoryAllocation}.
  virtual std::byte* Allocate(std::size_t bytes, std::int32_t device) = 0;
  virtual void Free(std::byte* memory) noexcept = 0;
  // Makes sure that writing [begin, begin + bytes) cannot run out of memory, or throws.
  virtual void Commit(const void* begin, std::size_t bytes) = 0;
  // Whether a peer in another process reads [address, address + bytes) at the same address.
  [[nodiscard]] virtual bool IsShared(std::uint64_t address, std::uint64_t bytes) const = 0;
};

// The process's segment (memory/segment.h).
[[nodiscard]] std::shared_ptr<ScratchSource> SegmentScratch();

class ScratchStore {
 public:
  ScratchStore(std::shared_ptr<ScratchSource> source, std::int32_t device);
  ScratchStore(const ScratchStore&) = delete;
  ScratchStore& operator=(const ScratchStore&) = delete;
  ~ScratchStore();

  // At least `bytes` in `slot`, 64-byte aligned, grown on demand and committed; contents are
  // undefined. Throws Error{kRtMemoryAllocation}.
  [[nodiscard]] std::byte* Get(Group::Scratch slot, std::size_t bytes);
  [[nodiscard]] ScratchSource& source() const { return *source_; }

 private:
  struct Buffer {
    std::byte* data = nullptr;
    std::size_t bytes = 0;
  };

  void Grow(Buffer& buffer, std::size_t bytes) const;

  const std::shared_ptr<ScratchSource> source_;
  const std::int32_t device_;
  std::array<Buffer, 3> buffers_{};  // by Group::Scratch; used by the one call whose turn it is
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_SCRATCH_H_
