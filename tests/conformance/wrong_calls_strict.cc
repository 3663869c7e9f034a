// Probes of the rows that only the device or the interface document asks for.
#include <string>

#include "wrong_calls_combine.h"
#include "wrong_calls_dispatch.h"

namespace ferry::conformance {
namespace {

constexpr Variant kPlain = Variant::kPlain;

// Memory for two such tensors, every second element of it.
template <class Args>
Probe<Args> GapProbe(const std::string& prefix, const Slot<Args>& slot,
                     const Setting<Args>& setting = {}) {
  const auto tensor = slot.tensor;
  return InSetting<Args>(
      setting, prefix + "contiguous-" + slot.id, {},
      [=](Args& args) {
        Tensor& output = args.*tensor;
        output.strides.assign(output.dims.size(), 1);
        output.strides[0] = 0;
      },
      "strides", "be [");
}

template <class Args>
Probe<Args> OneNameProbe(std::string id) {
  return {std::move(id),
          kPlain,
          {},
          [](Args& args) { args.group_tp = args.group_ep; },
          "is \"",
          "another group than groupEp by the interface document (FERRY_STRICT=1)"};
}

}  // namespace

Probes<DispatchArgs> DispatchStrictProbes() {
  using D = DispatchArgs;
  const std::string prefix = "dispatch-A3-strict-";
  Probes<D> probes = {
      {prefix + "39", kPlain, Set(&D::tp_world_size, 1), SetDims<D>(&D::tp_counts, {2}), "2",
       "tpWorldSize = 0 on the device (FERRY_STRICT=1)"},
      OneNameProbe<D>(prefix + "4c"),
      {prefix + "12", kPlain, [](D& args) { args.comm_alg = ""; },
       [](D& args) { args.comm_alg = "fullmesh_v1"; }, "\"fullmesh_v1\"", "be null"},
      {prefix + "36", kPlain, SetDims<D>(&D::assist_info, {1024}),
       SetDims<D>(&D::assist_info, {1023}), "1023", "at least 128 * A = 1024"},
      GapProbe<D>(prefix, {"tpRecvCounts", &D::tp_counts}, {.base = Variant::kTp}),
      GapProbe<D>(prefix, {"dynamicScales", &D::dynamic_scales}, Quantised()),
  };
  for (const Slot<D>& output :
       {Slot<D>{"expandX", &D::expand_x}, Slot<D>{"assistInfo", &D::assist_info},
        Slot<D>{"expertTokenNums", &D::expert_token_nums}, Slot<D>{"epRecvCounts", &D::ep_counts}})
    probes.push_back(GapProbe<D>(prefix, output));
  return probes;
}

Probes<CombineArgs> CombineStrictProbes() {
  using C = CombineArgs;
  const std::string prefix = "combine-A3-strict-";
  return {
      NullProbe<C>(prefix + "13a", &C::tp_counts),
      {prefix + "13b", kPlain, {}, SetDims<C>(&C::tp_counts, {0, 0}), "2 (shape [", "be 1"},
      {prefix + "30", kPlain, Set(&MoeArgs::tp_world_size, 1), SetDims<C>(&C::tp_counts, {2}), "2",
       "tpWorldSize = 0 on the device (FERRY_STRICT=1)"},
      FormatProbe<C>(prefix + "19a", &C::expand_scales),
      FormatProbe<C>(prefix + "19b", &C::tp_counts),
      GapProbe<C>(prefix, {"x", &C::x}),
      OneNameProbe<C>(prefix + "5c"),
  };
}

}  // namespace ferry::conformance
