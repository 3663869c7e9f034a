// One random, legal use of dispatch and combine: sizes, inputs and choices, all from one seed.
#ifndef FERRY_TESTS_PROPERTY_RANDOM_CASE_H_
#define FERRY_TESTS_PROPERTY_RANDOM_CASE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "moe/config.h"
#include "moe/reference.h"
#include "support/moe_calls.h"

namespace ferry::support {

struct RandomCase {
  std::uint64_t seed = 0;
  moe::MoeConfig config;
  std::vector<reference::DispatchRank> senders;  // [world rank]
  std::vector<reference::CombineRank> owners;    // weights and sharedExpertX only
  DispatchOptions dispatch;
  CombineOptions combine;
  // The experts' work: row i, element h of a rank becomes bits ^ ExpertMask(rank, i, h). Any
  // function will do that makes rows differ, so that a row in the wrong place is seen in the sum.
  bool experts_work = true;

  [[nodiscard]] std::string Describe() const;
};

[[nodiscard]] RandomCase MakeRandomCase(std::uint64_t seed);

// What an expert changes in an element; only mantissa bits, so that no infinity appears.
[[nodiscard]] std::uint16_t ExpertMask(std::size_t rank, std::size_t element);

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_RANDOM_CASE_H_
