#include "comm/staging.h"

#include <cstring>

namespace ferry::comm {
namespace {

std::uint64_t ShareCopy(const Part& part, std::size_t index, Member& member) {
  const auto bytes = static_cast<std::size_t>(part.bytes);
  std::byte* const copy = member.scratch().GetForPart(index, bytes);
  std::memcpy(copy, part.data, bytes);
  return member.scratch().source().OffsetOf(copy, bytes).value_or(kNotShared);
}

}  // namespace

SharedParts ShareParts(const Record& record, Member& member) {
  SharedParts shared;
  shared.offsets.fill(kNotShared);
  if (member.board().IsOfOneProcess()) return shared;
  for (std::size_t i = 0; i < kNumParts; ++i) {
    const Part& part = record.parts[i];
    if (part.bytes == 0) continue;
    const auto offset = member.scratch().source().OffsetOf(part.data, part.bytes);
    shared.offsets[i] = offset ? *offset : ShareCopy(part, i, member);
    if (!offset) shared.staged += part.bytes;
  }
  member.traffic().AddStaged(shared.staged);
  return shared;
}

}  // namespace ferry::comm
