// Items sorted into numbered lists by counting: offsets, then the lists one behind the other.
#ifndef FERRY_MOE_LISTS_H_
#define FERRY_MOE_LISTS_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace ferry::moe {

// Offsets of `num_lists` lists: list i is [offsets[i], offsets[i + 1]).
[[nodiscard]] constexpr std::size_t NumOffsets(std::int32_t num_lists) {
  return static_cast<std::size_t>(num_lists) + 1;
}

// On entry offsets[i + 1] holds the number of items of list i and offsets[0] is 0. Afterwards the
// offsets stand, and place(item, position) was called for each item in order, where position counts
// the items of all lists. list_of(item) names the list.
//
// A list's offset serves as its write position and ends where the next list begins, so the offsets
// move back by one at the end.
template <class Items, class ListOf, class Place>
void FillLists(const Items& items, std::span<std::int32_t> offsets, const ListOf& list_of,
               const Place& place) {
  for (std::size_t i = 1; i < offsets.size(); ++i) offsets[i] += offsets[i - 1];
  for (const auto& item : items) {
    std::int32_t& position = offsets[static_cast<std::size_t>(list_of(item))];
    place(item, static_cast<std::size_t>(position++));
  }
  for (std::size_t i = offsets.size() - 1; i > 0; --i) offsets[i] = offsets[i - 1];
  offsets[0] = 0;
}

}  // namespace ferry::moe

#endif  // FERRY_MOE_LISTS_H_
