#include "gate.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "kernels/convert.h"

namespace ferry::tool {
namespace {

// splitmix64 (Steele, Lea, Flood 2014): a small generator whose streams are independent by seed.
class Hash {
 public:
  explicit Hash(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  // In [-1, 1).
  float NextSigned() { return static_cast<float>(Next() >> 40) * 0x1p-23f - 1.0f; }

 private:
  std::uint64_t state_;
};

std::uint64_t HashOf(const std::string& word, std::uint64_t seed) {
  std::uint64_t hash = seed ^ 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char letter : word) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
  }
  return hash;
}

std::vector<std::uint16_t> Embed(const std::string& word, std::int64_t hidden, std::uint64_t seed) {
  Hash hash(HashOf(word, seed));
  std::vector<std::uint16_t> embedding(static_cast<std::size_t>(hidden));
  for (std::uint16_t& bits : embedding) bits = kernels::FloatToBFloat16(hash.NextSigned());
  return embedding;
}

// [hidden, num_experts]: row h holds what element h adds to each expert's logit.
std::vector<float> MakeGate(const Preset& preset, std::uint64_t seed) {
  Hash hash(seed ^ 0x67617465ULL);
  std::vector<float> gate(static_cast<std::size_t>(preset.hidden) *
                          static_cast<std::size_t>(preset.num_experts));
  // Scaled so that logits have a standard deviation of about 2: a gate with clear preferences.
  const float scale = 6.0f / std::sqrt(static_cast<float>(preset.hidden));
  for (float& weight : gate) weight = scale * hash.NextSigned();
  return gate;
}

std::vector<float> Logits(const Token& token, const std::vector<float>& gate,
                          std::size_t num_experts) {
  std::vector<float> logits(num_experts, 0.0f);
  for (std::size_t h = 0; h < token.embedding.size(); ++h) {
    const float x = kernels::BFloat16ToFloat(token.embedding[h]);
    const float* row = gate.data() + h * num_experts;
    for (std::size_t e = 0; e < num_experts; ++e) logits[e] += x * row[e];
  }
  return logits;
}

// Softmax over all experts, the best top_k of them, their weights scaled to sum to 1.
void ChooseExperts(const std::vector<float>& logits, std::size_t top_k, Token& token) {
  std::vector<std::int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  const auto value = [&](std::int32_t expert) { return logits[static_cast<std::size_t>(expert)]; };
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(top_k), order.end(),
                    [&](std::int32_t a, std::int32_t b) {
                      return value(a) != value(b) ? value(a) > value(b) : a < b;
                    });
  token.expert_ids.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(top_k));
  const float highest = value(token.expert_ids.front());
  float sum = 0.0f;
  for (const std::int32_t expert : token.expert_ids) {
    token.expert_weights.push_back(std::exp(value(expert) - highest));
    sum += token.expert_weights.back();
  }
  for (float& weight : token.expert_weights) weight /= sum;
}

}  // namespace

std::vector<Token> EmbedAndGate(const Preset& preset, const std::vector<std::string>& words,
                                std::uint64_t seed) {
  const std::vector<float> gate = MakeGate(preset, seed);
  std::vector<Token> tokens(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    tokens[i].embedding = Embed(words[i], preset.hidden, seed);
    ChooseExperts(Logits(tokens[i], gate, static_cast<std::size_t>(preset.num_experts)),
                  static_cast<std::size_t>(preset.top_k), tokens[i]);
  }
  return tokens;
}

}  // namespace ferry::tool
