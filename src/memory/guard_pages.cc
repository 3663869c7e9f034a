#include "memory/guard_pages.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/math.h"
#include "memory/place.h"

namespace ferry::memory {
namespace {

constexpr std::size_t kAlignment = 512;
constexpr std::byte kSlack{0xFD};
constexpr int kFresh = 0xFF;

std::size_t PageBytes() {
  static const auto bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return bytes;
}

// Where a block of `bytes` begins in its extent.
std::size_t OffsetOf(std::size_t bytes) {
  const std::size_t room = GuardedBlock::ExtentBytes(bytes) - PageBytes();
  return (room - bytes) / kAlignment * kAlignment;
}

// `an allocation of 96 usable bytes ... on device 3, created at ...`
std::string Describe(std::size_t bytes, std::int32_t device, const std::string& site) {
  const std::string what =
      device == kHost
          ? fmt::format("a host allocation of {} bytes", bytes)
          : fmt::format(
                "an allocation of {} usable bytes (size rounded up to 32, plus 32) on device {}",
                bytes, device);
  return what + ", created at " + site;
}

void Forbid(std::byte* begin, std::size_t bytes) {
  if (bytes == 0) return;
  // Each forbidden range is a mapping of its own, and their number is limited.
  Require(::mprotect(begin, bytes, PROT_NONE) == 0, Code::kRtMemoryAllocation,
          "no guard page could be made (FERRY_STRICT=1): the system allows a process only so many "
          "mappings; raise vm.max_map_count or allocate less often");
}

}  // namespace

std::size_t GuardedBlock::ExtentBytes(std::size_t bytes) {
  return AlignUp(AlignUp(bytes, kAlignment) + PageBytes(), Extent::kChunk);
}

GuardedBlock::GuardedBlock(std::shared_ptr<Extent> extent, std::size_t bytes, std::int32_t device,
                           const std::string& site)
    : extent_(std::move(extent)),
      bytes_(bytes),
      description_(Describe(bytes, device, site)),
      begin_(extent_->base() + OffsetOf(bytes)),
      record_({extent_->base(), extent_->bytes(), begin_, bytes, description_}) {}

std::byte* GuardedBlock::guard() const {
  return extent_->base() + extent_->bytes() - PageBytes();
}

void GuardedBlock::Arm() {
  std::memset(begin_, kFresh, bytes_);
  std::fill(end(), guard(), kSlack);
  const auto before = static_cast<std::size_t>(begin_ - extent_->base());
  Forbid(extent_->base(), before / PageBytes() * PageBytes());
  Forbid(guard(), PageBytes());
  armed_.store(true, std::memory_order_release);
}

std::string GuardedBlock::WhereIs(const std::byte* address) const {
  if (freed())
    return fmt::format("in memory that has been freed, byte {} of {}", address - begin_,
                       description_);
  if (address < begin_)
    return fmt::format("{} byte(s) before the beginning of {}", begin_ - address, description_);
  if (address >= end())
    return fmt::format("{} byte(s) behind the end of {}", address - end() + 1, description_);
  return fmt::format("byte {} of {}", address - begin_, description_);
}

std::string GuardedBlock::Overrun() const {
  if (!armed_.load(std::memory_order_acquire)) return {};
  const auto* const first = std::find_if(end(), guard(), [](std::byte b) { return b != kSlack; });
  if (first == guard()) return {};
  const auto changed = std::count_if(end(), guard(), [](std::byte b) { return b != kSlack; });
  return fmt::format(
      "{} has {} byte(s) written behind its end, the first {} byte(s) behind it; it is {}; "
      "allocate "
      "more or write less",
      static_cast<const void*>(begin_), changed, first - end() + 1, description_);
}

void GuardedBlock::Bury() {
  record_.MarkFreed();
  freed_.store(true, std::memory_order_release);
  ::mprotect(extent_->base(), extent_->bytes(), PROT_NONE);  // without it, only less is seen
}

}  // namespace ferry::memory
