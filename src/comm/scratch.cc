#include "comm/scratch.h"

#include <algorithm>
#include <utility>

namespace ferry::comm {

ScratchStore::ScratchStore(std::shared_ptr<ScratchSource> source, std::int32_t device)
    : source_(std::move(source)), device_(device) {}

ScratchStore::~ScratchStore() {
  for (const Buffer& buffer : buffers_)
    if (buffer.data != nullptr) source_->Free(buffer.data);
  for (const Buffer& copy : copies_)
    if (copy.data != nullptr) source_->Free(copy.data);
}

std::byte* ScratchStore::Get(Group::Scratch slot, std::size_t bytes) {
  return Get(buffers_.at(static_cast<std::size_t>(slot)), bytes);
}

std::byte* ScratchStore::GetForPart(std::size_t part, std::size_t bytes) {
  return Get(copies_.at(part), bytes);
}

std::byte* ScratchStore::Get(Buffer& buffer, std::size_t bytes) const {
  if (buffer.data == nullptr || bytes > buffer.bytes) Grow(buffer, bytes);
  // Now, where a full machine is an error of this call before its meeting, and not when it writes.
  source_->Commit(buffer.data, bytes);
  return buffer.data;
}

void ScratchStore::Grow(Buffer& buffer, std::size_t bytes) const {
  constexpr std::size_t kPage = 4096;
  // An eighth more than the last time, so that slowly growing requests do not allocate each time.
  // A rank without rows asks for nothing, and still publishes where it lies.
  const std::size_t wanted = std::max({bytes, buffer.bytes + buffer.bytes / 8, std::size_t{1}});
  const std::size_t grown = (wanted + kPage - 1) / kPage * kPage;
  // The contents are undefined, so the old memory need not live beside the new.
  const Buffer old = std::exchange(buffer, {});
  if (old.data != nullptr) source_->Free(old.data);
  buffer = {source_->Allocate(grown, device_), grown};
}

}  // namespace ferry::comm
