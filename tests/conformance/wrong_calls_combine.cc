// Probes of combine: stages 0 to 2, and what its tensors must be. Sizes: wrong_calls_combine_sizes.
#include "wrong_calls_combine.h"

#include <vector>

namespace ferry::conformance {
namespace {

using C = CombineArgs;

const SharedIds kShared = {.prefix = "combine-",
                           .group_ep_given = "combine-0-2",
                           .group_ep_fits = "combine-0-3",
                           .group_tp_fits = "combine-0-4",
                           .workspace_size = "combine-0-5a",
                           .executor = "combine-0-5b",
                           .ep_world_size = "combine-A3-2",
                           .tp_world_size = "combine-A3-3",
                           .ep_rank_id = "combine-A3-4",
                           .tp_rank_id = "combine-A3-5a",
                           .group_tp_given = "combine-A3-5b",
                           .groups_differ = "combine-A3-5c",
                           .tp_rank_id_without_tp = "combine-A3-6",
                           .expert_shard_type = "combine-A3-7",
                           .shared_expert_num = "combine-A3-8",
                           .shared_expert_rank_num = "combine-A3-9",
                           .moe_expert_num = "combine-A3-10",
                           .shared_ranks_have_experts = "combine-A3-20a",
                           .shared_experts_have_ranks = "combine-A3-20b",
                           .shared_ranks_divide = "combine-A3-20c",
                           .experts_divide = "combine-A3-21a",
                           .one_expert_with_tp = "combine-A3-21b",
                           .tokens = "combine-A3-22",
                           .global_bs_least = "combine-A3-23a",
                           .global_bs_multiple = "combine-A3-23b",
                           .mask_with_unequal = "combine-A3-24",
                           .top_k = "combine-A3-25",
                           .hidden = "combine-A3-27",
                           .buffer_least = "combine-A3-35a",
                           .buffer_window = "combine-A3-35b",
                           .ep_size = "combine-A3-36a",
                           .ep_rank = "combine-A3-36b",
                           .tp_size = "combine-A3-36c",
                           .tp_rank = "combine-A3-36d"};

const Setting<C> kPlain = {};
const Setting<C> kWithTp = {.base = Variant::kTp};

Probes<C> PointerProbes() {
  Probes<C> probes = {
      NullProbe<C>("combine-0-1a", &C::expand_x),
      NullProbe<C>("combine-0-1b", &C::expert_ids),
      NullProbe<C>("combine-0-1c", &C::assist_info),
      NullProbe<C>("combine-0-1d", &C::ep_counts),
      NullProbe<C>("combine-0-1e", &C::expert_scales),
      NullProbe<C>("combine-0-1f", &C::x),
      NullProbe<C>("combine-A3-13a", &C::tp_counts, kWithTp),
      GivenProbe<C>("combine-A3-15a", &C::activation_scale, {}, "be null"),
      GivenProbe<C>("combine-A3-15b", &C::weight_scale, {}, "be null"),
      GivenProbe<C>("combine-A3-15c", &C::group_list, {}, "be null"),
      GivenProbe<C>("combine-A3-16a", &C::shared_expert_x, {.base = Variant::kShared},
                    "null when sharedExpertRankNum is not 0"),
  };
  for (const Slot<C>& slot : CombineSlots()) probes.push_back(DestroyedProbe<C>("combine-", slot));
  return probes;
}

// A type that is refused, beside one that is not.
Probe<C> TypeProbe(const char* id, Tensor C::*tensor, aclDataType right, aclDataType wrong,
                   const char* value, const char* range, const Setting<C>& setting = {}) {
  return InSetting<C>(setting, id, SetType(tensor, right), SetType(tensor, wrong), value, range);
}

Probes<C> TypeProbes() {
  Probes<C> probes = {
      {"combine-2-expandX", Variant::kPlain,
       [](C& args) { args.x.dtype = args.expand_x.dtype = ACL_FLOAT16; },
       SetType<C>(&C::expand_x, ACL_INT8), "INT8", "{FLOAT16, BF16, INT32}"},
      TypeProbe("combine-2-expertIds", &C::expert_ids, ACL_INT32, ACL_INT64, "INT64", "{INT32}"),
      TypeProbe("combine-2-assistInfo", &C::assist_info, ACL_INT32, ACL_UINT32, "aclDataType 8",
                "{INT32}"),
      TypeProbe("combine-2-epSendCounts", &C::ep_counts, ACL_INT32, ACL_INT64, "INT64", "{INT32}"),
      TypeProbe("combine-2-tpSendCounts", &C::tp_counts, ACL_INT32, ACL_INT64, "INT64", "{INT32}"),
      TypeProbe("combine-2-expertScales", &C::expert_scales, ACL_FLOAT, ACL_BF16, "BF16",
                "{FLOAT}"),
      TypeProbe("combine-2-expandScales", &C::expand_scales, ACL_FLOAT, ACL_BF16, "BF16",
                "{FLOAT}"),
      TypeProbe("combine-2-xActiveMask", &C::mask, ACL_BOOL, ACL_UINT8, "aclDataType 4", "{BOOL}"),
      TypeProbe("combine-2-sharedExpertX", &C::shared_expert_x, ACL_BF16, ACL_FLOAT, "FLOAT",
                "{FLOAT16, BF16, INT32}"),
      TypeProbe("combine-2-x", &C::x, ACL_BF16, ACL_INT32, "INT32", "{FLOAT16, BF16}"),
      TypeProbe("combine-A3-1", &C::expand_x, ACL_BF16, ACL_INT32, "INT32", "{FLOAT16, BF16}"),
      TypeProbe("combine-A3-18a", &C::shared_expert_x, ACL_BF16, ACL_FLOAT16, "FLOAT16",
                "that of expandX (BF16)"),
      TypeProbe("combine-A3-18b", &C::x, ACL_BF16, ACL_FLOAT16, "FLOAT16",
                "that of expandX (BF16)"),
  };
  return probes;
}

Probes<C> ShapeRankProbes() {
  Probes<C> probes;
  Append(probes, RankProbes<C>("combine-A3-12a", &C::expand_x, {8}, {8, 1, 1024}, "be 2"));
  Append(probes, RankProbes<C>("combine-A3-12b", &C::expert_ids, {2}, {2, 1, 2}, "be 2"));
  Append(probes, RankProbes<C>("combine-A3-12c", &C::assist_info, {}, {8, 128}, "be 1"));
  Append(probes, RankProbes<C>("combine-A3-12d", &C::ep_counts, {}, {2, 2}, "be 1"));
  Append(probes, RankProbes<C>("combine-A3-12e", &C::expert_scales, {2}, {2, 1, 2}, "be 2"));
  Append(probes, RankProbes<C>("combine-A3-13b", &C::tp_counts, {}, {2, 1}, "be 1", kWithTp));
  Append(probes, RankProbes<C>("combine-A3-14", &C::mask, {}, {2, 1, 2}, "be in [1, 2]"));
  Append(probes, RankProbes<C>("combine-A3-16b", &C::shared_expert_x, {2}, {1, 2, 1, 1024},
                               "be in [2, 3]"));
  Append(probes, RankProbes<C>("combine-A3-17", &C::x, {2}, {2, 1, 1024}, "be 2"));
  return probes;
}

Probes<C> FormatProbes() {
  return {
      FormatProbe<C>("combine-A3-19a", &C::expand_x),
      FormatProbe<C>("combine-A3-19b", &C::expert_ids),
      FormatProbe<C>("combine-A3-19c", &C::assist_info),
      FormatProbe<C>("combine-A3-19d", &C::ep_counts),
      FormatProbe<C>("combine-A3-19e", &C::expert_scales),
      FormatProbe<C>("combine-A3-19f", &C::tp_counts, kWithTp),
      FormatProbe<C>("combine-A3-19g", &C::mask),
      FormatProbe<C>("combine-A3-19h", &C::shared_expert_x),
      FormatProbe<C>("combine-A3-19i", &C::x),
  };
}

Probes<C> ReachProbes() {
  Probes<C> probes;
  const auto used = {Slot<C>{"expandX", &C::expand_x},
                     Slot<C>{"expertIds", &C::expert_ids},
                     Slot<C>{"assistInfo", &C::assist_info},
                     Slot<C>{"epSendCounts", &C::ep_counts},
                     Slot<C>{"expertScales", &C::expert_scales},
                     Slot<C>{"sharedExpertX", &C::shared_expert_x},
                     Slot<C>{"x", &C::x}};
  for (const Slot<C>& slot : used) Append(probes, MemoryProbes<C>("combine-", slot, kPlain));
  Append(probes, MemoryProbes<C>("combine-", {"tpSendCounts", &C::tp_counts}, kWithTp));
  Append(probes, ByteMemoryProbes<C>("combine-", {"xActiveMask", &C::mask}, kPlain));
  return probes;
}

}  // namespace

std::vector<Slot<C>> CombineSlots() {
  return {{"expandX", &C::expand_x},
          {"expertIds", &C::expert_ids},
          {"assistInfo", &C::assist_info},
          {"epSendCounts", &C::ep_counts},
          {"expertScales", &C::expert_scales},
          {"tpSendCounts", &C::tp_counts},
          {"xActiveMask", &C::mask},
          {"expandScales", &C::expand_scales},
          {"sharedExpertX", &C::shared_expert_x},
          {"x", &C::x}};
}

Probes<C> CombineProbes(const Bench& bench) {
  Probes<C> probes = PointerProbes();
  Append(probes, SharedProbes(kShared, bench));
  Append(probes, TypeProbes());
  Append(probes, ShapeRankProbes());
  Append(probes, FormatProbes());
  Append(probes, CombineAttributeProbes());
  Append(probes, CombineSizeProbes());
  Append(probes, ReachProbes());
  Append(probes, CombineStrictProbes());
  return probes;
}

}  // namespace ferry::conformance
