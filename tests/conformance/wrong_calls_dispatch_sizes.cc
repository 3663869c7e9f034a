// Probes of dispatch: its own attributes, and the sizes of its tensors.
#include "wrong_calls_dispatch.h"

namespace ferry::conformance {
namespace {

using D = DispatchArgs;

constexpr Variant kPlain = Variant::kPlain;
constexpr Variant kTp = Variant::kTp;
constexpr Variant kShared = Variant::kShared;

Change<D> SetAlg(OptionalString text) {
  return [=](D& args) { args.comm_alg = text; };
}

Change<D> AlgWithMask(const char* text) {
  return [=](D& args) {
    args.comm_alg = text;
    args.mask.given = true;
  };
}

Change<D> AlgWithGlobalBs(std::int64_t global_bs) {
  return [=](D& args) {
    args.comm_alg = "fullmesh_v2";
    args.global_bs = global_bs;
    args.Fit();
  };
}

Change<D> ScaleDims(std::vector<std::int64_t> dims) {
  return Then<D>(WithScales(), SetDims<D>(&D::scales, std::move(dims)));
}

Change<D> DynamicScaleDims(std::vector<std::int64_t> dims) {
  return Then<D>([](D& args) { args.Quantise(); }, SetDims<D>(&D::dynamic_scales, std::move(dims)));
}

Probes<D> CommAlgProbes() {
  const std::string range = "null, \"\", \"fullmesh_v1\" or \"fullmesh_v2\"";
  return {
      {"dispatch-A3-12", kPlain, SetAlg(""), SetAlg("fullmesh"), "\"fullmesh\"", range},
      {"dispatch-A3-12", kPlain, SetAlg("fullmesh_v1"), SetAlg("hierarchy"), "\"hierarchy\"",
       range},
      {"dispatch-A3-12", kPlain, SetAlg("fullmesh_v2"), SetAlg("fullmesh_v3"), "\"fullmesh_v3\"",
       range},
      {"dispatch-A3-21a", kPlain, AlgWithMask("fullmesh_v1"), AlgWithMask("fullmesh_v2"),
       "a tensor [2]", "null when commAlg is \"fullmesh_v2\""},
      {"dispatch-A3-21b", kTp, SetAlg("fullmesh_v1"), SetAlg("fullmesh_v2"), "2",
       "0 or 1 when commAlg is \"fullmesh_v2\""},
      {"dispatch-A3-27", kPlain, AlgWithGlobalBs(4), AlgWithGlobalBs(6), "6",
       "0 or Bs * epWorldSize = 4 when commAlg is \"fullmesh_v2\""},
  };
}

}  // namespace

Probes<D> DispatchAttributeProbes() {
  Probes<D> probes = {
      {"dispatch-A3-10", kPlain, {}, Set(&D::quant_mode, -1), "-1", "[0, 2]"},
      {"dispatch-A3-10", kPlain, [](D& a) { a.Quantise(); }, Set(&D::quant_mode, 3), "3", "[0, 2]"},
      {"dispatch-A3-11", kPlain, Set(&D::expert_token_nums_type, 0),
       Set(&D::expert_token_nums_type, -1), "-1", "[0, 1]"},
      {"dispatch-A3-11", kPlain, Set(&D::expert_token_nums_type, 1),
       Set(&D::expert_token_nums_type, 2), "2", "[0, 1]"},
      {"dispatch-A3-13", kPlain, [](D& a) { a.Quantise(); }, Set(&D::quant_mode, 1), "1", "0 or 2"},
      {"dispatch-A3-14", kPlain, WithScales(), [](D& a) { a.scales.given = true; }, "a tensor [4,",
       "null when quantMode is 0"},
  };
  Append(probes, CommAlgProbes());
  return probes;
}

Probes<D> DispatchSizeProbes() {
  return {
      {"dispatch-A3-29", kPlain, {}, SetDims<D>(&D::expert_ids, {3, 2}), "3", "x dim 0 (Bs) = 2"},
      {"dispatch-A3-29", kPlain, {}, SetDims<D>(&D::expert_ids, {1, 2}), "1", "x dim 0 (Bs) = 2"},
      {"dispatch-A3-31", kPlain, WithScales(), ScaleDims({5, 1024}), "5",
       "sharedExpertNum + moeExpertNum = 4"},
      {"dispatch-A3-31", kShared, WithScales(), ScaleDims({8, 1024}), "8",
       "sharedExpertNum + moeExpertNum = 9"},
      {"dispatch-A3-32", kPlain, WithScales(), ScaleDims({4, 1025}), "1025", "x dim 1 (H) = 1024"},
      {"dispatch-A3-33", kPlain, SetDims<D>(&D::expand_x, {9, 1024}),
       SetDims<D>(&D::expand_x, {7, 1024}), "7", "at least max(tpWorldSize, 1) * A = 8"},
      {"dispatch-A3-33",
       kTp,
       {},
       SetDims<D>(&D::expand_x, {7, 1024}),
       "7",
       "at least max(tpWorldSize, 1) * A = 8"},
      {"dispatch-A3-33",
       kShared,
       {},
       SetDims<D>(&D::expand_x, {5, 1024}),
       "5",
       "at least max(tpWorldSize, 1) * A = 6"},
      {"dispatch-A3-34",
       kPlain,
       {},
       SetDims<D>(&D::expand_x, {8, 1023}),
       "1023",
       "x dim 1 (H) = 1024"},
      {"dispatch-A3-34",
       kPlain,
       {},
       SetDims<D>(&D::expand_x, {8, 1025}),
       "1025",
       "x dim 1 (H) = 1024"},
      {"dispatch-A3-35", kPlain, DynamicScaleDims({8}), DynamicScaleDims({7}), "7",
       "at least max(tpWorldSize, 1) * A = 8"},
      {"dispatch-A3-36", kPlain, SetDims<D>(&D::assist_info, {24}),
       SetDims<D>(&D::assist_info, {23}), "23", "at least 3 * A = 24"},
      {"dispatch-A3-37",
       kPlain,
       {},
       SetDims<D>(&D::expert_token_nums, {3}),
       "3",
       "the experts on this rank = 2"},
      {"dispatch-A3-37",
       kShared,
       {},
       SetDims<D>(&D::expert_token_nums, {2}),
       "2",
       "the experts on this rank = 1"},
      {"dispatch-A3-38", kPlain, SetDims<D>(&D::ep_counts, {5}), SetDims<D>(&D::ep_counts, {3}),
       "3", "max(tpWorldSize, 1) = 4"},
      {"dispatch-A3-38", kTp, {}, SetDims<D>(&D::ep_counts, {3}), "3", "max(tpWorldSize, 1) = 4"},
      {"dispatch-A3-39", kTp, {}, SetDims<D>(&D::tp_counts, {1}), "1", "tpWorldSize = 2"},
      {"dispatch-A3-39", kTp, {}, SetDims<D>(&D::tp_counts, {3}), "3", "tpWorldSize = 2"},
  };
}

}  // namespace ferry::conformance
