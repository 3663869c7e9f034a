// The words that one dispatch carries, dealt to the ranks like cards.
#ifndef FERRY_TOOLS_FERRY_BATCH_H_
#define FERRY_TOOLS_FERRY_BATCH_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ferry::tool {

// words[world rank] = indexes of the words that rank owns, one a token.
using Batch = std::vector<std::vector<std::int32_t>>;

// Deals tokens [begin, begin + num_ranks * per_rank) of the text. A rank may not come empty-handed
// (Bs = 0 is an error of the operator): at the end of a text, ranks that would get nothing get a
// word from its beginning.
[[nodiscard]] inline Batch DealBatch(const std::vector<std::int32_t>& tokens, std::size_t begin,
                                     std::size_t num_ranks, std::size_t per_rank) {
  Batch batch(num_ranks);
  const std::size_t end = std::min(tokens.size(), begin + num_ranks * per_rank);
  const std::size_t dealt = std::max(end - begin, num_ranks);
  for (std::size_t i = 0; i < dealt; ++i) {
    batch[i % num_ranks].push_back(tokens[(begin + i) % tokens.size()]);
  }
  return batch;
}

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_BATCH_H_
