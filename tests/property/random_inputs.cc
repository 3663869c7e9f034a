#include "random_inputs.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "random_values.h"

namespace ferry::support {
namespace {

// Smooth scales of all ranks together; with hundreds of ranks only the first have them.
constexpr std::size_t kMostFactors = 12'000'000;

enum class Routing : std::uint8_t { kUniform, kOneSet, kSkewed, kDuplicates, kOneExpert };

// What is chosen once for all ranks.
struct Plan {
  Routing routing = Routing::kUniform;
  Values x = Values::kOrdinary;
  Values shared_x = Values::kOrdinary;
  bool equal_batches = true;
  std::int64_t common_batch = 1;
  bool has_shared_x = false;
  bool has_masks = false;
  bool masks_all_false = false;
  bool has_factors = false;
  bool all_have_factors = false;
};

bool Quantises(const moe::MoeConfig& config) {
  return config.quantization == moe::Quantization::kPerToken;
}
bool TravelsAsInt8(const moe::MoeConfig& config) {
  return config.transport == moe::Transport::kInt8Groups;
}

// What the specification promises results for. Without quantisation the tokens come back through
// combine.
Values ChooseTokenValues(Random& random, const moe::MoeConfig& config) {
  if (!random.OneIn(3)) return Values::kOrdinary;
  if (Quantises(config)) {
    return random.OneOf<Values>({Values::kSubnormal, Values::kAnyFinite, Values::kFiniteOrNan});
  }
  if (TravelsAsInt8(config)) return random.OneOf<Values>({Values::kSubnormal, Values::kAnyFinite});
  return random.OneOf<Values>({Values::kSubnormal, Values::kAnyBits});
}

Plan ChoosePlan(Random& random, const moe::MoeConfig& config) {
  Plan plan;
  plan.routing = static_cast<Routing>(random.OneIn(8) ? random.Int(3, 4) : random.Int(0, 2));
  plan.x = ChooseTokenValues(random, config);
  plan.shared_x = random.OneOf<Values>({Values::kOrdinary, Values::kSubnormal, Values::kAnyBits});
  plan.equal_batches = !random.OneIn(3);
  // globalBs may be larger than the batches need.
  plan.common_batch = random.OneIn(8) ? random.Between(1, config.max_batch()) : config.max_batch();
  plan.has_shared_x = config.num_shared_ranks == 0 && random.OneIn(2);
  plan.has_masks = random.OneIn(2);
  plan.masks_all_false = random.OneIn(25);
  plan.has_factors = Quantises(config) && !random.OneIn(3);
  return plan;
}

void Grant(const Wishes& wishes, const moe::MoeConfig& config, Plan& plan) {
  if (wishes.masks) {
    plan.has_masks = *wishes.masks;
    plan.masks_all_false = false;
  }
  if (wishes.equal_batches) {
    plan.equal_batches = *wishes.equal_batches;
    plan.common_batch = config.max_batch();
  }
  if (wishes.smooth_scales) {
    plan.has_factors = *wishes.smooth_scales && Quantises(config);
    plan.all_have_factors = plan.has_factors;
  }
}

// The ids of one token; distinct unless the routing says otherwise.
std::vector<std::int32_t> ChooseIds(Random& random, const moe::MoeConfig& config, Routing routing) {
  std::vector<std::int32_t> ids;
  if (routing == Routing::kOneExpert) {
    return std::vector<std::int32_t>(static_cast<std::size_t>(config.top_k),
                                     config.num_experts / 2);
  }
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

// One entry a token, or one an id. Any byte but 0 is true.
template <class Rank>
void ChooseMask(Random& random, std::int32_t top_k, bool all_false, Rank& rank) {
  rank.mask_is_2d = random.OneIn(2);
  const std::int64_t entries = rank.num_tokens * (rank.mask_is_2d ? top_k : 1);
  const std::int64_t density = random.OneOf<std::int64_t>({1, 2, 2, 4, 100});
  for (std::int64_t i = 0; i < entries; ++i) {
    const auto truth = static_cast<std::uint8_t>(random.OneIn(4) ? random.Between(1, 255) : 1);
    rank.mask.push_back(all_false || random.OneIn(density) ? 0 : truth);
  }
  MakeSomeAlike(random, rank.mask_is_2d ? top_k : rank.num_tokens, rank.mask);
  if (density == 1 && !all_false && random.OneIn(2)) {
    for (std::uint8_t& entry : rank.mask) entry = 1;
  }
}

// Behind the mask any value will do.
void SpoilInactiveIds(Random& random, std::int32_t top_k, reference::DispatchRank& rank) {
  const auto trues =
      std::count_if(rank.mask.begin(), rank.mask.end(), [](auto entry) { return entry != 0; });
  for (std::size_t i = 0; i < rank.expert_ids.size(); ++i) {
    const bool active =
        rank.mask_is_2d ? rank.mask[i] != 0 : static_cast<std::int64_t>(i) / top_k < trues;
    if (!active) rank.expert_ids[i] = static_cast<std::int32_t>(random.Bits());
  }
}

reference::DispatchRank ChooseSender(Random& random, const moe::MoeConfig& config,
                                     const Plan& plan) {
  reference::DispatchRank sender;
  sender.num_tokens =
      plan.equal_batches ? plan.common_batch : random.Between(1, config.max_batch());
  for (std::int64_t t = 0; t < sender.num_tokens; ++t) {
    const std::vector<std::int32_t> ids = ChooseIds(random, config, plan.routing);
    sender.expert_ids.insert(sender.expert_ids.end(), ids.begin(), ids.end());
  }
  sender.x = ChooseRows(random, config.x_type, plan.x, sender.num_tokens * config.hidden);
  MakeSomeAlike(random, config.hidden, sender.x);
  // A rank may give a mask only where its own batch is the largest.
  if (plan.has_masks && sender.num_tokens == config.max_batch() && !random.OneIn(4)) {
    ChooseMask(random, config.top_k, plan.masks_all_false, sender);
    if (!random.OneIn(4)) SpoilInactiveIds(random, config.top_k, sender);
  }
  if (plan.has_factors && (plan.all_have_factors || !random.OneIn(4))) {
    const bool huge = plan.x == Values::kAnyFinite || plan.x == Values::kFiniteOrNan;
    sender.smooth_scales = ChooseFactors(
        random, huge, std::int64_t{config.num_shared_experts + config.num_experts} * config.hidden);
    MakeSomeAlike(random, config.hidden, sender.smooth_scales);
  }
  return sender;
}

reference::CombineRank ChooseOwner(Random& random, const moe::MoeConfig& config, const Plan& plan,
                                   const reference::DispatchRank& sender) {
  reference::CombineRank owner;
  owner.num_tokens = sender.num_tokens;
  owner.expert_ids = sender.expert_ids;
  owner.mask = sender.mask;
  owner.mask_is_2d = sender.mask_is_2d;
  // Without a mask in dispatch every cell is there, so that combine may need any part of them.
  if (sender.mask.empty() && sender.num_tokens == config.max_batch() && random.OneIn(8)) {
    ChooseMask(random, config.top_k, false, owner);
  }
  for (std::size_t i = 0; i < sender.expert_ids.size(); ++i) {
    owner.expert_scales.push_back(ChooseWeight(random));
  }
  MakeSomeAlike(random, config.top_k, owner.expert_scales);
  if (plan.has_shared_x && !random.OneIn(4)) {
    owner.shared_expert_x =
        ChooseRows(random, config.x_type, plan.shared_x, sender.num_tokens * config.hidden);
    MakeSomeAlike(random, config.hidden, owner.shared_expert_x);
  }
  return owner;
}

// What the experts make of the rows of one rank. Any function will do that makes rows differ, so
// that a row in the wrong place is seen in the sum. Only low fraction bits change, so that no
// infinity appears.
std::vector<std::uint16_t> WorkExperts(std::size_t w, std::vector<std::uint16_t> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t hash = (w * 0x9E3779B1U + i) * 0x85EBCA6BU;
    rows[i] ^= static_cast<std::uint16_t>((hash >> 16) & 0x7f);
  }
  return rows;
}

}  // namespace

void ChooseInputs(Random& random, const Wishes& wishes, RandomCase& test) {
  Plan plan = ChoosePlan(random, test.config);
  Grant(wishes, test.config, plan);
  const std::int32_t world = test.config.ep_size * test.config.tp_size;
  std::size_t factors = 0;
  for (std::int32_t w = 0; w < world; ++w) {
    if (factors > kMostFactors) plan.has_factors = false;
    test.senders.push_back(ChooseSender(random, test.config, plan));
    factors += test.senders.back().smooth_scales.size();
    test.owners.push_back(ChooseOwner(random, test.config, plan, test.senders.back()));
  }
}

void AskTheOracle(Random& random, RandomCase& test) {
  const moe::MoeConfig& config = test.config;
  test.dispatched = reference::Dispatch(config, test.senders);
  const bool experts_work = !random.OneIn(4);
  const Values values = TravelsAsInt8(config)
                            ? random.OneOf<Values>({Values::kOrdinary, Values::kAnyFinite})
                            : random.OneOf<Values>({Values::kOrdinary, Values::kAnyBits});
  for (std::size_t w = 0; w < test.world_size(); ++w) {
    const reference::DispatchResult& received = test.dispatched[w];
    reference::CombineRank& owner = test.owners[w];
    owner.own_rows = received.own_rows;
    owner.peer_rows = received.peer_rows;
    owner.assist_info = received.assist_info;
    if (Quantises(config)) {
      owner.expand_x = ChooseRows(random, config.x_type, values,
                                  (received.own_rows + received.peer_rows) * config.hidden);
    } else {
      owner.expand_x = experts_work ? WorkExperts(w, received.expand_x) : received.expand_x;
    }
    MakeSomeAlike(random, config.hidden, owner.expand_x);
  }
  test.combined = reference::Combine(config, test.owners);
}

}  // namespace ferry::support
