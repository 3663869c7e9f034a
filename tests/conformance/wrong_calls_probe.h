// One rule row tried from both sides: a call just inside it, a call just outside.
#ifndef FERRY_TESTS_CONFORMANCE_WRONG_CALLS_PROBE_H_
#define FERRY_TESTS_CONFORMANCE_WRONG_CALLS_PROBE_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "wrong_calls_args.h"
#include "wrong_calls_bench.h"

namespace ferry::conformance {

template <class Args>
struct Probe {
  using Change = std::function<void(Args&)>;

  std::string id;  // of the row
  Variant base = Variant::kPlain;
  Change inside;      // empty: the base call itself
  Change outside;     // the smallest step over the edge
  std::string value;  // what the refusal must quote
  std::string range;  // and what it must say is allowed
  // The row that refuses the inside call: one of what is not yet there, or that no group is named
  // so. Empty: phase 1 accepts it.
  std::string inside_reaches = {};
};

template <class Args>
using Probes = std::vector<Probe<Args>>;

// `more` may be probes of what both operators take.
template <class Args, class Base>
void Append(Probes<Args>& probes, const Probes<Base>& more) {
  for (const Probe<Base>& probe : more) {
    probes.push_back({probe.id, probe.base, probe.inside, probe.outside, probe.value, probe.range,
                      probe.inside_reaches});
  }
}

// A tensor argument: its name in rule ids, and where the arguments hold it.
template <class Args>
struct Slot {
  std::string id;
  Tensor Args::*tensor;
};

// Sets an integer argument, then fits all tensors to it.
template <class Args>
typename Probe<Args>::Change Set(std::int64_t Args::*member, std::int64_t value) {
  return [=](Args& args) {
    args.*member = value;
    args.Fit();
  };
}

// Rows that both operators have, under their ids in one of them.
struct SharedIds {
  std::string prefix;  // `dispatch-`: of what follows, and of the rows for later
  std::string group_ep_given, group_ep_fits, group_tp_fits, workspace_size, executor;
  std::string ep_world_size, tp_world_size, ep_rank_id, tp_rank_id, group_tp_given, groups_differ;
  std::string tp_rank_id_without_tp, expert_shard_type, shared_expert_num, shared_expert_rank_num;
  std::string moe_expert_num;
  std::string shared_ranks_have_experts, shared_experts_have_ranks, shared_ranks_divide;
  std::string experts_divide, one_expert_with_tp;
  std::string tokens, global_bs_least, global_bs_multiple, mask_with_unequal, top_k, hidden;
  std::string buffer_least, buffer_window, ep_size, ep_rank, tp_size, tp_rank;
};
[[nodiscard]] Probes<MoeArgs> SharedProbes(const SharedIds& ids, const Bench& bench);

[[nodiscard]] Probes<DispatchArgs> DispatchProbes(const Bench& bench);
[[nodiscard]] Probes<CombineArgs> CombineProbes(const Bench& bench);

}  // namespace ferry::conformance

#endif  // FERRY_TESTS_CONFORMANCE_WRONG_CALLS_PROBE_H_
