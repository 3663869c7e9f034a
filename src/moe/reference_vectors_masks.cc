// Spec dispatch.md section 13.1.
#include <cstddef>
#include <utility>

#include "moe/reference_mask.h"
#include "moe/reference_vector_parts.h"

namespace ferry::reference {
namespace {

DispatchVector WithMasks(DispatchVector example,
                         const std::vector<std::vector<std::uint8_t>>& masks,
                         std::vector<Expected> expected) {
  for (std::size_t w = 0; w < masks.size(); ++w) {
    example.world[w].mask = masks[w];
    // Every third byte that is true is not 1: any value but 0 will do.
    for (std::size_t i = w % 3; i < masks[w].size(); i += 3) {
      if (masks[w][i] != 0) example.world[w].mask[i] = 0x80;
    }
    example.expected[w] = ResultOf(example.config, std::move(expected[w]));
  }
  return example;
}

}  // namespace

DispatchVector WithMaskPerToken(DispatchVector example) {
  return WithMasks(std::move(example), {{}, {1, 0}, {0, 1}, {0, 0}},
                   {{.rows = {1, 2, 11, 21},
                     .triples = {0, 0, 2, 0, 1, 2, 1, 0, 2, 2, 0, 2},
                     .counts = {2, 3, 4, 4},
                     .type1 = {4}},
                    {.rows = {1, 11, 2},
                     .triples = {0, 0, 0, 1, 0, 1, 0, 1, 1},
                     .counts = {1, 2, 2, 2, 3, 3, 3, 3},
                     .type1 = {2, 1},
                     .type0 = {2, 3}},
                    {.rows = {11, 1},
                     .triples = {1, 0, 0, 0, 0, 1},
                     .counts = {0, 1, 1, 1, 2, 2, 2, 2},
                     .type1 = {1, 1},
                     .type0 = {1, 2}},
                    {.rows = {21, 2, 21},
                     .triples = {2, 0, 0, 0, 1, 0, 2, 0, 1},
                     .counts = {0, 0, 1, 1, 2, 2, 3, 3},
                     .type1 = {1, 2},
                     .type0 = {1, 3}}});
}

DispatchVector WithMaskPerEntry(DispatchVector example) {
  return WithMasks(std::move(example), {{1, 0, 1, 1}, {0, 0, 1, 1}, {1, 1, 0, 1}, {0, 0, 0, 0}},
                   {{.rows = {1, 2, 12, 21, 22},
                     .triples = {0, 0, 2, 0, 1, 2, 1, 1, 2, 2, 0, 2, 2, 1, 2},
                     .counts = {2, 3, 5, 5},
                     .type1 = {5}},
                    {.rows = {1, 12, 2, 12},
                     .triples = {0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1},
                     .counts = {1, 2, 2, 2, 3, 4, 4, 4},
                     .type1 = {2, 2},
                     .type0 = {2, 4}},
                    {.rows = {22},
                     .triples = {2, 1, 1},
                     .counts = {0, 0, 1, 1, 1, 1, 1, 1},
                     .type1 = {1, 0},
                     .type0 = {1, 1}},
                    {.rows = {21, 2, 21},
                     .triples = {2, 0, 0, 0, 1, 0, 2, 0, 1},
                     .counts = {0, 0, 1, 1, 2, 2, 3, 3},
                     .type1 = {1, 2},
                     .type0 = {1, 3}}});
}

DispatchVector WithMinusOneBehindMask(DispatchVector vector) {
  for (DispatchRank& rank : vector.world) {
    const Mask mask = MaskOf(rank, vector.config.top_k);
    for (std::size_t i = 0; i < rank.expert_ids.size(); ++i) {
      const auto token = static_cast<std::int64_t>(i) / vector.config.top_k;
      const auto k = static_cast<std::int32_t>(static_cast<std::int64_t>(i) % vector.config.top_k);
      if (!mask.IsActive(token, k)) rank.expert_ids[i] = -1;
    }
  }
  return vector;
}

}  // namespace ferry::reference
