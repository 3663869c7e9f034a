// Where each row of expandX came from: a rank's rows, sorted by the rank they go back to.
//
// The rank that holds the rows checks and sorts its triples once and publishes the result, so that
// an owner finds its rows without looking at those of others.
#ifndef FERRY_MOE_ORIGIN_H_
#define FERRY_MOE_ORIGIN_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/matrix.h"
#include "comm/record.h"
#include "moe/config.h"

namespace ferry::moe {

// Rows by destination, as published: the entries of rank d are
// entries[offsets[d] .. offsets[d + 1]), in the order of rows; an entry is three words.
struct Origins {
  std::span<std::int32_t> words;  // ep_size + 1 offsets, then the entries
  std::string failure;            // first bad triple; empty: all are good
};

struct OriginEntry {
  std::int32_t row = 0;    // of the holder's rows
  std::int32_t token = 0;  // of the owner's tokens
  std::int32_t slot = 0;   // k, or top_k + shared expert
};

// Words that SortOrigins needs for `num_rows` rows.
[[nodiscard]] std::size_t OriginWords(const MoeConfig& config, std::int64_t num_rows);

// Sorts the triples of rank `rank`'s rows into `memory` (OriginWords words). `triples` has
// 3 * rows elements, each read once.
[[nodiscard]] Origins SortOrigins(const MoeConfig& config, std::int32_t rank,
                                  const Vector<const std::int32_t>& triples,
                                  std::span<std::int32_t> memory);

// A holder's origins and rows, as an owner sees them after GO.
struct PeerOrigins {
  std::int32_t rank = 0;
  std::span<const std::int32_t> offsets;  // [ep_size + 1]
  std::span<const std::int32_t> entries;  // three words each
  ConstRows rows;                         // [n, hidden], dense

  [[nodiscard]] std::int64_t num_entries() const {
    return static_cast<std::int64_t>(entries.size() / 3);
  }
  // Entry `i`, read once; its row is checked, token and slot are not.
  [[nodiscard]] OriginEntry Entry(std::int64_t i) const;
};

[[nodiscard]] PeerOrigins OpenOrigins(const MoeConfig& config, std::int32_t rank,
                                      const comm::PeerRecord& peer);

}  // namespace ferry::moe

#endif  // FERRY_MOE_ORIGIN_H_
