#include "comm/staging.h"

#include <cstring>

namespace ferry::comm {
namespace {

std::uint64_t ShareCopy(const Part& part, std::size_t index, Member& member) {
  const auto bytes = static_cast<std::size_t>(part.bytes);
  std::byte* const copy = member.scratch().GetForPart(index, bytes);
  std::memcpy(copy, part.data, bytes);
  member.traffic().AddStaged(part.bytes);
  return member.scratch().source().OffsetOf(copy, bytes).value_or(kNotShared);
}

}  // namespace

PartOffsets ShareParts(const Record& record, Member& member) {
  PartOffsets offsets;
  offsets.fill(kNotShared);
  if (member.board().IsOfOneProcess()) return offsets;
  for (std::size_t i = 0; i < kNumParts; ++i) {
    const Part& part = record.parts[i];
    if (part.bytes == 0) continue;
    const auto offset = member.scratch().source().OffsetOf(part.data, part.bytes);
    offsets[i] = offset ? *offset : ShareCopy(part, i, member);
  }
  return offsets;
}

}  // namespace ferry::comm
