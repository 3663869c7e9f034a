// Dispatch and combine on random legal worlds, every output of every rank against the oracle.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "moe/combine.h"
#include "moe/dispatch.h"
#include "moe/reference.h"
#include "support/moe_tensors.h"

namespace ferry::moe {
namespace {

using testing::CombineTensors;
using testing::DispatchTensors;
using testing::LocalWorld;

constexpr int kWorlds = 200;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  // In [low, high].
  std::int32_t Roll(std::int32_t low, std::int32_t high) {
    return std::uniform_int_distribution<std::int32_t>(low, high)(engine_);
  }
  bool Chance(int percent) { return Roll(1, 100) <= percent; }
  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

enum class Ids { kRandom, kOneExpertForAll, kDuplicates };

enum class Masks { kNone, kPerToken, kPerPair };

struct RandomWorld {
  MoeConfig config;
  Ids ids = Ids::kRandom;
  Masks masks = Masks::kNone;
  std::vector<reference::DispatchRank> ranks;  // by world rank
};

MoeConfig RandomConfig(Dice& dice) {
  MoeConfig config;
  config.tp_size = dice.Chance(35) ? 2 : 1;
  config.num_shared_experts = dice.Chance(50) ? dice.Roll(1, 4) : 0;
  config.num_shared_ranks = config.num_shared_experts * dice.Roll(1, 3);
  config.ep_size = std::max(2, config.num_shared_ranks + dice.Roll(1, 7));
  const std::int32_t local_experts = config.tp_size == 2 ? 1 : dice.Roll(1, 6);
  config.num_experts = config.num_moe_ranks() * local_experts;
  config.top_k = dice.Roll(1, std::min(16, config.num_experts));
  config.hidden = dice.Roll(1, 70);
  config.x_type = dice.Chance(50) ? DType::kBFloat16 : DType::kFloat16;
  if (dice.Chance(50)) config.quantization = Quantization::kPerToken;
  if (config.tp_size == 1 && dice.Chance(50)) config.transport = Transport::kInt8Groups;
  return config;
}

// What the operators promise about infinities and NaN: with int8 nothing.
enum class Values { kAny, kFinite };

// Most of them ordinary, some zeros and subnormals, of kAny infinities and NaN.
std::uint16_t RandomBits(Dice& dice, Values values) {
  if (dice.Chance(90)) return static_cast<std::uint16_t>(0x3000 + dice.Roll(0, 0x1FFF));
  const int no_largest_exponent = values == Values::kFinite ? 0xBFFF : 0xFFFF;
  return static_cast<std::uint16_t>(dice.Roll(0, 0xFFFF) & no_largest_exponent);
}

// Some rows of zeros: their scale is 0.
std::vector<std::uint16_t> RandomRows(Dice& dice, std::int64_t rows, std::int64_t hidden,
                                      Values values) {
  std::vector<std::uint16_t> bits;
  for (std::int64_t row = 0; row < rows; ++row) {
    const bool zeros = dice.Chance(5);
    for (std::int64_t h = 0; h < hidden; ++h) bits.push_back(zeros ? 0 : RandomBits(dice, values));
  }
  return bits;
}

// Any byte but 0 is true.
std::vector<std::uint8_t> RandomMask(Dice& dice, const RandomWorld& world, std::int64_t tokens) {
  if (world.masks == Masks::kNone || dice.Chance(10)) return {};
  const std::int64_t flags = world.masks == Masks::kPerPair ? tokens * world.config.top_k : tokens;
  const int percent = dice.Roll(0, 2) * 50;  // all false, half, all true
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(flags));
  for (std::uint8_t& flag : mask) {
    flag = static_cast<std::uint8_t>(dice.Chance(percent) ? dice.Roll(1, 255) : 0);
  }
  return mask;
}

std::vector<float> RandomScales(Dice& dice, const MoeConfig& config) {
  if (!config.quantizes() || dice.Chance(50)) return {};
  std::vector<float> scales(
      static_cast<std::size_t>((config.num_shared_experts + config.num_experts) * config.hidden));
  for (float& scale : scales) scale = std::uniform_real_distribution<float>(-2, 2)(dice.engine());
  return scales;
}

// Ids that are not active may hold anything.
void SpoilInactiveIds(Dice& dice, const RandomWorld& world, reference::DispatchRank& rank) {
  for (std::size_t i = 0; i < rank.mask.size() && world.masks == Masks::kPerPair; ++i) {
    if (rank.mask[i] == 0) rank.expert_ids[i] = dice.Roll(-3, 2000);
  }
}

// K ids for one token, different ones unless duplicates are wanted.
std::vector<std::int32_t> RandomIds(Dice& dice, const RandomWorld& world) {
  std::vector<std::int32_t> ids(static_cast<std::size_t>(world.config.num_experts));
  std::iota(ids.begin(), ids.end(), 0);
  if (world.ids == Ids::kRandom) std::shuffle(ids.begin(), ids.end(), dice.engine());
  ids.resize(static_cast<std::size_t>(world.config.top_k));
  if (world.ids == Ids::kDuplicates) {
    for (std::int32_t& id : ids) id = dice.Roll(0, std::min(2, world.config.num_experts - 1));
  }
  return ids;
}

RandomWorld MakeWorld(Dice& dice) {
  RandomWorld world;
  world.config = RandomConfig(dice);
  world.ids = static_cast<Ids>(dice.Chance(60) ? 0 : dice.Roll(1, 2));
  const std::int32_t most = dice.Roll(1, 6);
  const bool equal = dice.Chance(60);
  if (equal) world.masks = static_cast<Masks>(dice.Roll(0, 2));
  world.config.global_batch = std::int64_t{most + dice.Roll(0, 1)} * world.config.ep_size;
  for (std::int32_t w = 0; w < world.config.ep_size * world.config.tp_size; ++w) {
    reference::DispatchRank rank;
    rank.num_tokens = equal ? most : dice.Roll(1, most);
    rank.x = RandomRows(dice, rank.num_tokens, world.config.hidden,
                        world.config.quantizes() ? Values::kFinite : Values::kAny);
    for (std::int64_t token = 0; token < rank.num_tokens; ++token) {
      const std::vector<std::int32_t> ids = RandomIds(dice, world);
      rank.expert_ids.insert(rank.expert_ids.end(), ids.begin(), ids.end());
    }
    rank.mask = RandomMask(dice, world, rank.num_tokens);
    rank.mask_is_2d = world.masks == Masks::kPerPair;
    rank.smooth_scales = RandomScales(dice, world.config);
    SpoilInactiveIds(dice, world, rank);
    world.ranks.push_back(std::move(rank));
  }
  return world;
}

std::string Describe(const RandomWorld& world) {
  const MoeConfig& c = world.config;
  return "ep " + std::to_string(c.ep_size) + " tp " + std::to_string(c.tp_size) + " E " +
         std::to_string(c.num_experts) + " S " + std::to_string(c.num_shared_experts) + " SR " +
         std::to_string(c.num_shared_ranks) + " K " + std::to_string(c.top_k) + " H " +
         std::to_string(c.hidden) + " G " + std::to_string(c.global_batch) + " ids " +
         std::to_string(static_cast<int>(world.ids)) + " masks " +
         std::to_string(static_cast<int>(world.masks)) + " quantMode " +
         std::to_string(static_cast<int>(c.quantization)) + " commQuantMode " +
         std::to_string(static_cast<int>(c.transport));
}

// Half of the tensors are dense.
testing::StridesChooser RandomStrides(Dice& dice) {
  return [&dice] {
    const int choice = dice.Chance(50) ? 0 : dice.Roll(0, testing::kNumStrides - 1);
    return static_cast<testing::Strides>(choice);
  };
}

// Rows that a rank's tensors have room for: the capacity, or what duplicates make of it.
std::int64_t Room(const MoeConfig& config, std::int32_t ep_rank,
                  const reference::DispatchResult& received) {
  return std::max(testing::Capacity(config, ep_rank), received.own_rows + received.peer_rows);
}

void CheckDispatch(Dice& dice, const RandomWorld& world,
                   const std::vector<reference::DispatchResult>& expected, LocalWorld& group) {
  std::vector<DispatchTensors> ranks;
  for (std::size_t w = 0; w < world.ranks.size(); ++w) {
    const std::int32_t ep_rank = static_cast<std::int32_t>(w) / world.config.tp_size;
    ranks.emplace_back(world.config, ep_rank, world.ranks[w],
                       Room(world.config, ep_rank, expected[w]), RandomStrides(dice));
    ranks.back().counts_type = dice.Chance(50) ? CountsType::kCounts : CountsType::kPrefixSums;
  }
  ASSERT_EQ(RunDispatch(group, ranks), std::vector<std::string>(ranks.size()));
  for (std::size_t w = 0; w < ranks.size(); ++w) {
    ASSERT_EQ(ranks[w].Judge(expected[w]), "") << "dispatch, world rank " << w;
  }
}

// The experts return anything: every rank's rows are new random bits.
std::vector<reference::CombineRank> AfterTheExperts(
    Dice& dice, const RandomWorld& world, const std::vector<reference::DispatchResult>& received) {
  std::vector<reference::CombineRank> ranks;
  const Values values = world.config.transport == Transport::kRows ? Values::kAny : Values::kFinite;
  const bool shared_x = world.config.num_shared_ranks == 0 && dice.Chance(50);
  for (std::size_t w = 0; w < world.ranks.size(); ++w) {
    reference::CombineRank rank;
    rank.num_tokens = world.ranks[w].num_tokens;
    rank.own_rows = received[w].own_rows;
    rank.peer_rows = received[w].peer_rows;
    rank.expand_x = RandomRows(dice, rank.own_rows + rank.peer_rows, world.config.hidden, values);
    rank.assist_info = received[w].assist_info;
    rank.expert_ids = world.ranks[w].expert_ids;
    rank.mask = world.ranks[w].mask;
    rank.mask_is_2d = world.ranks[w].mask_is_2d;
    for (std::size_t i = 0; i < rank.expert_ids.size(); ++i) {
      rank.expert_scales.push_back(std::uniform_real_distribution<float>(-1, 1)(dice.engine()));
    }
    if (shared_x)
      rank.shared_expert_x = RandomRows(dice, rank.num_tokens, world.config.hidden, values);
    ranks.push_back(std::move(rank));
  }
  return ranks;
}

// Puts xOut on one of the inputs, where that has as many rows.
void MaybeAlias(Dice& dice, const MoeConfig& config, const reference::CombineRank& rank,
                CombineTensors& tensors) {
  const int choice = dice.Roll(0, 9);
  if (choice == 0 && tensors.expand_x.rows() >= rank.num_tokens) {
    tensors.out = tensors.expand_x.rows_of(config.x_type);
    tensors.out->rows = rank.num_tokens;
  } else if (choice == 1 && !rank.shared_expert_x.empty()) {
    tensors.out = tensors.shared_expert_x.rows_of(config.x_type);
  }
}

void CheckCombine(Dice& dice, const RandomWorld& world,
                  const std::vector<reference::DispatchResult>& received, LocalWorld& group) {
  const std::vector<reference::CombineRank> inputs = AfterTheExperts(dice, world, received);
  const auto expected = reference::Combine(world.config, inputs);
  std::vector<CombineTensors> ranks;
  for (std::size_t w = 0; w < inputs.size(); ++w) {
    const std::int32_t world_rank = static_cast<std::int32_t>(w);
    const std::int32_t ep_rank = world_rank / world.config.tp_size;
    ranks.emplace_back(world.config, ep_rank, world_rank % world.config.tp_size, inputs[w],
                       Room(world.config, ep_rank, received[w]), RandomStrides(dice));
    MaybeAlias(dice, world.config, inputs[w], ranks.back());
  }
  ASSERT_EQ(RunCombine(group, ranks), std::vector<std::string>(ranks.size()));
  for (std::size_t w = 0; w < ranks.size(); ++w) {
    ASSERT_EQ(ranks[w].Judge(expected[w]), "") << "combine, world rank " << w;
  }
}

// FERRY_TEST_SEED repeats a run.
std::uint64_t Seed() {
  const char* seed = std::getenv("FERRY_TEST_SEED");
  return seed == nullptr ? std::random_device{}() : std::strtoull(seed, nullptr, 10);
}

TEST(RandomWorlds, DispatchAndCombineEqualTheOracleBitForBit) {
  const std::uint64_t seed = Seed();
  std::printf("FERRY_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  for (int i = 0; i < kWorlds; ++i) {
    Dice dice(seed + static_cast<std::uint64_t>(i));
    const RandomWorld world = MakeWorld(dice);
    SCOPED_TRACE("seed " + std::to_string(seed + static_cast<std::uint64_t>(i)) + ": " +
                 Describe(world));
    const auto received = reference::Dispatch(world.config, world.ranks);
    LocalWorld group(world.config.ep_size, world.config.tp_size);
    CheckDispatch(dice, world, received, group);
    CheckCombine(dice, world, received, group);
    if (HasFatalFailure()) return;
  }
}

// The largest group: the work of a rank must not grow with ranks times tokens.
TEST(LargeWorld, Ep768ComesBackRight) {
  const MoeConfig config{
      .ep_size = 768, .num_experts = 768, .top_k = 8, .hidden = 8, .global_batch = 768 * 4};
  Dice dice(768);
  RandomWorld world{config, Ids::kRandom, Masks::kNone, {}};
  for (std::int32_t rank = 0; rank < config.ep_size; ++rank) {
    reference::DispatchRank tokens{4, RandomRows(dice, 4, config.hidden, Values::kAny), {}};
    for (int token = 0; token < 4; ++token) {
      const std::vector<std::int32_t> ids = RandomIds(dice, world);
      tokens.expert_ids.insert(tokens.expert_ids.end(), ids.begin(), ids.end());
    }
    world.ranks.push_back(std::move(tokens));
  }
  const auto received = reference::Dispatch(config, world.ranks);
  LocalWorld group(config.ep_size, 1);
  CheckDispatch(dice, world, received, group);
  CheckCombine(dice, world, received, group);
}

}  // namespace
}  // namespace ferry::moe
