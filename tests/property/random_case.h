// One random, legal use of dispatch and combine: sizes, inputs, choices of each caller, and what
// the oracle makes of them, all from one seed.
#ifndef FERRY_TESTS_PROPERTY_RANDOM_CASE_H_
#define FERRY_TESTS_PROPERTY_RANDOM_CASE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "moe/config.h"
#include "moe/reference.h"
#include "random.h"
#include "support/moe_calls.h"

namespace ferry::support {

struct RandomCase {
  std::uint64_t seed = 0;
  moe::MoeConfig config;

  // By world rank. Options differ from rank to rank where ranks need not agree.
  std::vector<reference::DispatchRank> senders;
  std::vector<reference::DispatchResult> dispatched;
  std::vector<reference::CombineRank> owners;  // after the experts' work
  std::vector<reference::CombineResult> combined;
  std::vector<DispatchOptions> dispatch;
  std::vector<CombineOptions> combine;

  bool repeats_dispatch = false;  // one repeatable executor, run twice
  bool repeats_combine = false;
  // Combine gets tensors of its own instead of those that dispatch left.
  bool copies_tensors = false;
  // Duplicate ids bring more rows than the smallest legal outputs have room for; dispatch is tried
  // with these first.
  bool overflows = false;

  [[nodiscard]] std::size_t world_size() const { return senders.size(); }
  [[nodiscard]] std::int32_t ep_rank(std::size_t w) const {
    return static_cast<std::int32_t>(w) / config.tp_size;
  }
  [[nodiscard]] std::int32_t tp_rank(std::size_t w) const {
    return static_cast<std::int32_t>(w) % config.tp_size;
  }
  // In one line.
  [[nodiscard]] std::string Describe() const;
  // Of a case whose sizes come from its seed.
  [[nodiscard]] std::string HowToRerun() const;
};

// What a case shall have that is drawn otherwise.
struct Wishes {
  std::optional<bool> masks = {};  // on most ranks, each of one dim or of two
  std::optional<bool> equal_batches = {};
  std::optional<bool> smooth_scales = {};  // with quantMode 2
};

[[nodiscard]] RandomCase MakeRandomCase(std::uint64_t seed);
// With sizes of another choice.
using ConfigChooser = std::function<moe::MoeConfig(Random& random)>;
[[nodiscard]] RandomCase MakeRandomCase(std::uint64_t seed, const ConfigChooser& choose,
                                        const Wishes& wishes = {});
// The world size of that case, which is known much sooner.
[[nodiscard]] std::size_t RandomWorldSize(std::uint64_t seed);

// `dispatch[w]` with the smallest outputs that the checks of the operator let pass.
[[nodiscard]] DispatchOptions WithLeastRoom(const RandomCase& test, std::size_t w);

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_RANDOM_CASE_H_
