// The part of Segment that deals with pages: which exist, and copying without making more.
#include <unistd.h>

#include <algorithm>
#include <cstring>
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

}  // namespace

void Segment::Commit(const void* begin, std::size_t bytes) {
  if (bytes == 0) return;
  std::shared_lock lock(mutex_);
  const auto found = FindLocked(begin);
  if (found == blocks_.end()) return;
  const auto& [address, block] = *found;
  const auto in_block = static_cast<std::size_t>(static_cast<const std::byte*>(begin) - address);
  Require(bytes <= block.bytes - in_block, Code::kAclInvalidParam,
          "{} bytes from {} leave the allocation at {}, which ends after {}", bytes, begin,
          static_cast<const void*>(address), block.bytes - in_block);
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
          "memory of device {} at {} was freed while it was in use", device,
          static_cast<const void*>(extent.base() + begin));
  const std::size_t need = extent.MissingBytes(begin, end);
  // What looks like enough can still fail, when other processes are faster.
  if (HasRoom(need) && extent.Commit(begin, end)) return;
  if (RetireCache() && HasRoom(need) && extent.Commit(begin, end)) return;
  const std::uint64_t committed = file_->CommittedBytes();
  Fail(Code::kRtMemoryAllocation,
       "out of memory: device {} needs {} bytes ({}) more; this process has committed {} of its "
       "limit {}, and {} are available on the machine",
       device, need, FormatBytes(need), FormatBytes(committed),
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

void Segment::CopyOut(void* to, const void* from, std::size_t bytes) const {
  if (bytes == 0) return;
  std::shared_ptr<Extent> extent;
  {
    const std::shared_lock lock(mutex_);
    const auto found = FindLocked(from);
    if (found != blocks_.end()) extent = found->second.extent;
  }
  const auto* const source = static_cast<const std::byte*>(from);
  const bool ours = extent != nullptr &&
                    bytes <= extent->bytes() - static_cast<std::size_t>(source - extent->base());
  if (!ours || Overlap(to, from, bytes)) {
    std::memmove(to, from, bytes);
    return;
  }
  extent->CopyOut(static_cast<std::byte*>(to), static_cast<std::size_t>(source - extent->base()),
                  bytes);
}

void Segment::CopyIn(void* to, const void* from, std::size_t bytes) {
  Commit(to, bytes);
  CopyOut(to, from, bytes);
}

void Segment::Fill(void* to, int value, std::size_t bytes) {
  Commit(to, bytes);
  if (bytes > 0) std::memset(to, value, bytes);
}

}  // namespace ferry::memory
