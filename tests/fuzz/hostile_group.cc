#include "fuzz/hostile_group.h"

#include <cstring>
#include <limits>

namespace ferry::fuzz {

std::int64_t AnyValue(FuzzedDataProvider& data) {
  using Limits = std::numeric_limits<std::int64_t>;
  switch (data.ConsumeIntegralInRange(0, 3)) {
    case 0:
      return data.ConsumeIntegralInRange<std::int64_t>(-2, 40);
    case 1:
      return Limits::max() - data.ConsumeIntegralInRange<std::int64_t>(0, 40);
    case 2:
      return Limits::min() + data.ConsumeIntegralInRange<std::int64_t>(0, 40);
    default:
      return data.ConsumeIntegral<std::int64_t>();
  }
}

// Of its own length, or another; the words of an index are small numbers.
void HostileGroup::ChangePart(std::size_t part) {
  std::vector<std::byte>& bytes = parts_[part];
  if (data_.ConsumeBool()) bytes.resize(data_.ConsumeIntegralInRange<std::size_t>(0, 600));
  for (int i = data_.ConsumeIntegralInRange(0, 8); i > 0 && bytes.size() >= 4; --i) {
    const auto word = data_.ConsumeIntegralInRange<std::size_t>(0, bytes.size() / 4 - 1);
    const auto value = static_cast<std::int32_t>(AnyValue(data_));
    std::memcpy(bytes.data() + 4 * word, &value, sizeof(value));
  }
}

void HostileGroup::Meet() {
  hostile_.values = own_.values;
  for (std::size_t i = 0; i < comm::kNumParts; ++i) {
    const comm::Part& part = own_.parts[i];
    parts_[i].assign(part.data, part.data + part.bytes);
    if (data_.ConsumeBool()) ChangePart(i);
    // A copy on the heap of just this length, so that a sanitizer sees a read beyond it.
    parts_[i].shrink_to_fit();
    hostile_.parts[i] = {parts_[i].empty() ? nullptr : parts_[i].data(), parts_[i].size()};
    const bool shorter = data_.ConsumeBool() && !parts_[i].empty();
    if (shorter) {  // perhaps where no word may lie
      const auto skip = data_.ConsumeIntegralInRange<std::size_t>(0, 4);
      if (skip <= parts_[i].size())
        hostile_.parts[i] = {parts_[i].data() + skip, parts_[i].size() - skip};
    }
  }
  for (int i = data_.ConsumeIntegralInRange(0, 6); i > 0; --i)
    hostile_.values[data_.ConsumeIntegralInRange<std::size_t>(0, comm::kNumValues - 1)] =
        AnyValue(data_);
}

comm::PeerRecord HostileGroup::Peer(std::int32_t rank) const {
  return rank == rank_ ? comm::PeerRecord{own_.parts, own_.values} : hostile_;
}

std::byte* HostileGroup::ScratchFor(Scratch slot, std::size_t bytes) {
  auto& memory = scratch_[static_cast<std::size_t>(slot)];
  memory.assign(bytes / sizeof(std::max_align_t) + 5, {});
  const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
  return reinterpret_cast<std::byte*>((address + 63) / 64 * 64);
}

}  // namespace ferry::fuzz
