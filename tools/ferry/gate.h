// Words to tokens: a seeded hash is a word's embedding, a seeded gate chooses its experts.
#ifndef FERRY_TOOLS_FERRY_GATE_H_
#define FERRY_TOOLS_FERRY_GATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "presets.h"

namespace ferry::tool {

// What a word is to the model. The same word is always the same token, as in life.
struct Token {
  std::vector<std::uint16_t> embedding;  // [hidden] bf16 bits
  std::vector<std::int32_t> expert_ids;  // [top_k], the highest gate values first
  std::vector<float> expert_weights;     // [top_k], softmax over all experts, scaled to sum to 1
};

// One token per word.
[[nodiscard]] std::vector<Token> EmbedAndGate(const Preset& preset,
                                              const std::vector<std::string>& words,
                                              std::uint64_t seed);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_GATE_H_
