#include "ops/group_rules.h"

#include <utility>

namespace ferry::ops {
namespace {

using Row = Rule<MoeCall>;

std::string Quoted(const StringArg& name) {
  return name.given ? fmt::format("\"{}\"", name.text) : "null";
}

bool HasTp(const MoeCall& call) {
  return call.has_tp();
}

Row NameFits(std::string id, std::string parameter, Code code, StringArg MoeCall::*name) {
  return {std::move(id),
          std::move(parameter),
          code,
          [name](const MoeCall& call) { return (call.*name).text.size() < kGroupNameBytes; },
          [name](const MoeCall& call) {
            const StringArg& arg = call.*name;
            return arg.text.size() < kGroupNameBytes
                       ? Quoted(arg)
                       : fmt::format("a name of {} or more characters", kGroupNameBytes);
          },
          Always(fmt::format("have at most {} characters", kGroupNameBytes - 1)),
          {}};
}

Row OutputGiven(std::string id, std::string parameter, bool MoeCall::*given) {
  return {std::move(id),
          std::move(parameter),
          Code::kParamNullptr,
          [given](const MoeCall& call) { return call.*given; },
          [given](const MoeCall& call) { return call.*given ? "a pointer" : "null"; },
          Always("point to where the result goes"),
          {}};
}

Row Known(std::string id, std::string parameter, StringArg MoeCall::*name,
          std::optional<GroupFacts> Facts::*group, Row::Predicate applies) {
  return {std::move(id),
          std::move(parameter),
          Code::kRuntimeError,
          [group](const MoeCall& call) { return (call.facts.*group).has_value(); },
          [name](const MoeCall& call) { return Quoted(call.*name); },
          [](const MoeCall& call) -> std::string {
            const auto& device = call.facts.device;
            return fmt::format(
                "name a communicator, as HcclGetCommName gives it, with a rank on the calling "
                "thread's current device ({})",
                device ? fmt::format("device {}", *device)
                       : "none is set: call aclrtSetDevice or aclrtSetCurrentContext on this "
                         "thread first");
          },
          std::move(applies)};
}

// An attribute that repeats what the communicator knows.
Row Agrees(std::string id, std::string parameter, std::int64_t MoeCall::*attribute,
           std::int64_t GroupFacts::*fact, std::optional<GroupFacts> Facts::*group,
           const std::string& what) {
  return {std::move(id),
          std::move(parameter),
          Code::kTiling,
          [=](const MoeCall& call) { return call.*attribute == (*(call.facts.*group)).*fact; },
          [=](const MoeCall& call) { return fmt::format("{}", call.*attribute); },
          [=](const MoeCall& call) {
            return fmt::format("be {} = {}", what, (*(call.facts.*group)).*fact);
          },
          [=](const MoeCall& call) {
            const bool used = group == &Facts::ep || call.has_tp();
            return used && (call.facts.*group).has_value();
          }};
}

}  // namespace

Row GroupEpGiven(std::string id) {
  return {std::move(id),
          "groupEp",
          Code::kParamNullptr,
          [](const MoeCall& call) { return !call.group_ep.text.empty(); },
          [](const MoeCall& call) { return Quoted(call.group_ep); },
          Always("be the name of a communicator, 1 to 127 characters"),
          {}};
}

Row GroupEpFits(std::string id, Code code) {
  return NameFits(std::move(id), "groupEp", code, &MoeCall::group_ep);
}

Row GroupTpFits(std::string id, Code code) {
  return NameFits(std::move(id), "groupTp", code, &MoeCall::group_tp);
}

Row WorkspaceSizeGiven(std::string id) {
  return OutputGiven(std::move(id), "workspaceSize", &MoeCall::workspace_size_given);
}

Row ExecutorGiven(std::string id) {
  return OutputGiven(std::move(id), "executor", &MoeCall::executor_given);
}

Row GroupEpKnown(std::string id) {
  return Known(std::move(id), "groupEp", &MoeCall::group_ep, &Facts::ep, {});
}

Row GroupTpKnown(std::string id) {
  return Known(std::move(id), "groupTp", &MoeCall::group_tp, &Facts::tp, [](const MoeCall& call) {
    return call.facts.product == env::Product::kA3 && call.has_tp() && !call.group_tp.text.empty();
  });
}

Row ProductKnown(std::string id) {
  return {std::move(id),
          "FERRY_PRODUCT",
          Code::kParamInvalid,
          [](const MoeCall& call) { return call.facts.product != env::Product::kUnknown; },
          [](const MoeCall& call) { return fmt::format("\"{}\"", call.facts.product_text); },
          Always("be unset, empty, \"a3\" or \"a2\""),
          {}};
}

Row ProductIsA3(std::string id) {
  return {std::move(id),
          "FERRY_PRODUCT",
          Code::kParamInvalid,
          [](const MoeCall& call) { return call.facts.product != env::Product::kA2; },
          [](const MoeCall& call) { return fmt::format("\"{}\"", call.facts.product_text); },
          Always("be \"a3\" for this operator: it is not yet there on A2"),
          {}};
}

Row GroupTpGiven(std::string id) {
  return {std::move(id),
          "groupTp",
          Code::kTiling,
          [](const MoeCall& call) { return !call.group_tp.text.empty(); },
          [](const MoeCall& call) { return Quoted(call.group_tp); },
          Always("be the name of a communicator, 1 to 127 characters, when tpWorldSize is 2"),
          HasTp};
}

Row GroupsDiffer(std::string id) {
  return {std::move(id),
          "groupTp",
          Code::kTiling,
          [](const MoeCall& call) { return call.group_tp.text != call.group_ep.text; },
          [](const MoeCall& call) { return Quoted(call.group_tp); },
          Always("be another group than groupEp when tpWorldSize is 2"),
          HasTp};
}

Row GroupsDifferWithoutTp(std::string id) {
  return {std::move(id),
          "groupTp",
          Code::kTiling,
          [](const MoeCall& call) {
            return call.group_tp.text.empty() || call.group_tp.text != call.group_ep.text;
          },
          [](const MoeCall& call) { return Quoted(call.group_tp); },
          Always("be another group than groupEp"),
          [](const MoeCall& call) { return !call.has_tp(); }};
}

Row EpSizeAgrees(std::string id) {
  return Agrees(std::move(id), "epWorldSize", &MoeCall::ep_world_size, &GroupFacts::size,
                &Facts::ep, "the size of groupEp");
}

Row EpRankAgrees(std::string id) {
  return Agrees(std::move(id), "epRankId", &MoeCall::ep_rank_id, &GroupFacts::rank, &Facts::ep,
                "this device's rank in groupEp");
}

Row TpSizeAgrees(std::string id) {
  return Agrees(std::move(id), "tpWorldSize", &MoeCall::tp_world_size, &GroupFacts::size,
                &Facts::tp, "the size of groupTp");
}

Row TpRankAgrees(std::string id) {
  return Agrees(std::move(id), "tpRankId", &MoeCall::tp_rank_id, &GroupFacts::rank, &Facts::tp,
                "this device's rank in groupTp");
}

}  // namespace ferry::ops
