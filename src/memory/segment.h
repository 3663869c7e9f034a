// The memory of this process's virtual devices: what aclrtMalloc hands out, and under
// FERRY_STRICT=1 what aclrtMallocHost does.
//
// One sparse file in memory (memfd; /dev/shm is not used) holds all of it, so that peers of the
// same host can map it. Addresses are free: a page exists only once it is written or committed, so
// a device may hold far more addresses than the machine has memory, as expert parallelism needs.
// Two limits keep that safe: addresses count against a budget per device (Allocate), pages against
// what this process and this machine have (Commit).
#ifndef FERRY_MEMORY_SEGMENT_H_
#define FERRY_MEMORY_SEGMENT_H_

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/env.h"
#include "memory/budget.h"
#include "memory/extent_cache.h"
#include "memory/guard_pages.h"
#include "memory/place.h"
#include "memory/small_heap.h"

namespace ferry::memory {

// What the segment knows of an address.
struct Allocation {
  std::byte* base = nullptr;
  std::size_t bytes = 0;    // usable: what was asked for, rounded up to 512 unless guarded
  std::int32_t device = 0;  // or kHost
};

// Whose memory it is decides who gives it back when a device is reset.
enum class Owner : std::uint8_t {
  kProgram,  // aclrtMalloc: FreeDevice frees it
  kFerry,    // scratch that lives as long as a communicator: only Free frees it
};

struct Statistics {
  std::uint64_t allocations = 0;      // live ones
  std::uint64_t allocated_bytes = 0;  // addresses of live allocations
  std::uint64_t mapped_bytes = 0;     // addresses of all extents, the cached ones included
  std::uint64_t cached_bytes = 0;     // addresses of freed extents that wait to be used again
  std::uint64_t committed_bytes = 0;  // pages that exist, cached extents included
  std::uint64_t physical_limit = 0;   // what committed_bytes may reach
};

struct SegmentOptions {
  std::uint64_t device_limit = DefaultDeviceLimit();      // addresses of one device
  std::uint64_t physical_limit = DefaultPhysicalLimit();  // pages of this process
  std::chrono::nanoseconds cache_age = std::chrono::seconds(30);
  // Puts each block of the program's own into a GuardedBlock: for finding mistakes of programs.
  bool guarded = env::Strict();
};

// Thread-safe. Addresses are 512-byte aligned. A freed address keeps its pages for a while and is
// handed out again to requests of the same size, so that a steady program faults no page twice;
// contents are therefore undefined. Cached pages go back to the machine when they are older than
// cache_age at the next Allocate or Free, and at once when a Commit needs them.
class Segment {
 public:
  // Throws Error{kRtMemoryAllocation} if the system refuses a memfd.
  explicit Segment(SegmentOptions options = {});
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;
  ~Segment();

  // `bytes` > 0; `device` may be kHost. Throws Error{kRtMemoryAllocation} beyond the device's
  // budget.
  [[nodiscard]] void* Allocate(std::size_t bytes, std::int32_t device,
                               Owner owner = Owner::kProgram);

  // Throws Error{kAclInvalidParam} unless `pointer` is what Allocate returned and not yet freed. A
  // guarded block behind whose end something was written is freed, and then told by the same Error.
  void Free(void* pointer);

  // Frees what the program still holds on `device`.
  void FreeDevice(std::int32_t device);

  // The live allocation that `pointer` lies in; nothing for memory that is not ours.
  [[nodiscard]] std::optional<Allocation> Find(const void* pointer) const;

  // The guarded block that `pointer` lies in or in the forbidden addresses around, a freed one if
  // it is not forgotten yet; null for memory that is not guarded.
  [[nodiscard]] std::shared_ptr<const GuardedBlock> GuardOf(const void* pointer) const;

  // What was written behind the program's guarded blocks on `device`, or of the host, a sentence
  // for each block. They stay what they are.
  [[nodiscard]] std::vector<std::string> OverrunsOn(std::int32_t device) const;

  // Where a range that begins in a live allocation, Ferry's own included, and ends in the same
  // extent lies in the memory file, where peers read it; nothing for any other range.
  [[nodiscard]] std::optional<std::uint64_t> OffsetOf(const void* begin, std::size_t bytes) const;

  // The memory file as a peer may have it: a descriptor that cannot write.
  [[nodiscard]] UniqueFd OpenReadOnly() const { return file_->OpenReadOnly(); }

  // A range that begins in an allocation of ours must end there, none may begin in what was freed
  // of ours or around a guarded block, nor end where no address is, here and in all that follows:
  // throws Error{kRtParamInvalid}, whose message calls the range `name` and names the block if it
  // is or was guarded. Memory that is not ours passes.
  void RequireInside(const void* begin, std::size_t bytes, const char* name) const;

  // Makes the pages of [begin, begin + bytes) exist, so that writing them cannot fail. Nothing
  // happens to memory that is not ours. Throws Error{kRtMemoryAllocation} when there is no room.
  void Commit(const void* begin, std::size_t bytes);

  // Copies from memory of any kind. Pages of ours that were never written read as zeros and do not
  // come into being by it, unless the ranges overlap, which they may.
  void CopyOut(void* dst, const void* src, std::size_t bytes) const;

  // Commits `dst` and then copies as CopyOut does: a full machine is an Error, not a SIGBUS.
  void CopyIn(void* dst, const void* src, std::size_t bytes);

  // Commits `memory` and sets its bytes.
  void Fill(void* memory, int value, std::size_t bytes);

  [[nodiscard]] Statistics GetStatistics() const;
  [[nodiscard]] DeviceUsage UsageOf(std::int32_t device) const;

 private:
  struct Block {
    std::size_t bytes = 0;  // rounded
    std::int32_t device = 0;
    Owner owner = Owner::kProgram;
    std::shared_ptr<Extent> extent;
    std::shared_ptr<GuardedBlock> guard;  // null unless guarded
  };
  struct Request {
    std::size_t bytes = 0;  // rounded
    std::int32_t device = 0;
    Owner owner = Owner::kProgram;
    std::string site;  // of a guarded block: where it was asked for
  };
  using Blocks = std::map<const std::byte*, Block>;  // by address
  using Extents = std::vector<std::shared_ptr<Extent>>;

  // Those whose names end in Locked want mutex_.
  Blocks::const_iterator FindLocked(const void* pointer) const;
  Blocks::const_iterator FindInsideLocked(const void* begin, std::size_t bytes,
                                          const char* name) const;
  Blocks::value_type NewBlockLocked(const Request& request);
  std::shared_ptr<Extent> NewExtentLocked(std::size_t bytes);
  void AddExtentLocked(const Extent& extent);
  Blocks::const_iterator FreeLocked(Blocks::const_iterator block);
  Extents DropLocked(Extents extents);
  Extents DropOldLocked();
  [[noreturn]] void RefuseFreeLocked(const void* pointer) const;

  // Of guarded blocks, in segment_guards.cc. Arm makes one ready for use, or frees it and throws.
  Blocks::value_type GuardedBlockLocked(const Request& request);
  void Arm(std::byte* address);
  void BuryLocked(const Block& block);
  std::shared_ptr<const GuardedBlock> GuardAroundLocked(const std::byte* address) const;
  [[nodiscard]] bool Guards(Owner owner) const {
    return options_.guarded && owner == Owner::kProgram;
  }
  std::byte* Place(const Request& request);
  void Retire(const Extents& extents);

  // Those want commit_mutex_.
  void CommitExtent(Extent& extent, std::size_t begin, std::size_t end, std::int32_t device);
  bool HasRoom(std::uint64_t need);
  bool RetireCache();

  const SegmentOptions options_;
  const pid_t pid_;  // a forked child inherits the object, but the pages stay its parent's
  const std::shared_ptr<MemoryFile> file_;

  mutable std::shared_mutex mutex_;  // guards the next nine; held for short steps only
  Blocks blocks_;
  std::map<const std::byte*, std::size_t> extents_;  // bytes of each that is mapped, by address
  SmallHeaps small_heaps_;
  ExtentCache cache_;
  DeviceBudgets budgets_;
  std::uint64_t allocated_bytes_ = 0;
  std::uint64_t mapped_bytes_ = 0;
  Extents freed_guarded_;  // whose pages are still to be given back
  // Freed guarded blocks whose addresses stay forbidden for a while, the latest last.
  std::deque<std::shared_ptr<GuardedBlock>> buried_;

  // Orders commits and the end of extents: whoever holds it may take mutex_, never the reverse.
  std::mutex commit_mutex_;
  // Reading what the machine has left is slow, so what it said is spent for a while.
  std::uint64_t machine_credit_ = 0;        // guarded by commit_mutex_
  Clock::time_point machine_credit_until_;  // guarded by commit_mutex_
};

// The segment of this process, made at its first use and never destroyed: nothing runs at exit. A
// forked child gets its own; what it inherited from its parent is to it memory of somebody else.
[[nodiscard]] Segment& ProcessSegment();

}  // namespace ferry::memory

#endif  // FERRY_MEMORY_SEGMENT_H_
