#include "comm/verdict.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace ferry::comm {
namespace {

// Text that a peer wrote: ends at its zero, or at the end of its field.
template <std::size_t kBytes>
std::string_view ReadText(const char (&text)[kBytes]) {
  return {text, strnlen(text, kBytes)};
}

// Attribute `index` of a record; nothing beyond its last.
const BoardAttribute* AttributeAt(const BoardRecord& record, std::size_t index) {
  const std::size_t count = std::min<std::size_t>(record.num_attributes, kMaxAttributes);
  return index < count ? &record.attributes[index] : nullptr;
}

// How `theirs` of `rank` differs from `ours` of rank 0; empty when it does not.
std::string Difference(const BoardAttribute* ours, const BoardAttribute* theirs,
                       std::int32_t rank) {
  if (ours == nullptr && theirs == nullptr) return {};
  const std::string_view name = ReadText((ours != nullptr ? ours : theirs)->name);
  const bool same_name =
      ours != nullptr && theirs != nullptr && ReadText(ours->name) == ReadText(theirs->name);
  if (same_name && ReadText(ours->value) == ReadText(theirs->value)) return {};
  // Ranks that run different operators may have different parameters at one place.
  const auto value = [&](const BoardAttribute* attribute) -> std::string_view {
    const bool has_it = attribute != nullptr && ReadText(attribute->name) == name;
    return has_it ? ReadText(attribute->value) : "no such parameter";
  };
  return fmt::format("parameter {} differs: rank 0 has {}, rank {} has {}", name, value(ours), rank,
                     value(theirs));
}

// Whether every rank published the same attributes, byte for byte: the common case, one pass.
bool AllAgree(const Board& board, std::uint64_t number) {
  const BoardRecord& first = board.record(0, number);
  const std::size_t count = std::min<std::size_t>(first.num_attributes, kMaxAttributes);
  for (std::int32_t r = 1; r < board.size(); ++r) {
    const BoardRecord& other = board.record(r, number);
    if (other.num_attributes != first.num_attributes ||
        std::memcmp(other.attributes.data(), first.attributes.data(),
                    count * sizeof(BoardAttribute)) != 0)
      return false;
  }
  return true;
}

std::string FindDisagreement(const Board& board, std::uint64_t number) {
  if (AllAgree(board, number)) return {};
  const BoardRecord& first = board.record(0, number);
  for (std::size_t i = 0; i < kMaxAttributes; ++i) {
    for (std::int32_t r = 1; r < board.size(); ++r) {
      std::string difference =
          Difference(AttributeAt(first, i), AttributeAt(board.record(r, number), i), r);
      if (!difference.empty()) return difference;
    }
  }
  return {};
}

std::string FindOwnFailure(const Board& board, std::uint64_t number, Cause cause) {
  for (std::int32_t r = 0; r < board.size(); ++r) {
    const BoardRecord& record = board.record(r, number);
    if (record.cause == static_cast<std::uint32_t>(cause))
      return fmt::format("{}", ReadText(record.failure));
  }
  return {};
}

}  // namespace

std::string FindCause(const Board& board, std::uint64_t number) {
  std::string cause = FindDisagreement(board, number);
  if (cause.empty()) cause = FindOwnFailure(board, number, Cause::kExpertId);
  if (cause.empty()) cause = FindOwnFailure(board, number, Cause::kOther);
  return cause;
}

std::string FailureSentence(std::string_view operator_name, std::uint64_t number,
                            std::string_view group, std::string_view cause) {
  return fmt::format("{} call {} on group \"{}\" failed: {}", operator_name, number, group, cause);
}

}  // namespace ferry::comm
