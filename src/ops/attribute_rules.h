// Rows about the numbers that both operators take alike. Each maker takes the row's id.
#ifndef FERRY_OPS_ATTRIBUTE_RULES_H_
#define FERRY_OPS_ATTRIBUTE_RULES_H_

#include <cstdint>
#include <string>
#include <utility>

#include "ops/call.h"
#include "ops/rule.h"

namespace ferry::ops {

// An integer argument in [low, high].
template <class Call>
Rule<Call> InRange(std::string id, std::string parameter, std::int64_t Call::*member,
                   std::int64_t low, std::int64_t high,
                   typename Rule<Call>::Predicate applies = {}) {
  return {std::move(id),
          std::move(parameter),
          Code::kTiling,
          [=](const Call& call) { return call.*member >= low && call.*member <= high; },
          [=](const Call& call) { return fmt::format("{}", call.*member); },
          Always(fmt::format("be in [{}, {}]", low, high)),
          std::move(applies)};
}

Rule<MoeCall> EpWorldSizeInRange(std::string id);
Rule<MoeCall> TpWorldSizeInRange(std::string id);
Rule<MoeCall> EpRankIdInRange(std::string id);
Rule<MoeCall> TpRankIdInRange(std::string id);  // with TP
Rule<MoeCall> TpRankIdIsZeroWithoutTp(std::string id);
Rule<MoeCall> ExpertShardTypeIsZero(std::string id);
Rule<MoeCall> SharedExpertNumInRange(std::string id);
Rule<MoeCall> SharedExpertRankNumInRange(std::string id);
Rule<MoeCall> MoeExpertNumInRange(std::string id);

// How experts lie on ranks.
Rule<MoeCall> SharedRanksHaveExperts(std::string id);  // S = 0 and SR > 0
Rule<MoeCall> SharedExpertsHaveRanks(std::string id);  // S > 0 and SR = 0
Rule<MoeCall> SharedRanksDivideEvenly(std::string id);
Rule<MoeCall> ExpertsDivideEvenly(std::string id);
Rule<MoeCall> OneExpertPerRankWithTp(std::string id);

// Sizes of the batch and of a token.
Rule<MoeCall> TokensInRange(std::string id, std::string parameter);
Rule<MoeCall> GlobalBsHoldsOwnBatch(std::string id);
Rule<MoeCall> GlobalBsIsMultipleOfEp(std::string id);
Rule<MoeCall> NoMaskWithUnequalBatches(std::string id);
Rule<MoeCall> TopKInRange(std::string id);
Rule<MoeCall> HiddenInRange(std::string id, std::string parameter);

Rule<MoeCall> BufferHasTheLeast(std::string id);
Rule<MoeCall> BufferHoldsWindow(std::string id);

}  // namespace ferry::ops

#endif  // FERRY_OPS_ATTRIBUTE_RULES_H_
