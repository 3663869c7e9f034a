// Probes of dispatch: stages 0 to 2, and what its tensors must be. Sizes:
// wrong_calls_dispatch_sizes.
#include <vector>

#include "wrong_calls_dispatch.h"

namespace ferry::conformance {
namespace {

using D = DispatchArgs;

const SharedIds kShared = {.prefix = "dispatch-",
                           .group_ep_given = "dispatch-0-2",
                           .group_ep_fits = "dispatch-0-4",
                           .group_tp_fits = "dispatch-0-5",
                           .workspace_size = "dispatch-0-6a",
                           .executor = "dispatch-0-6b",
                           .ep_world_size = "dispatch-A3-1",
                           .tp_world_size = "dispatch-A3-2",
                           .ep_rank_id = "dispatch-A3-3",
                           .tp_rank_id = "dispatch-A3-4a",
                           .group_tp_given = "dispatch-A3-4b",
                           .groups_differ = "dispatch-A3-4c",
                           .tp_rank_id_without_tp = "dispatch-A3-5",
                           .expert_shard_type = "dispatch-A3-6",
                           .shared_expert_num = "dispatch-A3-7",
                           .shared_expert_rank_num = "dispatch-A3-8",
                           .moe_expert_num = "dispatch-A3-9",
                           .shared_ranks_have_experts = "dispatch-A3-18",
                           .shared_experts_have_ranks = "dispatch-A3-19",
                           .shared_ranks_divide = "dispatch-A3-20",
                           .experts_divide = "dispatch-A3-22",
                           .one_expert_with_tp = "dispatch-A3-23",
                           .tokens = "dispatch-A3-24",
                           .global_bs_least = "dispatch-A3-25a",
                           .global_bs_multiple = "dispatch-A3-25b",
                           .mask_with_unequal = "dispatch-A3-26",
                           .top_k = "dispatch-A3-30",
                           .hidden = "dispatch-A3-28",
                           .buffer_least = "dispatch-A3-40a",
                           .buffer_window = "dispatch-A3-40b",
                           .ep_size = "dispatch-A3-41a",
                           .ep_rank = "dispatch-A3-41b",
                           .tp_size = "dispatch-A3-41c",
                           .tp_rank = "dispatch-A3-41d"};

Probes<D> PointerProbes() {
  Probes<D> probes = {
      NullProbe<D>("dispatch-0-1a", &D::x),
      NullProbe<D>("dispatch-0-1b", &D::expert_ids),
      NullProbe<D>("dispatch-0-1c", &D::expand_x),
      NullProbe<D>("dispatch-0-1d", &D::assist_info),
      NullProbe<D>("dispatch-0-1e", &D::expert_token_nums),
      NullProbe<D>("dispatch-0-1f", &D::tp_counts),
      NullProbe<D>("dispatch-0-1g", &D::ep_counts),
      NullProbe<D>("dispatch-0-3", &D::dynamic_scales, Quantised()),
  };
  for (const Slot<D>& slot : DispatchSlots())
    probes.push_back(DestroyedProbe<D>("dispatch-", slot));
  return probes;
}

Probe<D> TypeProbe(const char* id, Tensor D::*tensor, aclDataType wrong, const char* value,
                   const char* range) {
  return {id, Variant::kPlain, {}, SetType(tensor, wrong), value, range};
}

Probes<D> TypeProbes() {
  Probes<D> probes = {
      {"dispatch-2-x", Variant::kPlain,
       [](D& args) { args.x.dtype = args.expand_x.dtype = ACL_FLOAT16; },
       SetType<D>(&D::x, ACL_FLOAT), "FLOAT", "{FLOAT16, BF16}"},
      TypeProbe("dispatch-2-expertIds", &D::expert_ids, ACL_INT64, "INT64", "{INT32}"),
      {"dispatch-2-scales", Variant::kPlain, WithScales(), SetType<D>(&D::scales, ACL_BF16), "BF16",
       "{FLOAT}"},
      {"dispatch-2-xActiveMask", Variant::kPlain, SetType<D>(&D::mask, ACL_BOOL),
       SetType<D>(&D::mask, ACL_INT8), "INT8", "{BOOL}"},
      {"dispatch-2-expertScales", Variant::kPlain, SetType<D>(&D::expert_scales, ACL_FLOAT),
       SetType<D>(&D::expert_scales, ACL_FLOAT16), "FLOAT16", "{FLOAT}"},
      TypeProbe("dispatch-2-expandX", &D::expand_x, ACL_UINT8, "aclDataType 4",
                "{FLOAT16, BF16, INT8}"),
      {"dispatch-2-dynamicScales", Variant::kPlain, SetType<D>(&D::dynamic_scales, ACL_FLOAT),
       SetType<D>(&D::dynamic_scales, ACL_INT32), "INT32", "{FLOAT}"},
      TypeProbe("dispatch-2-assistInfo", &D::assist_info, ACL_INT64, "INT64", "{INT32}"),
      TypeProbe("dispatch-2-expertTokenNums", &D::expert_token_nums, ACL_INT32, "INT32", "{INT64}"),
      TypeProbe("dispatch-2-epRecvCounts", &D::ep_counts, ACL_DT_UNDEFINED, "DT_UNDEFINED",
                "{INT32}"),
      TypeProbe("dispatch-2-tpRecvCounts", &D::tp_counts, ACL_BOOL, "BOOL", "{INT32}"),
      {"dispatch-2-expandScales", Variant::kPlain, SetType<D>(&D::expand_scales, ACL_FLOAT),
       SetType<D>(&D::expand_scales, ACL_INT32), "INT32", "{FLOAT}"},
      {"dispatch-A3-16a", Variant::kPlain, [](D& args) { args.Quantise(); },
       [](D& args) {
         args.Quantise();
         args.expand_x.dtype = ACL_BF16;
       },
       "BF16", "INT8 when quantMode is 2"},
  };
  Append(probes,
         Probes<D>{
             TypeProbe("dispatch-A3-16b", &D::expand_x, ACL_FLOAT16, "FLOAT16", "that of x (BF16)"),
             TypeProbe("dispatch-A3-16b", &D::expand_x, ACL_INT8, "INT8", "that of x (BF16)")});
  return probes;
}

Probes<D> ShapeRankProbes() {
  Probes<D> probes;
  Append(probes, RankProbes<D>("dispatch-A3-15a", &D::x, {2}, {2, 1, 1024}, "be 2"));
  Append(probes, RankProbes<D>("dispatch-A3-15b", &D::expert_ids, {2}, {2, 1, 2}, "be 2"));
  Append(probes, RankProbes<D>("dispatch-A3-15c", &D::scales, {4}, {4, 1, 1024}, "be 2",
                               {.prepare = WithScales()}));
  Append(probes, RankProbes<D>("dispatch-A3-15d", &D::mask, {}, {2, 1, 2}, "be in [1, 2]"));
  probes.push_back({"dispatch-A3-15e", Variant::kPlain, SetDims<D>(&D::mask, {2}),
                    SetDims<D>(&D::mask, {3}), "3", "x dim 0 (Bs) = 2"});
  probes.push_back({"dispatch-A3-15f", Variant::kPlain, SetDims<D>(&D::mask, {2, 2}),
                    SetDims<D>(&D::mask, {2, 1}), "1", "expertIds dim 1 (K) = 2"});
  Append(probes, RankProbes<D>("dispatch-A3-15g", &D::expand_x, {8}, {8, 1, 1024}, "be 2"));
  Append(probes,
         RankProbes<D>("dispatch-A3-15h", &D::dynamic_scales, {}, {8, 1}, "be 1", Quantised()));
  Append(probes, RankProbes<D>("dispatch-A3-15i", &D::assist_info, {}, {8, 128}, "be 1"));
  Append(probes, RankProbes<D>("dispatch-A3-15j", &D::expert_token_nums, {}, {2, 1}, "be 1"));
  Append(probes, RankProbes<D>("dispatch-A3-15k", &D::ep_counts, {}, {2, 2}, "be 1"));
  Append(probes, RankProbes<D>("dispatch-A3-15l", &D::tp_counts, {}, {0, 0}, "be 1"));
  return probes;
}

Probes<D> FormatProbes() {
  const Setting<D> with_scales = {.prepare = WithScales()};
  return {
      FormatProbe<D>("dispatch-A3-17a", &D::x),
      FormatProbe<D>("dispatch-A3-17b", &D::expert_ids),
      FormatProbe<D>("dispatch-A3-17c", &D::scales, with_scales),
      FormatProbe<D>("dispatch-A3-17d", &D::mask),
      FormatProbe<D>("dispatch-A3-17e", &D::expand_x),
      FormatProbe<D>("dispatch-A3-17f", &D::dynamic_scales, Quantised()),
      FormatProbe<D>("dispatch-A3-17g", &D::assist_info),
      FormatProbe<D>("dispatch-A3-17h", &D::expert_token_nums),
      FormatProbe<D>("dispatch-A3-17i", &D::ep_counts),
      FormatProbe<D>("dispatch-A3-17j", &D::tp_counts),
  };
}

Probes<D> OwnProbes() {
  Probes<D> probes;
  const auto used = {Slot<D>{"x", &D::x},
                     Slot<D>{"expertIds", &D::expert_ids},
                     Slot<D>{"expandX", &D::expand_x},
                     Slot<D>{"assistInfo", &D::assist_info},
                     Slot<D>{"expertTokenNums", &D::expert_token_nums},
                     Slot<D>{"epRecvCounts", &D::ep_counts}};
  for (const Slot<D>& slot : used) Append(probes, MemoryProbes<D>("dispatch-", slot));
  Append(probes,
         MemoryProbes<D>("dispatch-", {"tpRecvCounts", &D::tp_counts}, {.base = Variant::kTp}));
  Append(probes, MemoryProbes<D>("dispatch-", {"scales", &D::scales}, {.prepare = WithScales()}));
  Append(probes, MemoryProbes<D>("dispatch-", {"dynamicScales", &D::dynamic_scales}, Quantised()));
  Append(probes, ByteMemoryProbes<D>("dispatch-", {"xActiveMask", &D::mask}));
  return probes;
}

}  // namespace

Setting<D> Quantised() {
  return {.prepare = [](D& args) { args.Quantise(); }};
}

Change<D> WithScales() {
  return [](D& args) {
    args.Quantise();
    args.scales.given = true;
  };
}

std::vector<Slot<D>> DispatchSlots() {
  return {{"x", &D::x},
          {"expertIds", &D::expert_ids},
          {"scales", &D::scales},
          {"xActiveMask", &D::mask},
          {"expertScales", &D::expert_scales},
          {"expandX", &D::expand_x},
          {"dynamicScales", &D::dynamic_scales},
          {"assistInfo", &D::assist_info},
          {"expertTokenNums", &D::expert_token_nums},
          {"epRecvCounts", &D::ep_counts},
          {"tpRecvCounts", &D::tp_counts},
          {"expandScales", &D::expand_scales}};
}

Probes<D> DispatchProbes(const Bench& bench) {
  Probes<D> probes = PointerProbes();
  Append(probes, SharedProbes(kShared, bench));
  Append(probes, TypeProbes());
  Append(probes, ShapeRankProbes());
  Append(probes, FormatProbes());
  Append(probes, DispatchAttributeProbes());
  Append(probes, DispatchSizeProbes());
  Append(probes, OwnProbes());
  Append(probes, DispatchStrictProbes());
  return probes;
}

}  // namespace ferry::conformance
