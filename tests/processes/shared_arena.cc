#include "processes/shared_arena.h"

#include <sys/mman.h>

#include <new>
#include <stdexcept>

namespace ferry::testing {
namespace {

constexpr std::size_t kArenaBytes = std::size_t{1} << 30;  // of addresses; touched as used

std::byte* MapArena() {
  void* memory = mmap(nullptr, kArenaBytes, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("mmap of the test arena failed");
  return static_cast<std::byte*>(memory);
}

}  // namespace

SharedArena::SharedArena() : base_(MapArena()), used_(new (base_) std::atomic<std::size_t>(64)) {}

SharedArena::~SharedArena() {
  munmap(base_, kArenaBytes);
}

std::byte* SharedArena::Allocate(std::size_t bytes, std::int32_t /*device*/) {
  const std::size_t rounded = (bytes + 63) / 64 * 64;
  const std::size_t at = used_->fetch_add(rounded);
  if (at + rounded > kArenaBytes) throw std::bad_alloc();
  return base_ + at;
}

void SharedArena::Free(std::byte* /*memory*/) noexcept {}

// Shared anonymous pages come out of the same memory as everything else in a test.
void SharedArena::Commit(const void* /*begin*/, std::size_t /*bytes*/) {}

std::optional<std::uint64_t> SharedArena::OffsetOf(const void* begin, std::size_t bytes) const {
  const auto at = reinterpret_cast<std::uintptr_t>(begin) - reinterpret_cast<std::uintptr_t>(base_);
  if (at > kArenaBytes || bytes > kArenaBytes - at) return std::nullopt;
  return at;
}

const std::byte* SharedArena::PeerAddress(const comm::Board& /*board*/, std::int32_t /*peer*/,
                                          std::uint64_t offset, std::uint64_t bytes) const {
  if (offset > kArenaBytes || bytes > kArenaBytes - offset) throw std::bad_alloc();
  return base_ + offset;
}

}  // namespace ferry::testing
