// The part of Segment that deals with guarded blocks: each has an extent of its own, which is never
// used again.
#include <algorithm>
#include <iterator>
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

// A live block first: addresses are used again once a freed one is forgotten. Its extent holds
// nothing else, so it is the block before the address or the one behind it.
std::shared_ptr<const GuardedBlock> Segment::GuardAroundLocked(const std::byte* address) const {
  const auto surrounds = [address](const std::shared_ptr<GuardedBlock>& guard) {
    return guard != nullptr && guard->Surrounds(address);
  };
  const auto behind = blocks_.upper_bound(address);
  if (behind != blocks_.end() && surrounds(behind->second.guard)) return behind->second.guard;
  if (behind != blocks_.begin()) {
    const std::shared_ptr<GuardedBlock>& before = std::prev(behind)->second.guard;
    if (surrounds(before)) return before;
  }
  const auto buried = std::find_if(buried_.rbegin(), buried_.rend(), surrounds);
  return buried == buried_.rend() ? nullptr : *buried;
}

std::shared_ptr<const GuardedBlock> Segment::GuardOf(const void* pointer) const {
  const std::shared_lock lock(mutex_);
  return GuardAroundLocked(static_cast<const std::byte*>(pointer));
}

std::vector<std::string> Segment::OverrunsOn(std::int32_t device) const {
  std::vector<std::string> overruns;
  const std::shared_lock lock(mutex_);
  for (const auto& [address, block] : blocks_) {
    if (block.guard == nullptr || block.device != device) continue;
    std::string overrun = block.guard->Overrun();
    if (!overrun.empty()) overruns.push_back(std::move(overrun));
  }
  return overruns;
}

}  // namespace ferry::memory
