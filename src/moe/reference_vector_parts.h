// What the vectors of the specification are put together from.
#ifndef FERRY_MOE_REFERENCE_VECTOR_PARTS_H_
#define FERRY_MOE_REFERENCE_VECTOR_PARTS_H_

#include <cstdint>
#include <vector>

#include "moe/reference.h"
#include "moe/reference_vectors.h"

namespace ferry::reference {

using Ints = std::vector<std::int32_t>;
using Bits = std::vector<std::uint16_t>;

inline constexpr std::int64_t kHidden = 1024;  // the smallest that the products allow

// The float with these bits; it is zero or normal.
[[nodiscard]] float FloatOf(std::uint32_t bits);
[[nodiscard]] Bits EncodeAll(DType type, const std::vector<double>& values);
// A row that repeats `pattern`.
[[nodiscard]] Bits RowOf(const Bits& pattern, std::int64_t hidden = kHidden);

template <class T>
void Append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// A row of `kHidden` elements that starts with `values`; the rest of it is zero.
template <class T>
std::vector<T> FilledUp(std::vector<T> values) {
  values.resize(static_cast<std::size_t>(kHidden));
  return values;
}

// One dispatch rank whose tokens hold `100 * tp_rank + 10 * ep_rank + token + 1` in all elements.
[[nodiscard]] DispatchRank NumberedRank(const moe::MoeConfig& config, std::int32_t tp_rank,
                                        std::int32_t ep_rank, Ints ids);

// What a rank without TP must return from a world of numbered ranks.
struct Expected {
  Ints rows;  // value of each row; empty: what the triples say
  Ints triples;
  Ints counts;
  std::vector<std::int64_t> type1;
  std::vector<std::int64_t> type0 = {};  // empty: the same as type1
};

[[nodiscard]] DispatchResult ResultOf(const moe::MoeConfig& config, Expected expected);

// A world without TP of numbered ranks that have these ids.
[[nodiscard]] DispatchVector NumberedWorld(const moe::MoeConfig& config, std::vector<Ints> ids,
                                           std::vector<Expected> expected);

// Section 13.1: `example` is that of section 12; the masks and what they make of it.
[[nodiscard]] DispatchVector WithMaskPerToken(DispatchVector example);
[[nodiscard]] DispatchVector WithMaskPerEntry(DispatchVector example);
// Every id behind the mask replaced by -1.
[[nodiscard]] DispatchVector WithMinusOneBehindMask(DispatchVector vector);

// Section 13.7.
[[nodiscard]] DispatchVector QuantisedRows();
[[nodiscard]] DispatchVector QuantisedRowsWithSmoothing();

// Vector 8 of combine.
[[nodiscard]] CombineVector Int8Transport(DType type);

}  // namespace ferry::reference

#endif  // FERRY_MOE_REFERENCE_VECTOR_PARTS_H_
