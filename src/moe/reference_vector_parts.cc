#include "moe/reference_vector_parts.h"

#include <cmath>
#include <cstddef>
#include <utility>

#include "moe/reference_float.h"

namespace ferry::reference {
namespace {

// Value of all elements of a token, in every example but the sample.
std::int32_t TokenValue(std::int32_t tp_rank, std::int32_t ep_rank, std::int32_t token) {
  return 100 * tp_rank + 10 * ep_rank + token + 1;
}

Bits RowsOf(const moe::MoeConfig& config, const Ints& values) {
  Bits rows;
  for (const std::int32_t value : values) {
    Append(rows, RowOf({Encode(config.x_type, value)}, config.hidden));
  }
  return rows;
}

}  // namespace

float FloatOf(std::uint32_t bits) {
  if ((bits & 0x7FFFFFFF) == 0) return 0;
  const auto fraction = static_cast<double>((bits & 0x7FFFFF) | 0x800000);
  const double magnitude = std::ldexp(fraction, static_cast<int>(bits >> 23 & 0xFF) - 150);
  return static_cast<float>((bits >> 31) != 0 ? -magnitude : magnitude);
}

Bits EncodeAll(DType type, const std::vector<double>& values) {
  Bits bits;
  for (const double value : values) bits.push_back(Encode(type, value));
  return bits;
}

Bits RowOf(const Bits& pattern, std::int64_t hidden) {
  Bits row;
  for (std::size_t h = 0; h < static_cast<std::size_t>(hidden); ++h) {
    row.push_back(pattern[h % pattern.size()]);
  }
  return row;
}

DispatchRank NumberedRank(const moe::MoeConfig& config, std::int32_t tp_rank, std::int32_t ep_rank,
                          Ints ids) {
  DispatchRank rank;
  rank.num_tokens = static_cast<std::int64_t>(ids.size()) / config.top_k;
  Ints values;
  for (std::int32_t token = 0; token < rank.num_tokens; ++token) {
    values.push_back(TokenValue(tp_rank, ep_rank, token));
  }
  rank.x = RowsOf(config, values);
  rank.expert_ids = std::move(ids);
  return rank;
}

DispatchResult ResultOf(const moe::MoeConfig& config, Expected expected) {
  if (expected.rows.empty()) {
    for (std::size_t i = 0; i < expected.triples.size(); i += 3) {
      expected.rows.push_back(TokenValue(0, expected.triples[i], expected.triples[i + 1]));
    }
  }
  DispatchResult result;
  result.own_rows = static_cast<std::int64_t>(expected.rows.size());
  result.expand_x = RowsOf(config, expected.rows);
  result.assist_info = std::move(expected.triples);
  result.expert_token_prefix_sums = expected.type0.empty() ? expected.type1 : expected.type0;
  result.expert_token_counts = std::move(expected.type1);
  result.ep_recv_counts = std::move(expected.counts);
  return result;
}

DispatchVector NumberedWorld(const moe::MoeConfig& config, std::vector<Ints> ids,
                             std::vector<Expected> expected) {
  DispatchVector vector{config, {}, {}};
  for (std::size_t q = 0; q < ids.size(); ++q) {
    vector.world.push_back(
        NumberedRank(config, 0, static_cast<std::int32_t>(q), std::move(ids[q])));
  }
  for (Expected& rank : expected) vector.expected.push_back(ResultOf(config, std::move(rank)));
  return vector;
}

}  // namespace ferry::reference
