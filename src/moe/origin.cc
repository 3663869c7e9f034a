#include "moe/origin.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "moe/lists.h"
#include "moe/published.h"
#include "moe/read_once.h"

namespace ferry::moe {
namespace {

struct Triple {
  std::int32_t rank = 0;
  std::int32_t token = 0;
  std::int32_t slot = 0;
};

// The sentence about a number of a triple that is outside its range, or "".
std::string CheckTriple(const MoeConfig& config, const Triple& triple) {
  const auto outside = [](const char* what, std::int64_t value, std::int64_t bound) {
    return fmt::format("{} {} outside [0, {})", what, value, bound);
  };
  if (triple.rank < 0 || triple.rank >= config.ep_size) {
    return outside("rank", triple.rank, config.ep_size);
  }
  if (triple.token < 0 || triple.token >= config.max_batch()) {
    return outside("token", triple.token, config.max_batch());
  }
  if (triple.slot < 0 || triple.slot >= config.slots()) {
    return outside("slot", triple.slot, config.slots());
  }
  return {};
}

// Reads each word once and counts the rows for rank d in offsets[d + 1]. Returns the sentence about
// the first bad triple, or "".
std::string CopyTriples(const MoeConfig& config, const Vector<const std::int32_t>& words,
                        std::span<Triple> triples, std::span<std::int32_t> offsets) {
  std::fill(offsets.begin(), offsets.end(), 0);
  for (std::size_t row = 0; row < triples.size(); ++row) {
    const auto at = static_cast<std::int64_t>(3 * row);
    const Triple triple{ReadOnce(words[at]), ReadOnce(words[at + 1]), ReadOnce(words[at + 2])};
    const std::string bad = CheckTriple(config, triple);
    if (!bad.empty()) return fmt::format("row {}: assistInfoForCombine has {}", row, bad);
    triples[row] = triple;
    ++offsets[static_cast<std::size_t>(triple.rank) + 1];
  }
  return {};
}

}  // namespace

std::size_t OriginWords(const MoeConfig& config, std::int64_t num_rows) {
  return NumOffsets(config.ep_size) + 3 * static_cast<std::size_t>(num_rows);
}

Origins SortOrigins(const MoeConfig& config, std::int32_t rank,
                    const Vector<const std::int32_t>& triples, std::span<std::int32_t> memory) {
  thread_local std::vector<Triple> copy;  // kept from call to call
  copy.resize(static_cast<std::size_t>(triples.size / 3));
  Origins origins;
  const std::span<std::int32_t> offsets = memory.first(NumOffsets(config.ep_size));
  const std::string bad = CopyTriples(config, triples, copy, offsets);
  if (!bad.empty()) {
    origins.failure = fmt::format("rank {} {}", rank, bad);
    return origins;
  }
  origins.words = memory.first(NumOffsets(config.ep_size) + 3 * copy.size());
  const std::span<std::int32_t> entries = origins.words.subspan(NumOffsets(config.ep_size));
  std::int32_t row = 0;
  FillLists(
      copy, offsets, [](const Triple& triple) { return triple.rank; },
      [&](const Triple& triple, std::size_t at) {
        entries[3 * at] = row++;
        entries[3 * at + 1] = triple.token;
        entries[3 * at + 2] = triple.slot;
      });
  return origins;
}

PeerOrigins OpenOrigins(const MoeConfig& config, std::int32_t rank, const comm::PeerRecord& peer) {
  constexpr std::int64_t kMaxRows = std::numeric_limits<std::int32_t>::max();
  const std::span<const std::int32_t> words = ReadIndex(peer, rank, NumOffsets(config.ep_size));
  PeerOrigins origins;
  origins.rank = rank;
  origins.offsets = words.first(NumOffsets(config.ep_size));
  origins.entries = words.subspan(NumOffsets(config.ep_size));
  origins.rows = ReadRows(peer, rank, {config.x_type, config.hidden}, kMaxRows);
  if (!origins.rows.rows_are_dense()) {
    FailBadRecord(rank, "the column stride", origins.rows.col_stride);
  }
  return origins;
}

OriginEntry PeerOrigins::Entry(std::int64_t i) const {
  const auto at = 3 * static_cast<std::size_t>(i);
  const OriginEntry entry{ReadOnce(entries[at]), ReadOnce(entries[at + 1]),
                          ReadOnce(entries[at + 2])};
  if (entry.row < 0 || entry.row >= rows.rows) FailBadRecord(rank, "a row", entry.row);
  return entry;
}

}  // namespace ferry::moe
