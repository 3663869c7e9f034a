#include "random_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <random>

namespace ferry::support {
namespace {

// std::mt19937_64 is the same everywhere; the standard's distributions are not, so we have our own.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  // In [low, high].
  std::int64_t Between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  std::int32_t Int(std::int32_t low, std::int32_t high) {
    return static_cast<std::int32_t>(Between(low, high));
  }
  bool OneIn(std::int64_t n) { return Between(1, n) == 1; }
  std::uint64_t Bits() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

// Mostly a few ranks; now and then many.
std::int32_t ChooseEpSize(Random& random) {
  if (random.OneIn(400)) return random.Int(100, 768);
  if (random.OneIn(20)) return random.Int(9, 64);
  return random.Int(2, 8);
}

void ChooseExperts(Random& random, moe::MoeConfig& config) {
  if (random.OneIn(2)) {
    const std::int32_t shared = random.Int(1, std::min(4, config.ep_size - 1));
    config.num_shared_experts = shared;
    config.num_shared_ranks = shared * random.Int(1, (config.ep_size - 1) / shared);
  }
  config.tp_size = random.OneIn(4) && config.ep_size <= 32 ? 2 : 1;
  const std::int32_t moe_ranks = config.num_moe_ranks();
  const std::int32_t most = config.tp_size == 2 ? 1 : std::min(1024 / moe_ranks, 6);
  config.num_experts = moe_ranks * random.Int(1, std::max(1, most));
  config.top_k = random.Int(1, std::min(16, config.num_experts));
}

std::int64_t ChooseHidden(Random& random, std::int32_t ep_size) {
  if (ep_size > 64) return 1024;
  if (random.OneIn(25)) return random.Between(4000, 8192);
  return random.OneIn(3) ? 1024 : random.Between(1024, 1100);
}

std::int64_t ChooseMaxBatch(Random& random, const moe::MoeConfig& config) {
  if (config.ep_size > 64) return random.Between(1, 2);
  if (config.ep_size > 8) return random.Between(1, 4);
  return random.OneIn(30) ? random.Between(20, 64) : random.Between(1, 9);
}

enum class Routing : std::uint8_t { kUniform, kOneSet, kSkewed, kDuplicates };

// The ids of one token; distinct unless the routing is kDuplicates.
std::vector<std::int32_t> ChooseIds(Random& random, const moe::MoeConfig& config, Routing routing) {
  std::vector<std::int32_t> ids;
  if (routing == Routing::kDuplicates) {
    while (std::ssize(ids) < config.top_k) ids.push_back(random.Int(0, config.num_experts - 1));
    return ids;
  }
  std::vector<std::int32_t> experts(static_cast<std::size_t>(config.num_experts));
  std::iota(experts.begin(), experts.end(), 0);
  const std::int32_t window = routing == Routing::kSkewed
                                  ? std::min(config.num_experts, config.top_k + 1)
                                  : config.num_experts;
  for (std::int32_t k = 0; k < config.top_k; ++k) {
    if (routing != Routing::kOneSet) {
      const std::int32_t other = random.Int(k, std::max(k, window - 1));
      std::swap(experts[static_cast<std::size_t>(k)], experts[static_cast<std::size_t>(other)]);
    }
    ids.push_back(experts[static_cast<std::size_t>(k)]);
  }
  return ids;
}

enum class Values : std::uint8_t { kOrdinary, kSubnormal, kAnyBits };

std::uint16_t ChooseBits(Random& random, DType type, Values values) {
  const auto bits = static_cast<std::uint16_t>(random.Bits());
  if (values == Values::kAnyBits) return bits;  // infinities and NaNs included
  const auto sign = static_cast<std::uint16_t>(bits & 0x8000);
  const std::uint16_t mantissa_mask = type == DType::kBFloat16 ? 0x007f : 0x03ff;
  if (values == Values::kSubnormal)
    return static_cast<std::uint16_t>(sign | (bits & mantissa_mask));
  // Exponents around 1: sums stay finite and cancel now and then.
  const auto exponent = static_cast<std::uint16_t>(
      type == DType::kBFloat16 ? (125 + bits % 5) << 7 : (13 + bits % 5) << 10);
  return static_cast<std::uint16_t>(sign | exponent | ((bits >> 3) & mantissa_mask));
}

float ChooseWeight(Random& random) {
  if (random.OneIn(50)) return std::bit_cast<float>(static_cast<std::uint32_t>(random.Bits()));
  if (random.OneIn(30)) return 0.0f;
  return static_cast<float>(random.Between(-1000, 3000)) / 2048.0f;
}

void FillInputs(Random& random, RandomCase& test) {
  const moe::MoeConfig& config = test.config;
  const bool equal = random.OneIn(2);
  const bool full_somewhere = !equal || !random.OneIn(3);
  const auto routing = static_cast<Routing>(random.OneIn(12) ? 3 : random.Int(0, 2));
  const auto values = static_cast<Values>(random.OneIn(4) ? random.Int(1, 2) : 0);
  const bool with_shared_x = config.num_shared_ranks == 0 && random.OneIn(2);
  const std::int64_t common =
      full_somewhere ? config.max_batch() : random.Between(1, config.max_batch());
  const auto world =
      static_cast<std::size_t>(config.ep_size) * static_cast<std::size_t>(config.tp_size);
  bool all_full = true;
  for (std::size_t w = 0; w < world; ++w) {
    reference::DispatchRank sender;
    reference::CombineRank owner;
    sender.num_tokens = equal ? common : random.Between(1, config.max_batch());
    all_full = all_full && sender.num_tokens == config.max_batch();
    for (std::int64_t t = 0; t < sender.num_tokens; ++t) {
      for (const std::int32_t id : ChooseIds(random, config, routing)) {
        sender.expert_ids.push_back(id);
        owner.expert_scales.push_back(ChooseWeight(random));
      }
    }
    const auto elements = static_cast<std::size_t>(sender.num_tokens * config.hidden);
    for (std::size_t i = 0; i < elements; ++i) {
      sender.x.push_back(ChooseBits(random, config.x_type, values));
      if (with_shared_x) {
        owner.shared_expert_x.push_back(ChooseBits(random, config.x_type, values));
      }
    }
    owner.num_tokens = sender.num_tokens;
    test.senders.push_back(std::move(sender));
    test.owners.push_back(std::move(owner));
  }
  // globalBs 0 means Bs * ep: allowed only where every rank has the largest batch.
  if (all_full && random.OneIn(2)) {
    test.dispatch.call.global_bs = 0;
    test.combine.call.global_bs = random.OneIn(2) ? 0 : kDefault;
  }
}

// A tensor that lies dense, with gaps between rows, transposed or behind an offset.
Storage ChooseStorage(Random& random, std::int64_t rows, std::int64_t cols) {
  switch (random.OneIn(3) ? random.Int(1, 3) : 0) {
    case 1:
      return {.strides = {cols + random.Between(1, 9), 1}, .offset = 0};
    case 2:
      return {.strides = {1, rows + random.Between(0, 3)}, .offset = random.Between(0, 5)};
    case 3:
      return {.strides = {}, .offset = random.Between(1, 33)};
    default:
      return {};
  }
}

void ChooseLayouts(Random& random, RandomCase& test) {
  const moe::MoeConfig& config = test.config;
  if (config.ep_size > 8) return;  // many ranks: dense, to stay quick
  // Strides must suit the rank with the most rows; extra gaps do no harm on the others.
  const std::int64_t rows = config.max_batch();
  test.dispatch.x = ChooseStorage(random, rows, config.hidden);
  test.dispatch.expert_ids = ChooseStorage(random, rows, config.top_k);
  test.combine.expert_scales = ChooseStorage(random, rows, config.top_k);
  if (!test.owners[0].shared_expert_x.empty()) {
    test.combine.shared_expert_x = ChooseStorage(random, rows, config.hidden);
    test.combine.shared_expert_x_is_3d =
        test.combine.shared_expert_x.strides.empty() && random.OneIn(2);
  }
  if (random.OneIn(4)) {
    test.dispatch.expand_x.strides = {config.hidden + random.Between(1, 7), 1};
  }
  if (random.OneIn(5)) test.dispatch.assist_info.strides = {2};
  test.dispatch.x.foreign = random.OneIn(5);
  switch (random.Int(0, 3)) {
    case 0:
      test.combine.output = CombineOutput::kDispatchX;
      break;
    case 1:
      test.combine.output = CombineOutput::kExpandX;
      break;
    case 2:
      if (!test.owners[0].shared_expert_x.empty()) {
        test.combine.output = CombineOutput::kSharedExpertX;
      }
      break;
    default:
      test.combine.x_out = ChooseStorage(random, rows, config.hidden);
      break;
  }
}

}  // namespace

RandomCase MakeRandomCase(std::uint64_t seed) {
  Random random(seed * 0x9E3779B97F4A7C15ULL + 1);
  RandomCase test;
  test.seed = seed;
  moe::MoeConfig& config = test.config;
  config.ep_size = ChooseEpSize(random);
  ChooseExperts(random, config);
  config.hidden = ChooseHidden(random, config.ep_size);
  config.global_batch = ChooseMaxBatch(random, config) * config.ep_size;
  config.x_type = random.OneIn(2) ? DType::kBFloat16 : DType::kFloat16;
  test.dispatch.counts_type =
      random.OneIn(2) ? moe::CountsType::kCounts : moe::CountsType::kPrefixSums;
  if (config.tp_size == 1) test.dispatch.call.tp_world_size = random.Between(0, 1);
  test.combine.call.tp_world_size = test.dispatch.call.tp_world_size;
  if (config.num_shared_ranks == 0) test.dispatch.call.shared_expert_num = random.Between(0, 1);
  test.combine.call.shared_expert_num = test.dispatch.call.shared_expert_num;
  if (random.OneIn(4)) test.dispatch.call.comm_alg = "fullmesh_v1";
  test.experts_work = !random.OneIn(4);
  FillInputs(random, test);
  ChooseLayouts(random, test);
  return test;
}

std::uint16_t ExpertMask(std::size_t rank, std::size_t element) {
  const std::size_t hash = (rank * 0x9E3779B1U + element) * 0x85EBCA6BU;
  return static_cast<std::uint16_t>((hash >> 16) & 0x7f);
}

std::string RandomCase::Describe() const {
  return fmt::format(
      "seed {}: ep {} tp {} E {} S {} SR {} K {} H {} G {} {}{}; rerun with FERRY_PROPERTY_SEED={} "
      "FERRY_PROPERTY_CASES=1",
      seed, config.ep_size, config.tp_size, config.num_experts, config.num_shared_experts,
      config.num_shared_ranks, config.top_k, config.hidden, config.global_batch,
      config.x_type == DType::kBFloat16 ? "bf16" : "fp16",
      owners[0].shared_expert_x.empty() ? "" : " sharedExpertX", seed);
}

}  // namespace ferry::support
