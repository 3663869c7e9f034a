#include "ops/operation.h"

#include <cstddef>
#include <utility>

#include "base/env.h"
#include "ops/combine_contract.h"
#include "ops/combine_params.h"
#include "ops/dispatch_contract.h"
#include "ops/dispatch_params.h"
#include "ops/strict_work.h"

namespace ferry::ops {
namespace {

template <class Call>
std::vector<Position> PositionsOf(Call& call, std::initializer_list<TensorParam<Call>> params) {
  std::vector<Position> positions;
  for (const TensorParam<Call>& param : params)
    positions.push_back({param.name, &(call.*param.member)});
  return positions;
}

void Reserve(std::vector<Position>& positions, std::initializer_list<const char*> names) {
  for (const char* name : names) positions.push_back({name, nullptr});
}

class DispatchOperation : public Operation {
 public:
  explicit DispatchOperation(DispatchCall call) : call_(std::move(call)) {}

  [[nodiscard]] const char* name() const override { return kDispatchV2; }

  [[nodiscard]] std::unique_ptr<Operation> Clone() const override {
    return std::make_unique<DispatchOperation>(*this);
  }

  [[nodiscard]] Positions GetPositions() override {
    using namespace dispatch;  // NOLINT(google-build-using-namespace): a table of its names
    Positions positions = {
        .inputs = PositionsOf(call_, {kX, kExpertIds, kScales, kMask, kExpertScales}),
        .outputs = PositionsOf(call_, {kExpandX, kDynamicScales, kAssistInfo, kExpertTokenNums,
                                       kEpRecvCounts, kTpRecvCounts, kExpandScales})};
    Reserve(positions.inputs, {"elasticInfoOptional", "performanceInfoOptional"});
    return positions;
  }

  void Check() const override { CheckDispatch(call_); }

  [[nodiscard]] Work Prepare(const Members& members) const override {
    auto work = std::make_shared<const DispatchWork>(PrepareDispatch(call_));
    Work run = [work](comm::Group& ep, comm::Group* tp) {
      moe::Dispatch(work->input, work->output, work->agreement, ep, tp);
    };
    return env::Strict() ? StrictDispatch(members.ep, work, std::move(run)) : run;
  }

 private:
  DispatchCall call_;
};

void RunCombine(const CombineWork& work, comm::Group& ep, comm::Group* tp) {
  if (!work.shared_expert_x) {
    moe::Combine(work.input, work.output, work.agreement, ep, tp);
    return;
  }
  std::vector<std::byte> rows;
  moe::CombineInput input = work.input;
  input.shared_expert_x = work.shared_expert_x->Gather(rows);
  moe::Combine(input, work.output, work.agreement, ep, tp);
}

class CombineOperation : public Operation {
 public:
  explicit CombineOperation(CombineCall call) : call_(std::move(call)) {}

  [[nodiscard]] const char* name() const override { return kCombineV2; }

  [[nodiscard]] std::unique_ptr<Operation> Clone() const override {
    return std::make_unique<CombineOperation>(*this);
  }

  [[nodiscard]] Positions GetPositions() override {
    using namespace combine;  // NOLINT(google-build-using-namespace): a table of its names
    Positions positions = {
        .inputs = PositionsOf(call_, {kExpandX, kExpertIds, kAssistInfo, kEpSendCounts,
                                      kExpertScales, kTpSendCounts, kMask, kActivationScale,
                                      kWeightScale, kGroupList, kExpandScales, kSharedExpertX}),
        .outputs = PositionsOf(call_, {kXOut})};
    Reserve(positions.inputs, {"elasticInfoOptional", "oriXOptional", "constExpertAlpha1Optional",
                               "constExpertAlpha2Optional", "constExpertVOptional"});
    return positions;
  }

  void Check() const override { CheckCombine(call_); }

  [[nodiscard]] Work Prepare(const Members& members) const override {
    auto work = std::make_shared<const CombineWork>(PrepareCombine(call_));
    Work run = [work](comm::Group& ep, comm::Group* tp) { RunCombine(*work, ep, tp); };
    return env::Strict() ? StrictCombine(members.ep, work, std::move(run)) : run;
  }

 private:
  CombineCall call_;
};

}  // namespace

std::unique_ptr<Operation> OperationOf(DispatchCall call) {
  return std::make_unique<DispatchOperation>(std::move(call));
}

std::unique_ptr<Operation> OperationOf(CombineCall call) {
  return std::make_unique<CombineOperation>(std::move(call));
}

}  // namespace ferry::ops
