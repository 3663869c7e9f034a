// Probes of the rows that dispatch and combine have alike.
#include <algorithm>
#include <string>

#include "wrong_calls_probe.h"

namespace ferry::conformance {
namespace {

using Change = Probe<MoeArgs>::Change;

constexpr Variant kPlain = Variant::kPlain;
constexpr Variant kTp = Variant::kTp;
constexpr Variant kShared = Variant::kShared;
constexpr Variant kWide = Variant::kWide;

Change SetName(OptionalString MoeArgs::*member, OptionalString name) {
  return [=](MoeArgs& args) { args.*member = name; };
}

// Another rank of the group makes the call, on its own device.
Change AsEpRank(std::int64_t rank) {
  return [=](MoeArgs& args) {
    args.ep_rank_id = rank;
    args.device = static_cast<std::int32_t>(rank * args.TpRanks());
    args.Fit();
  };
}

Change AsTpRankOne(const Bench& bench) {
  return [group = bench.ep_group_of_tp_rank_one()](MoeArgs& args) {
    args.group_ep = group;
    args.tp_rank_id = 1;
    args.device = 1;
    args.Fit();
  };
}

Change SetExperts(std::int64_t shared, std::int64_t shared_ranks, std::int64_t experts) {
  return [=](MoeArgs& args) {
    args.shared_expert_num = shared;
    args.shared_expert_rank_num = shared_ranks;
    args.moe_expert_num = experts;
    args.top_k = std::min<std::int64_t>(args.top_k, experts);
    args.Fit();
  };
}

Change SetTopK(std::int64_t top_k, std::int64_t experts) {
  return [=](MoeArgs& args) {
    args.top_k = top_k;
    args.moe_expert_num = experts;
    args.Fit();
  };
}

Change WithMask(std::int64_t global_bs) {
  return [=](MoeArgs& args) {
    args.global_bs = global_bs;
    args.Fit();
    args.mask.given = true;
  };
}

// Spec dispatch.md section 13.8: 64 tokens take exactly 2 MiB.
Change WindowOf(std::int64_t tokens) {
  return [=](MoeArgs& args) {
    args.tokens = tokens;
    args.hidden = 2560;
    args.moe_expert_num = 2;
    args.top_k = 1;
    args.buffer_mib = "2";
    args.Fit();
  };
}

Probes<MoeArgs> NameProbes(const SharedIds& ids) {
  const std::string longest(127, 'g');
  const std::string too_long(128, 'g');
  const std::string known = ids.prefix + "1-1";
  const OptionalString null;
  return {
      {ids.group_ep_given, kPlain, {}, SetName(&MoeArgs::group_ep, null), "null", "1 to 127"},
      {ids.group_ep_given, kPlain, {}, SetName(&MoeArgs::group_ep, ""), "\"\"", "1 to 127"},
      {ids.group_ep_fits, kPlain, SetName(&MoeArgs::group_ep, longest),
       SetName(&MoeArgs::group_ep, too_long), "128 or more", "at most 127", known},
      {ids.group_tp_fits, kPlain, SetName(&MoeArgs::group_tp, longest),
       SetName(&MoeArgs::group_tp, too_long), "128 or more", "at most 127"},
      {ids.workspace_size,
       kPlain,
       {},
       [](MoeArgs& a) { a.workspace_size_given = false; },
       "null",
       "point to"},
      {ids.executor, kPlain, {}, [](MoeArgs& a) { a.executor_given = false; }, "null", "point to"},
      {known, kPlain, {}, SetName(&MoeArgs::group_ep, "nobody"), "\"nobody\"", "(device 0)"},
      {known,
       kPlain,
       {},
       [](MoeArgs& a) { a.device_is_set = false; },
       "is \"",
       "(none is set: call aclrtSetDevice or aclrtSetCurrentContext"},
      {ids.prefix + "1-2",
       kTp,
       {},
       SetName(&MoeArgs::group_tp, "nobody"),
       "\"nobody\"",
       "(device 0)"},
      {ids.group_tp_given, kTp, {}, SetName(&MoeArgs::group_tp, null), "null", "1 to 127"},
      {ids.group_tp_given, kTp, {}, SetName(&MoeArgs::group_tp, ""), "\"\"", "1 to 127"},
      {ids.groups_differ,
       kTp,
       {},
       [](MoeArgs& a) { a.group_tp = a.group_ep; },
       "is \"",
       "another group than groupEp"},
  };
}

Probes<MoeArgs> NumberProbes(const SharedIds& ids, const Bench& bench) {
  return {
      {ids.ep_world_size, kPlain, {}, Set(&MoeArgs::ep_world_size, 1), "1", "[2, 768]"},
      {ids.ep_world_size, kWide, {}, Set(&MoeArgs::ep_world_size, 769), "769", "[2, 768]"},
      {ids.tp_world_size, kPlain, {}, Set(&MoeArgs::tp_world_size, -1), "-1", "[0, 2]"},
      {ids.tp_world_size, kTp, {}, Set(&MoeArgs::tp_world_size, 3), "3", "[0, 2]"},
      {ids.ep_rank_id, kPlain, {}, Set(&MoeArgs::ep_rank_id, -1), "-1", "[0, epWorldSize = 2)"},
      {ids.ep_rank_id, kPlain, AsEpRank(1), Set(&MoeArgs::ep_rank_id, 2), "2",
       "[0, epWorldSize = 2)"},
      {ids.tp_rank_id, kTp, {}, Set(&MoeArgs::tp_rank_id, -1), "-1", "[0, 1]"},
      {ids.tp_rank_id, kTp, AsTpRankOne(bench), Set(&MoeArgs::tp_rank_id, 2), "2", "[0, 1]"},
      {ids.tp_rank_id_without_tp, kPlain, {}, Set(&MoeArgs::tp_rank_id, 1), "1", "be 0 when"},
      {ids.tp_rank_id_without_tp, kPlain, Set(&MoeArgs::tp_world_size, 1),
       Set(&MoeArgs::tp_rank_id, -1), "-1", "be 0 when"},
      {ids.expert_shard_type, kPlain, {}, Set(&MoeArgs::expert_shard_type, 1), "1", "be 0"},
      {ids.expert_shard_type, kPlain, {}, Set(&MoeArgs::expert_shard_type, -1), "-1", "be 0"},
      {ids.shared_expert_num, kPlain, {}, Set(&MoeArgs::shared_expert_num, -1), "-1", "[0, 4]"},
      {ids.shared_expert_num, kShared, SetExperts(4, 4, 8), SetExperts(5, 5, 8), "5", "[0, 4]"},
      {ids.shared_expert_rank_num,
       kPlain,
       {},
       Set(&MoeArgs::shared_expert_rank_num, -1),
       "-1",
       "[0, epWorldSize = 2)"},
      {ids.shared_expert_rank_num, kShared, SetExperts(1, 5, 8), SetExperts(1, 6, 8), "6",
       "[0, epWorldSize = 6)"},
      {ids.moe_expert_num, kShared, SetExperts(1, 5, 1), SetExperts(1, 5, 0), "0", "[1, 1024]"},
      {ids.moe_expert_num, kPlain, SetTopK(2, 1024), SetTopK(2, 1025), "1025", "[1, 1024]"},
  };
}

Probes<MoeArgs> LayoutProbes(const SharedIds& ids) {
  return {
      {ids.shared_ranks_have_experts, kShared, SetExperts(0, 0, 6), SetExperts(0, 1, 5), "1",
       "be 0 when sharedExpertNum is 0"},
      {ids.shared_experts_have_ranks, kPlain, Set(&MoeArgs::shared_expert_num, 1),
       Set(&MoeArgs::shared_expert_num, 2), "0", "above 0 when sharedExpertNum is 2"},
      {ids.shared_ranks_divide, kShared, SetExperts(2, 4, 8), SetExperts(2, 3, 6), "3",
       "multiple of sharedExpertNum = 2"},
      {ids.experts_divide, kPlain, Set(&MoeArgs::moe_expert_num, 6),
       Set(&MoeArgs::moe_expert_num, 5), "5", "multiple of epWorldSize - sharedExpertRankNum = 2"},
      {ids.experts_divide,
       kWide,
       {},
       Set(&MoeArgs::moe_expert_num, 767),
       "767",
       "multiple of epWorldSize - sharedExpertRankNum = 768"},
      {ids.one_expert_with_tp,
       kTp,
       {},
       Set(&MoeArgs::moe_expert_num, 4),
       "4",
       "epWorldSize - sharedExpertRankNum = 2"},
  };
}

Probes<MoeArgs> BatchProbes(const SharedIds& ids) {
  return {
      {ids.tokens, kPlain, Set(&MoeArgs::tokens, 1), Set(&MoeArgs::tokens, 0), "0", "[1, 512]"},
      {ids.tokens, kPlain, Set(&MoeArgs::tokens, 512), Set(&MoeArgs::tokens, 513), "513",
       "[1, 512]"},
      {ids.global_bs_least, kPlain, Set(&MoeArgs::global_bs, 4), Set(&MoeArgs::global_bs, 2), "2",
       "0 or at least Bs * epWorldSize = 4"},
      {ids.global_bs_least,
       kPlain,
       {},
       Set(&MoeArgs::global_bs, -4),
       "-4",
       "0 or at least Bs * epWorldSize = 4"},
      {ids.global_bs_multiple, kPlain, Set(&MoeArgs::global_bs, 6), Set(&MoeArgs::global_bs, 5),
       "5", "multiple of epWorldSize = 2"},
      {ids.mask_with_unequal, kPlain, WithMask(4), WithMask(6), "6",
       "0 or Bs * epWorldSize = 4 when xActiveMaskOptional is given"},
      {ids.top_k, kPlain, SetTopK(1, 4), SetTopK(0, 4), "0", "[1, min(16, moeExpertNum = 4)]"},
      {ids.top_k, kPlain, SetTopK(4, 4), SetTopK(5, 4), "5", "[1, min(16, moeExpertNum = 4)]"},
      {ids.top_k, kPlain, SetTopK(16, 32), SetTopK(17, 32), "17",
       "[1, min(16, moeExpertNum = 32)]"},
      {ids.hidden, kPlain, Set(&MoeArgs::hidden, 1024), Set(&MoeArgs::hidden, 1023), "1023",
       "[1024, 8192]"},
      {ids.hidden, kPlain, Set(&MoeArgs::hidden, 1025), Set(&MoeArgs::hidden, 0), "0",
       "[1024, 8192]"},
      {ids.hidden, kPlain, Set(&MoeArgs::hidden, 8192), Set(&MoeArgs::hidden, 8193), "8193",
       "[1024, 8192]"},
  };
}

Probes<MoeArgs> GroupProbes(const SharedIds& ids, const Bench& bench) {
  const std::string other_group = bench.other_group();
  const Change four_ranks = [](MoeArgs& args) {
    args.ep_world_size = 4;
    args.Fit();
  };
  return {
      {ids.buffer_least, kPlain, [](MoeArgs& a) { a.buffer_mib = "2"; },
       [](MoeArgs& a) { a.buffer_mib = "1"; }, "1 MiB", "at least 2 MiB"},
      {ids.buffer_least, kPlain, [](MoeArgs& a) { a.buffer_mib = "none"; },
       [](MoeArgs& a) { a.buffer_mib = "-1"; }, "0 MiB", "at least 2 MiB"},
      {ids.buffer_window, kPlain, WindowOf(64), WindowOf(65), "2 MiB", "2129920 bytes"},
      {ids.ep_size, kPlain, {}, four_ranks, "4", "the size of groupEp = 2"},
      {ids.ep_rank, kPlain, AsEpRank(1), Set(&MoeArgs::ep_rank_id, 1), "1",
       "this device's rank in groupEp = 0"},
      {ids.tp_size,
       kTp,
       {},
       [=](MoeArgs& a) { a.group_tp = other_group; },
       "2",
       "the size of groupTp = 6"},
      {ids.tp_rank, kTp, AsTpRankOne(bench), Set(&MoeArgs::tp_rank_id, 1), "1",
       "this device's rank in groupTp = 0"},
  };
}

}  // namespace

Probes<MoeArgs> SharedProbes(const SharedIds& ids, const Bench& bench) {
  Probes<MoeArgs> probes = NameProbes(ids);
  Append(probes, NumberProbes(ids, bench));
  Append(probes, LayoutProbes(ids));
  Append(probes, BatchProbes(ids));
  Append(probes, GroupProbes(ids, bench));
  return probes;
}

}  // namespace ferry::conformance
