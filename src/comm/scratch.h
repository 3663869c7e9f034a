// Memory of one rank and communicator that peers can read, kept from call to call.
#ifndef FERRY_COMM_SCRATCH_H_
#define FERRY_COMM_SCRATCH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "comm/group.h"
#include "comm/patience.h"

namespace ferry::comm {

class Board;

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
  // Where other processes find [begin, begin + bytes) in what this one shares with them; nothing if
  // they do not.
  [[nodiscard]] virtual std::optional<std::uint64_t> OffsetOf(const void* begin,
                                                              std::size_t bytes) const = 0;
  // Whether what the process of `peer` shares is here; if not, Reach comes before PeerAddress.
  [[nodiscard]] virtual bool Reaches(const Board& /*board*/, std::int32_t /*peer*/) const {
    return true;
  }
  // Throws Error{kHcclRemote} when the process does not give it before the patience ends.
  virtual void Reach(const Board& /*board*/, std::int32_t /*peer*/,
                     const Patience& /*patience*/) const {}
  // Where this process reads [offset, offset + bytes) of what the process of `peer` shares. Throws
  // Error when it does not share that.
  [[nodiscard]] virtual const std::byte* PeerAddress(const Board& board, std::int32_t peer,
                                                     std::uint64_t offset,
                                                     std::uint64_t bytes) const = 0;
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
  // The same for a copy of part `part` of a record (comm/staging.h).
  [[nodiscard]] std::byte* GetForPart(std::size_t part, std::size_t bytes);
  [[nodiscard]] ScratchSource& source() const { return *source_; }

 private:
  struct Buffer {
    std::byte* data = nullptr;
    std::size_t bytes = 0;
  };

  [[nodiscard]] std::byte* Get(Buffer& buffer, std::size_t bytes) const;
  void Grow(Buffer& buffer, std::size_t bytes) const;

  const std::shared_ptr<ScratchSource> source_;
  const std::int32_t device_;
  // Used by the one call whose turn it is.
  std::array<Buffer, 3> buffers_{};         // by Group::Scratch
  std::array<Buffer, kNumParts> copies_{};  // by part
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_SCRATCH_H_
