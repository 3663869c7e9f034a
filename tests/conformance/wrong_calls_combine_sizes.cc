// Probes of combine: its own attributes, and the sizes of its tensors.
#include "wrong_calls_combine.h"

namespace ferry::conformance {
namespace {

using C = CombineArgs;

constexpr Variant kPlain = Variant::kPlain;
constexpr Variant kTp = Variant::kTp;
constexpr Variant kShared = Variant::kShared;

Probes<C> SharedRowProbes() {
  const std::string range = "(a, b, H = 1024) with a * b = Bs = 2";
  return {
      {"combine-A3-33a", kPlain, SetDims<C>(&C::shared_expert_x, {2, 1024}),
       SetDims<C>(&C::shared_expert_x, {1, 1024}), "1", "expertIds dim 0 (Bs) = 2"},
      {"combine-A3-33b", kPlain, SetDims<C>(&C::shared_expert_x, {2, 1024}),
       SetDims<C>(&C::shared_expert_x, {2, 1023}), "1023", "expandX dim 1 (H) = 1024"},
      {"combine-A3-33c", kPlain, SetDims<C>(&C::shared_expert_x, {2, 1, 1024}),
       SetDims<C>(&C::shared_expert_x, {2, 2, 1024}), "[2, 2, 1024]", range},
      {"combine-A3-33c", kPlain, SetDims<C>(&C::shared_expert_x, {1, 2, 1024}),
       SetDims<C>(&C::shared_expert_x, {1, 2, 1025}), "[1, 2, 1025]", range},
      {"combine-A3-33c", kPlain, SetDims<C>(&C::shared_expert_x, {1, 2, 1024}),
       SetDims<C>(&C::shared_expert_x, {-1, -2, 1024}), "[-1, -2, 1024]", range},
  };
}

}  // namespace

Probes<C> CombineAttributeProbes() {
  return {
      {"combine-A3-5d", kTp, {}, Set(&MoeArgs::quant_mode, 2), "2", "0 when tpWorldSize is 2"},
      {"combine-A3-5d", kTp, {}, Set(&MoeArgs::quant_mode, -1), "-1", "0 when tpWorldSize is 2"},
      {"combine-A3-11", kPlain, {}, Set(&MoeArgs::quant_mode, 1), "1", "0 or 2"},
      {"combine-A3-11", kPlain, Set(&MoeArgs::quant_mode, 2), Set(&MoeArgs::quant_mode, 3), "3",
       "0 or 2"},
  };
}

Probes<C> CombineSizeProbes() {
  Probes<C> probes = {
      {"combine-A3-26", kPlain, SetDims<C>(&C::expand_x, {9, 1024}),
       SetDims<C>(&C::expand_x, {7, 1024}), "7", "at least max(tpWorldSize, 1) * A = 8"},
      {"combine-A3-26",
       kTp,
       {},
       SetDims<C>(&C::expand_x, {7, 1024}),
       "7",
       "at least max(tpWorldSize, 1) * A = 8"},
      {"combine-A3-26",
       kShared,
       {},
       SetDims<C>(&C::expand_x, {5, 1024}),
       "5",
       "at least max(tpWorldSize, 1) * A = 6"},
      {"combine-A3-28", kPlain, SetDims<C>(&C::assist_info, {1025}),
       SetDims<C>(&C::assist_info, {1023}), "1023", "at least A * 128 = 1024"},
      {"combine-A3-29", kPlain, SetDims<C>(&C::ep_counts, {5}), SetDims<C>(&C::ep_counts, {3}), "3",
       "max(tpWorldSize, 1) = 4"},
      {"combine-A3-29", kTp, {}, SetDims<C>(&C::ep_counts, {3}), "3", "max(tpWorldSize, 1) = 4"},
      {"combine-A3-30", kTp, {}, SetDims<C>(&C::tp_counts, {1}), "1", "tpWorldSize = 2"},
      {"combine-A3-30", kTp, {}, SetDims<C>(&C::tp_counts, {3}), "3", "tpWorldSize = 2"},
      {"combine-A3-31a",
       kPlain,
       {},
       SetDims<C>(&C::expert_scales, {3, 2}),
       "3",
       "expertIds dim 0 (Bs) = 2"},
      {"combine-A3-31b",
       kPlain,
       {},
       SetDims<C>(&C::expert_scales, {2, 1}),
       "1",
       "expertIds dim 1 (K) = 2"},
      {"combine-A3-32a", kPlain, SetDims<C>(&C::mask, {2}), SetDims<C>(&C::mask, {1}), "1",
       "expertIds dim 0 (Bs) = 2"},
      {"combine-A3-32b", kPlain, SetDims<C>(&C::mask, {2, 2}), SetDims<C>(&C::mask, {2, 3}), "3",
       "expertIds dim 1 (K) = 2"},
      {"combine-A3-34a", kPlain, {}, SetDims<C>(&C::x, {3, 1024}), "3", "expertIds dim 0 (Bs) = 2"},
      {"combine-A3-34b",
       kPlain,
       {},
       SetDims<C>(&C::x, {2, 1025}),
       "1025",
       "expandX dim 1 (H) = 1024"},
  };
  Append(probes, SharedRowProbes());
  return probes;
}

}  // namespace ferry::conformance
