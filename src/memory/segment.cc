#include "memory/segment.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/call_site.h"
#include "base/error.h"
#include "base/math.h"
#include "base/text.h"

namespace ferry::memory {
namespace {

constexpr std::size_t kAlignment = 512;
constexpr std::size_t kMostBytes = std::size_t{1} << 46;  // half of what a process can address

}  // namespace

Segment::Segment(SegmentOptions options)
    : options_(options),
      pid_(::getpid()),
      file_(std::make_shared<MemoryFile>()),
      budgets_(options.device_limit) {}

// The mappings and the file go with the extents; a child that destroys its copy takes nothing from
// its parent, because nothing is punched here.
Segment::~Segment() = default;

void* Segment::Allocate(std::size_t bytes, std::int32_t device, Owner owner) {
  Require(bytes > 0, Code::kAclInvalidParam, "size is 0; must be at least 1");
  Require(bytes <= kMostBytes, Code::kRtMemoryAllocation,
          "out of memory on {}: {} bytes requested, more than a process can address",
          PlaceText(device), bytes);
  // Behind a guarded block every byte counts.
  const std::size_t rounded = Guards(owner) ? bytes : AlignUp(bytes, kAlignment);
  {
    const std::unique_lock lock(mutex_);
    budgets_.Take(device, rounded);
  }
  std::byte* address = nullptr;
  try {
    address = Place({rounded, device, owner, Guards(owner) ? CallSite() : ""});
  } catch (...) {
    const std::unique_lock lock(mutex_);
    budgets_.Give(device, rounded);
    throw;
  }
  if (Guards(owner)) Arm(address);
  return address;
}

// Puts a block somewhere; when addresses run out, once more after the cache has given up its own.
std::byte* Segment::Place(const Request& request) {
  for (bool last_try = false;; last_try = true) {
    Extents old;
    try {
      std::unique_lock lock(mutex_);
      const auto block = blocks_.insert(NewBlockLocked(request)).first;
      auto* const address = const_cast<std::byte*>(block->first);
      allocated_bytes_ += request.bytes;
      old = DropOldLocked();
      lock.unlock();
      Retire(old);
      return address;
    } catch (const Error&) {
      const std::lock_guard commit_lock(commit_mutex_);
      if (last_try || !RetireCache()) throw;
    }
  }
}

Segment::Blocks::value_type Segment::NewBlockLocked(const Request& request) {
  if (Guards(request.owner)) return GuardedBlockLocked(request);
  const std::size_t bytes = request.bytes;
  const std::int32_t device = request.device;
  Block block{.bytes = bytes,
              .device = device,
              .owner = request.owner,
              .extent = nullptr,
              .guard = nullptr};
  if (bytes >= SmallHeap::kLargeBlock) {
    block.extent = NewExtentLocked(AlignUp(bytes, Extent::kChunk));
    return {block.extent->base(), block};
  }
  SmallHeap& heap = small_heaps_[device];
  SmallHeap::Place place = heap.Take(bytes);
  if (place.extent == nullptr) {
    heap.Add(NewExtentLocked(SmallHeap::kExtentBytes));
    place = heap.Take(bytes);
  }
  block.extent = place.extent;
  return {place.extent->base() + place.offset, block};
}

std::shared_ptr<Extent> Segment::NewExtentLocked(std::size_t bytes) {
  if (auto cached = cache_.Take(bytes)) return cached;
  auto extent = std::make_shared<Extent>(file_, bytes);
  AddExtentLocked(*extent);
  return extent;
}

void Segment::AddExtentLocked(const Extent& extent) {
  extents_.emplace(extent.base(), extent.bytes());
  mapped_bytes_ += extent.bytes();
}

void Segment::Free(void* pointer) {
  std::unique_lock lock(mutex_);
  const auto block = blocks_.find(static_cast<std::byte*>(pointer));
  if (block == blocks_.end()) RefuseFreeLocked(pointer);
  const std::shared_ptr<GuardedBlock> guard = block->second.guard;
  const std::string overrun = guard != nullptr ? guard->Overrun() : "";
  FreeLocked(block);
  const Extents old = DropOldLocked();
  lock.unlock();
  Retire(old);
  Require(overrun.empty(), Code::kAclInvalidParam, "{}; it is freed now", overrun);
}

void Segment::FreeDevice(std::int32_t device) {
  std::unique_lock lock(mutex_);
  for (auto block = blocks_.cbegin(); block != blocks_.cend();) {
    const bool wanted = block->second.device == device && block->second.owner == Owner::kProgram;
    block = wanted ? FreeLocked(block) : std::next(block);
  }
  const Extents old = DropOldLocked();
  lock.unlock();
  Retire(old);
}

Segment::Blocks::const_iterator Segment::FreeLocked(Blocks::const_iterator block) {
  const auto& [address, what] = *block;
  budgets_.Give(what.device, what.bytes);
  allocated_bytes_ -= what.bytes;
  if (what.guard != nullptr) {
    BuryLocked(what);
    return blocks_.erase(block);
  }
  const bool large = what.bytes >= SmallHeap::kLargeBlock;
  auto unused = large ? what.extent : small_heaps_.at(what.device).Give(address, what.bytes);
  if (unused != nullptr) cache_.Put(std::move(unused), Clock::now());
  return blocks_.erase(block);
}

void Segment::RefuseFreeLocked(const void* pointer) const {
  const auto around = FindLocked(pointer);
  const auto guard = GuardAroundLocked(static_cast<const std::byte*>(pointer));
  if (guard != nullptr && guard->freed() && guard->begin() == pointer)
    Fail(Code::kAclInvalidParam, "{} has been freed already; it was {}", pointer,
         guard->description());
  if (around == blocks_.end() && guard != nullptr)
    Fail(Code::kAclInvalidParam,
         "{} is {}; only the beginning of memory of aclrtMalloc can be freed", pointer,
         guard->WhereIs(static_cast<const std::byte*>(pointer)));
  if (around == blocks_.end())
    Fail(Code::kAclInvalidParam, "{} is not memory of aclrtMalloc, or it has been freed already",
         pointer);
  Fail(Code::kAclInvalidParam,
       "{} lies {} bytes inside the allocation at {}; only its beginning can be freed", pointer,
       static_cast<const std::byte*>(pointer) - around->first,
       static_cast<const void*>(around->first));
}

Segment::Blocks::const_iterator Segment::FindLocked(const void* pointer) const {
  const auto* const address = static_cast<const std::byte*>(pointer);
  auto block = blocks_.upper_bound(address);
  if (block == blocks_.begin()) return blocks_.end();
  --block;
  const auto offset = static_cast<std::size_t>(address - block->first);
  return offset < block->second.bytes ? block : blocks_.end();
}

std::optional<Allocation> Segment::Find(const void* pointer) const {
  const std::shared_lock lock(mutex_);
  const auto block = FindLocked(pointer);
  if (block == blocks_.end()) return std::nullopt;
  return Allocation{.base = const_cast<std::byte*>(block->first),
                    .bytes = block->second.bytes,
                    .device = block->second.device};
}

std::optional<std::uint64_t> Segment::OffsetOf(const void* begin, std::size_t bytes) const {
  const std::shared_lock lock(mutex_);
  const auto block = FindLocked(begin);
  if (block == blocks_.end()) return std::nullopt;
  const Extent& extent = *block->second.extent;
  const auto at = static_cast<std::size_t>(static_cast<const std::byte*>(begin) - extent.base());
  if (bytes > extent.bytes() - at) return std::nullopt;
  return extent.file_offset() + at;
}

Segment::Extents Segment::DropLocked(Extents extents) {
  for (const auto& extent : extents) {
    mapped_bytes_ -= extent->bytes();
    extents_.erase(extent->base());
  }
  return extents;
}

Segment::Extents Segment::DropOldLocked() {
  Extents old = cache_.TakeOlderThan(Clock::now() - options_.cache_age);
  old.insert(old.end(), freed_guarded_.begin(), freed_guarded_.end());
  freed_guarded_.clear();
  return DropLocked(std::move(old));
}

void Segment::Retire(const Extents& extents) {
  if (extents.empty() || ::getpid() != pid_) return;
  const std::lock_guard lock(commit_mutex_);
  for (const auto& extent : extents) extent->Retire();
}

Statistics Segment::GetStatistics() const {
  const std::shared_lock lock(mutex_);
  return {.allocations = blocks_.size(),
          .allocated_bytes = allocated_bytes_,
          .mapped_bytes = mapped_bytes_,
          .cached_bytes = cache_.bytes(),
          .committed_bytes = file_->CommittedBytes(),
          .physical_limit = options_.physical_limit};
}

DeviceUsage Segment::UsageOf(std::int32_t device) const {
  const std::shared_lock lock(mutex_);
  return budgets_.UsageOf(device);
}

}  // namespace ferry::memory
