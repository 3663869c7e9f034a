#include "random_config.h"

#include <algorithm>

namespace ferry::support {
namespace {

// With TP every rank is two, and each keeps room for the rows of both.
constexpr std::int32_t kMostEpRanksWithTp = 128;

// Mostly a few ranks; now and then many.
std::int32_t ChooseEpSize(Random& random) {
  if (random.OneIn(200)) return random.OneIn(4) ? random.Int(129, 768) : random.Int(65, 128);
  if (random.OneIn(50)) return random.Int(17, 64);
  return random.OneIn(3) ? random.Int(2, 16) : random.Int(2, 6);
}

void ChooseExperts(Random& random, moe::MoeConfig& config) {
  config.tp_size = random.OneIn(4) && config.ep_size <= kMostEpRanksWithTp ? 2 : 1;
  if (random.OneIn(2)) {
    const std::int32_t shared = random.Int(1, std::min(4, config.ep_size - 1));
    config.num_shared_experts = shared;
    // Any multiple: the copies of an expert need not divide the ranks.
    config.num_shared_ranks = shared * random.Int(1, (config.ep_size - 1) / shared);
  }
  const std::int32_t moe_ranks = config.num_moe_ranks();
  const std::int32_t limit = 1024 / moe_ranks;
  const bool many = random.OneIn(40) && config.ep_size <= 6 && config.tp_size == 1;
  const std::int32_t most = config.tp_size == 2 ? 1 : many ? limit : std::min(limit, 6);
  config.num_experts = moe_ranks * (many && random.OneIn(3) ? most : random.Int(1, most));
  config.top_k = random.Int(1, std::min(16, config.num_experts));
}

// The most tokens of a rank and their width. Both ends of both ranges occur; together they are
// bounded, so that no case takes long.
void ChooseTokens(Random& random, moe::MoeConfig& config) {
  std::int64_t batch = random.Between(1, config.ep_size <= 8 ? 8 : 3);
  if (random.OneIn(30)) batch = random.Between(16, 64);
  if (random.OneIn(150)) batch = random.OneIn(2) ? 512 : random.Between(65, 512);
  config.hidden = random.OneIn(3) ? 1024 : random.Between(1024, 1100);
  if (random.OneIn(25)) config.hidden = random.OneIn(4) ? 8192 : random.Between(1100, 8192);
  if (config.tp_size == 2 && config.ep_size > 32) {
    batch = 1;
    config.hidden = 1024;
  }

  // Room for 512 tokens with 16 experts each on two ranks, where there are many tokens.
  const std::int64_t most_elements = batch > 64 ? 17'000'000 : 3'000'000;
  const auto elements = [&] {
    return config.ep_size * config.tp_size * config.tp_size * batch * config.slots() *
           config.hidden;
  };
  if (elements() > most_elements && random.OneIn(2)) config.hidden = 1024;
  while (elements() > most_elements && config.top_k > 1) config.top_k = config.top_k / 2;
  while (elements() > most_elements && batch > 1) batch = batch / 2;
  config.global_batch = batch * config.ep_size;
}

}  // namespace

moe::MoeConfig ChooseConfig(Random& random) {
  moe::MoeConfig config;
  config.ep_size = ChooseEpSize(random);
  ChooseExperts(random, config);
  ChooseTokens(random, config);
  config.x_type = random.OneIn(2) ? DType::kBFloat16 : DType::kFloat16;
  if (random.OneIn(3)) config.quantization = moe::Quantization::kPerToken;
  if (random.OneIn(3) && config.tp_size == 1) config.transport = moe::Transport::kInt8Groups;
  return config;
}

}  // namespace ferry::support
