#include "comm/scratch.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace ferry::comm {

ScratchStore::ScratchStore(std::shared_ptr<ScratchSource> source, std::int32_t device)
    : source_(std::move(source)), device_(device) {}

ScratchStore::~ScratchStore() {
  for (const Buffer& buffer : buffers_)
    if (buffer.data != nullptr) source_->Free(buffer.data);
}

std::byte* ScratchStore::Get(Group::Scratch slot, std::size_t bytes) {
  constexpr std::size_t kSmallest = 4096;
  Buffer& buffer = buffers_.at(static_cast<std::size_t>(slot));
  if (buffer.data != nullptr && bytes <= buffer.bytes) return buffer.data;
  // Powers of two, so that slowly growing requests do not allocate each time.
  const std::size_t grown = std::bit_ceil(std::max(bytes, kSmallest));
  std::byte* data = source_->Allocate(grown, device_);
  if (buffer.data != nullptr) source_->Free(buffer.data);
  buffer = {data, grown};
  return data;
}

}  // namespace ferry::comm
