#include "memory/extent.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/math.h"

namespace ferry::memory {
namespace {

constexpr std::size_t kBits = 64;

}  // namespace

Extent::Extent(std::shared_ptr<MemoryFile> file, std::size_t bytes)
    : file_(std::move(file)),
      bytes_(bytes),
      offset_(file_->Extend(bytes)),
      committed_(CeilDiv(bytes / kChunk, kBits)),
      base_(file_->Map(offset_, bytes)) {}

Extent::~Extent() {
  ::munmap(base_, bytes_);
}

bool Extent::ChunkCommitted(std::size_t chunk) const noexcept {
  // acquire: pairs with the release in Commit, so that who sees the bit sees the page.
  const std::uint64_t word = committed_[chunk / kBits].load(std::memory_order_acquire);
  return ((word >> (chunk % kBits)) & 1U) != 0;
}

std::size_t Extent::MissingBytes(std::size_t begin, std::size_t end) const noexcept {
  const std::size_t first = begin / kChunk;
  const std::size_t last = CeilDiv(end, kChunk);
  int missing = 0;
  for (std::size_t word = first / kBits; word * kBits < last; ++word) {
    const std::size_t low = std::max(first, word * kBits) - word * kBits;
    const std::size_t high = std::min(last - word * kBits, kBits);
    const std::uint64_t wanted = (~std::uint64_t{0} >> (kBits - (high - low))) << low;
    // acquire: see ChunkCommitted.
    missing += std::popcount(wanted & ~committed_[word].load(std::memory_order_acquire));
  }
  return static_cast<std::size_t>(missing) * kChunk;
}

bool Extent::Commit(std::size_t begin, std::size_t end) {
  std::size_t chunk = begin / kChunk;
  const std::size_t last = CeilDiv(end, kChunk);
  while (chunk < last) {
    if (ChunkCommitted(chunk)) {
      ++chunk;
      continue;
    }
    std::size_t stop = chunk + 1;  // of the run of chunks that are missing
    while (stop < last && !ChunkCommitted(stop)) ++stop;
    const std::size_t run = (stop - chunk) * kChunk;
    if (!file_->Commit(offset_ + chunk * kChunk, run)) return false;
#ifdef MADV_POPULATE_WRITE
    // The pages exist now; entering them into the page table here, in one go, spares a fault for
    // each. Older kernels do not know how, and nothing is lost then.
    ::madvise(base_ + chunk * kChunk, run, MADV_POPULATE_WRITE);
#endif
    for (; chunk < stop; ++chunk) {
      // release: see ChunkCommitted.
      committed_[chunk / kBits].fetch_or(std::uint64_t{1} << (chunk % kBits),
                                         std::memory_order_release);
    }
  }
  return true;
}

void Extent::Retire() noexcept {
  retired_ = true;
  file_->Punch(offset_, bytes_);
}

void Extent::CopyOut(std::byte* to, std::size_t begin, std::size_t bytes) const noexcept {
  if (IsCommitted(begin, begin + bytes)) {
    std::memmove(to, base_ + begin, bytes);
    return;
  }
  // Reading a page that does not exist through the mapping would make it; so ask the file first.
  const std::size_t end = begin + bytes;
  for (std::size_t done = begin; done < end;) {
    const MemoryFile::Run run = file_->NextData(offset_ + done, offset_ + end);
    const auto data = static_cast<std::size_t>(run.begin - offset_);
    const auto stop = static_cast<std::size_t>(run.end - offset_);
    std::memset(to + (done - begin), 0, data - done);
    std::memmove(to + (data - begin), base_ + data, stop - data);
    done = stop;
  }
}

}  // namespace ferry::memory
