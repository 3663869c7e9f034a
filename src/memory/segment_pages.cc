// The part of Segment that deals with pages: which exist, and copying without making more.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "memory/segment.h"

namespace ferry::memory {
namespace {

bool Overlap(const void* a, const void* b, std::size_t bytes) {
  const auto x = reinterpret_cast<std::uintptr_t>(a);
  const auto y = reinterpret_cast<std::uintptr_t>(b);
  return x < y ? y - x < bytes : x - y < bytes;
}

// A range that begins in no allocation: not in what was freed, and its end is an address, too.
void RequireForeign(const std::map<const std::byte*, std::size_t>& extents, const void* begin,
                    std::size_t bytes, const char* name) {
  const auto* const address = static_cast<const std::byte*>(begin);
  auto extent = extents.upper_bound(address);
  if (extent != extents.begin()) {
    --extent;
    Require(static_cast<std::size_t>(address - extent->first) >= extent->second,
            Code::kRtParamInvalid, "{} is {}, in memory that has been freed", name, begin);
  }
  constexpr auto kLast = static_cast<std::uintptr_t>(PTRDIFF_MAX);  // of a program, not the kernel
  const auto first = reinterpret_cast<std::uintptr_t>(begin);
  Require(first <= kLast && bytes <= kLast - first, Code::kRtParamInvalid,
          "{} is {} bytes at {}; must end at an address of the program", name, bytes, begin);
}

}  // namespace

// The block that the range lies in; none if it begins in memory that is not ours.
Segment::Blocks::const_iterator Segment::FindInsideLocked(const void* begin, std::size_t bytes,
                                                          const char* name) const {
  const auto found = FindLocked(begin);
  if (found == blocks_.end()) {
    const auto* const address = static_cast<const std::byte*>(begin);
    if (const auto guard = GuardAroundLocked(address))
      Fail(Code::kRtParamInvalid, "{} is {}, {}", name, begin, guard->WhereIs(address));
    RequireForeign(extents_, begin, bytes, name);
    return found;
  }
  const auto& [address, block] = *found;
  const auto in_block = static_cast<std::size_t>(static_cast<const std::byte*>(begin) - address);
  Require(
      bytes <= block.bytes - in_block, Code::kRtParamInvalid,
      "{} is {} bytes at {}; must be at most the {} bytes up to the end of the allocation at {}",
      name, bytes, begin, block.bytes - in_block, static_cast<const void*>(address));
  return found;
}

void Segment::RequireInside(const void* begin, std::size_t bytes, const char* name) const {
  const std::shared_lock lock(mutex_);
  (void)FindInsideLocked(begin, bytes, name);
}

void Segment::Commit(const void* begin, std::size_t bytes) {
  if (bytes == 0) return;
  std::shared_lock lock(mutex_);
  const auto found = FindInsideLocked(begin, bytes, "memory to be written");
  if (found == blocks_.end()) return;
  const auto& block = found->second;
  const auto first =
      static_cast<std::size_t>(static_cast<const std::byte*>(begin) - block.extent->base());
  if (block.extent->IsCommitted(first, first + bytes)) return;
  const std::shared_ptr<Extent> extent = block.extent;
  const std::int32_t device = block.device;
  lock.unlock();
  const std::lock_guard commit_lock(commit_mutex_);
  CommitExtent(*extent, first, first + bytes, device);
}

void Segment::CommitExtent(Extent& extent, std::size_t begin, std::size_t end,
                           std::int32_t device) {
  Require(!extent.retired(), Code::kAclInvalidParam,
          "memory of {} at {} was freed while it was in use", PlaceText(device),
          static_cast<const void*>(extent.base() + begin));
  const std::size_t need = extent.MissingBytes(begin, end);
  // What looks like enough can still fail, when other processes are faster.
  if (HasRoom(need) && extent.Commit(begin, end)) return;
  if (RetireCache() && HasRoom(need) && extent.Commit(begin, end)) return;
  const std::uint64_t committed = file_->CommittedBytes();
  Fail(Code::kRtMemoryAllocation,
       "out of memory: {} needs {} bytes ({}) more; this process has committed {} of its "
       "limit {}, and {} are available on the machine",
       PlaceText(device), need, FormatBytes(need), FormatBytes(committed),
       FormatBytes(options_.physical_limit), FormatBytes(AvailableMemory()));
}

bool Segment::HasRoom(std::uint64_t need) {
  const std::uint64_t committed = file_->CommittedBytes();
  if (committed > options_.physical_limit || need > options_.physical_limit - committed)
    return false;
  if (need > machine_credit_ || Clock::now() >= machine_credit_until_) {
    constexpr auto kTrusted = std::chrono::milliseconds(100);
    const std::uint64_t available = AvailableMemory();
    // A part stays free for page tables, stacks and what others do in the meantime.
    machine_credit_ = available - available / 16;
    machine_credit_until_ = Clock::now() + kTrusted;
  }
  if (need > machine_credit_) return false;
  machine_credit_ -= need;
  return true;
}

bool Segment::RetireCache() {
  Extents all;
  {
    const std::unique_lock lock(mutex_);
    all = DropLocked(cache_.TakeAll());
  }
  if (::getpid() == pid_)
    for (const auto& extent : all) extent->Retire();
  machine_credit_ = 0;  // ask anew
  return !all.empty();
}

void Segment::CopyOut(void* dst, const void* src, std::size_t bytes) const {
  if (bytes == 0) return;
  std::shared_ptr<Extent> extent;  // null: not ours
  {
    const std::shared_lock lock(mutex_);
    const auto found = FindInsideLocked(src, bytes, "src");
    if (found != blocks_.end()) extent = found->second.extent;
  }
  if (extent == nullptr || Overlap(dst, src, bytes)) {
    std::memmove(dst, src, bytes);
    return;
  }
  const auto offset = static_cast<std::size_t>(static_cast<const std::byte*>(src) - extent->base());
  extent->CopyOut(static_cast<std::byte*>(dst), offset, bytes);
}

void Segment::CopyIn(void* dst, const void* src, std::size_t bytes) {
  if (bytes == 0) return;
  // Before pages are made for a copy that is then refused.
  RequireInside(dst, bytes, "dst");
  RequireInside(src, bytes, "src");
  Commit(dst, bytes);
  CopyOut(dst, src, bytes);
}

void Segment::Fill(void* memory, int value, std::size_t bytes) {
  if (bytes == 0) return;
  RequireInside(memory, bytes, "devPtr");
  Commit(memory, bytes);
  std::memset(memory, value, bytes);
}

}  // namespace ferry::memory
