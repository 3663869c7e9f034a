#include "random_case.h"

#include <fmt/format.h>

#include <algorithm>

#include "random.h"
#include "random_config.h"
#include "random_ignored.h"
#include "random_inputs.h"
#include "random_layout.h"

namespace ferry::support {
namespace {

// "1-D on 2 ranks, 2-D on 1", or nothing.
template <class Rank>
std::string DescribeMasks(const char* name, const std::vector<Rank>& ranks) {
  const auto count = [&](bool is_2d) {
    return std::count_if(ranks.begin(), ranks.end(), [=](const Rank& rank) {
      return !rank.mask.empty() && rank.mask_is_2d == is_2d;
    });
  };
  const auto lines = count(false);
  const auto planes = count(true);
  if (lines + planes == 0) return "";
  return fmt::format(" {} 1-D on {} and 2-D on {} ranks", name, lines, planes);
}

template <class Rank, class Member>
bool AnyHas(const std::vector<Rank>& ranks, Member Rank::*member) {
  return std::any_of(ranks.begin(), ranks.end(),
                     [=](const Rank& rank) { return !(rank.*member).empty(); });
}

Random RandomOf(std::uint64_t seed) {
  return Random(seed * 0x9E3779B97F4A7C15ULL + 1);
}

}  // namespace

std::size_t RandomWorldSize(std::uint64_t seed) {
  Random random = RandomOf(seed);
  const moe::MoeConfig config = ChooseConfig(random);
  return static_cast<std::size_t>(config.ep_size * config.tp_size);
}

RandomCase MakeRandomCase(std::uint64_t seed) {
  return MakeRandomCase(seed, ChooseConfig);
}

RandomCase MakeRandomCase(std::uint64_t seed, const ConfigChooser& choose, const Wishes& wishes) {
  Random random = RandomOf(seed);
  RandomCase test;
  test.seed = seed;
  test.config = choose(random);
  ChooseInputs(random, wishes, test);
  AskTheOracle(random, test);
  ChooseOptions(random, test);
  ChooseWhatIsIgnored(test);
  return test;
}

DispatchOptions WithLeastRoom(const RandomCase& test, std::size_t w) {
  DispatchOptions options = test.dispatch[w];
  const std::int64_t capacity = Capacity(test.config, test.ep_rank(w));
  options.expand_x_rows = capacity * test.config.tp_size;
  if (test.config.quantization == moe::Quantization::kPerToken) {
    options.dynamic_scales = capacity * test.config.tp_size;
  }
  return options;
}

std::string RandomCase::Describe() const {
  const auto [least, most] =
      std::minmax_element(senders.begin(), senders.end(),
                          [](const auto& a, const auto& b) { return a.num_tokens < b.num_tokens; });
  std::string text = fmt::format(
      "seed {}: ep {} tp {} E {} S {} SR {} K {} H {} Bs {}..{} G {} {} quantMode {} "
      "commQuantMode {} commAlg {}/{}",
      seed, config.ep_size, config.tp_size, config.num_experts, config.num_shared_experts,
      config.num_shared_ranks, config.top_k, config.hidden, least->num_tokens, most->num_tokens,
      config.global_batch, config.x_type == DType::kBFloat16 ? "bf16" : "fp16",
      static_cast<int>(config.quantization), static_cast<int>(config.transport),
      dispatch[0].call.comm_alg.value_or("null"), combine[0].call.comm_alg.value_or("null"));
  text += DescribeMasks("dispatch masks", senders) + DescribeMasks("combine masks", owners);
  if (AnyHas(senders, &reference::DispatchRank::smooth_scales)) text += " scales";
  if (AnyHas(owners, &reference::CombineRank::shared_expert_x)) text += " sharedExpertX";
  if (overflows) text += " overflow";
  if (repeats_dispatch) text += " dispatch-twice";
  if (repeats_combine) text += " combine-twice";
  if (copies_tensors) text += " copied-tensors";
  return text;
}

std::string RandomCase::HowToRerun() const {
  return fmt::format("; rerun with FERRY_PROPERTY_SEED={} FERRY_PROPERTY_CASES=1", seed);
}

}  // namespace ferry::support
