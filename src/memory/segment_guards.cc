// The part of Segment that deals with guarded blocks: each has an extent of its own, which is never
// used again.
#include <algorithm>
#include <utility>

#include "memory/segment.h"

namespace ferry::memory {
namespace {

// How many freed blocks keep their addresses, so that a late access is told by name.
constexpr std::size_t kMostBuried = 1024;

}  // namespace

Segment::Blocks::value_type Segment::GuardedBlockLocked(const Request& request) {
  const std::size_t extent_bytes = GuardedBlock::ExtentBytes(request.bytes);
  auto extent = std::make_shared<Extent>(file_, extent_bytes);
  auto guard = std::make_shared<GuardedBlock>(extent, request.bytes, request.device, request.site);
  AddExtentLocked(*extent);
  const std::byte* const begin = guard->begin();
  return {begin, Block{.bytes = request.bytes,
                       .device = request.device,
                       .owner = request.owner,
                       .extent = std::move(extent),
                       .guard = std::move(guard)}};
}

void Segment::Arm(std::byte* address) {
  Block block;
  {
    const std::shared_lock lock(mutex_);
    block = blocks_.at(address);
  }
  try {
    // All of it now: a fresh page that comes into being later would hold zeros, no pattern.
    Commit(address, block.bytes);
    block.guard->Arm();
  } catch (...) {
    Free(address);
    throw;
  }
}

void Segment::BuryLocked(const Block& block) {
  block.guard->Bury();
  freed_guarded_.push_back(block.extent);
  buried_.push_back(block.guard);
  if (buried_.size() > kMostBuried) buried_.pop_front();
}

// A live block first: addresses are used again once a freed one is forgotten.
std::shared_ptr<const GuardedBlock> Segment::GuardOf(const void* pointer) const {
  const auto* const address = static_cast<const std::byte*>(pointer);
  const std::shared_lock lock(mutex_);
  const auto block = FindLocked(address);
  if (block != blocks_.end()) return block->second.guard;
  const auto buried = std::find_if(buried_.rbegin(), buried_.rend(),
                                   [&](const auto& guard) { return guard->Surrounds(address); });
  return buried == buried_.rend() ? nullptr : *buried;
}

}  // namespace ferry::memory
