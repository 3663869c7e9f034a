// Makers of probes that change one tensor of a call.
#ifndef FERRY_TESTS_CONFORMANCE_WRONG_CALLS_TENSORS_H_
#define FERRY_TESTS_CONFORMANCE_WRONG_CALLS_TENSORS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "wrong_calls_probe.h"

namespace ferry::conformance {

template <class Args>
using Change = typename Probe<Args>::Change;

template <class Args>
Change<Args> SetTensor(Tensor Args::*tensor, Tensor value) {
  return [=](Args& args) { args.*tensor = value; };
}

template <class Args>
Change<Args> SetDims(Tensor Args::*tensor, std::vector<std::int64_t> dims) {
  return [=](Args& args) {
    (args.*tensor).given = true;
    (args.*tensor).dims = dims;
  };
}

template <class Args>
Change<Args> SetType(Tensor Args::*tensor, aclDataType type) {
  return [=](Args& args) {
    (args.*tensor).given = true;
    (args.*tensor).dtype = type;
  };
}

template <class Args>
Change<Args> SetFormat(Tensor Args::*tensor, aclFormat format) {
  return [=](Args& args) {
    (args.*tensor).given = true;
    (args.*tensor).format = format;
  };
}

// Both, in this order. Either may be empty.
template <class Args>
Change<Args> Then(Change<Args> first, Change<Args> second) {
  return [=](Args& args) {
    if (first) first(args);
    if (second) second(args);
  };
}

// What a set of tensors is tried in: the base call, and what has to be done to it before.
template <class Args>
struct Setting {
  Variant base = Variant::kPlain;
  Change<Args> prepare = {};
  std::string reaches = {};  // the row that refuses it when all else is well
};

template <class Args>
Probe<Args> InSetting(const Setting<Args>& setting, std::string id, Change<Args> inside,
                      Change<Args> outside, std::string value, std::string range) {
  return {std::move(id),
          setting.base,
          Then<Args>(setting.prepare, std::move(inside)),
          Then<Args>(setting.prepare, std::move(outside)),
          std::move(value),
          std::move(range),
          setting.reaches};
}

// A null pointer where a tensor must be.
template <class Args>
Probe<Args> NullProbe(std::string id, Tensor Args::*tensor, const Setting<Args>& setting = {}) {
  return InSetting<Args>(
      setting, std::move(id), {}, [=](Args& args) { (args.*tensor).given = false; }, "null",
      "be a tensor");
}

// A tensor where a null pointer must be.
template <class Args>
Probe<Args> GivenProbe(std::string id, Tensor Args::*tensor, const Setting<Args>& setting,
                       std::string range) {
  return InSetting<Args>(
      setting, std::move(id), {},
      [=](Args& args) {
        (args.*tensor).given = true;
        if ((args.*tensor).dims.empty()) (args.*tensor).dims = {4};
      },
      "a tensor [", std::move(range));
}

template <class Args>
Probe<Args> DestroyedProbe(const std::string& prefix, const Slot<Args>& slot) {
  const auto tensor = slot.tensor;
  return InSetting<Args>(
      {}, prefix + "0-alive-" + slot.id, {},
      [=](Args& args) {
        (args.*tensor).given = true;
        (args.*tensor).destroyed = true;
      },
      "no handle of a tensor", "come from aclCreateTensor");
}

// Dims fewer and more than allowed. `allowed` as the row's message has it.
template <class Args>
Probes<Args> RankProbes(std::string id, Tensor Args::*tensor, std::vector<std::int64_t> fewer,
                        std::vector<std::int64_t> more, const std::string& allowed,
                        const Setting<Args>& setting = {}) {
  const auto count = [](const auto& dims) { return std::to_string(dims.size()) + " (shape ["; };
  const Change<Args> as_it_is = [=](Args& args) { (args.*tensor).given = true; };
  return {InSetting<Args>(setting, id, as_it_is, SetDims(tensor, fewer), count(fewer), allowed),
          InSetting<Args>(setting, id, as_it_is, SetDims(tensor, more), count(more), allowed)};
}

// FRACTAL_NZ is refused; a format of a neighbouring number is not.
template <class Args>
Probe<Args> FormatProbe(std::string id, Tensor Args::*tensor, const Setting<Args>& setting = {}) {
  return InSetting<Args>(setting, std::move(id), SetFormat(tensor, static_cast<aclFormat>(30)),
                         SetFormat(tensor, ACL_FORMAT_FRACTAL_NZ), "FRACTAL_NZ (29)",
                         "another format");
}

// What the library adds to the specification: no data, an odd address, a reach beyond the memory.
template <class Args>
Probes<Args> MemoryProbes(const std::string& prefix, const Slot<Args>& slot,
                          const Setting<Args>& setting = {}) {
  const auto tensor = slot.tensor;
  const auto given = [=](Args& args) { (args.*tensor).given = true; };
  const auto null_data = [=](Args& args) {
    given(args);
    (args.*tensor).null_data = true;
  };
  const auto shifted = [=](std::int64_t bytes) {
    return [=](Args& args) {
      given(args);
      (args.*tensor).shift = bytes;
    };
  };
  const auto moved = [=](std::int64_t elements) {
    return [=](Args& args) {
      given(args);
      (args.*tensor).offset = elements;
    };
  };
  const auto backwards = [=](Args& args) {
    given(args);
    Tensor& t = args.*tensor;
    t.strides.assign(t.dims.size(), 0);
    t.strides[0] = t.dims[0] > 1 ? -1 : 0;
    t.offset = t.dims[0] > 1 ? t.dims[0] - 2 : -1;  // one element before the start
  };
  return {
      InSetting<Args>(setting, prefix + "A3-data-" + slot.id, given, null_data, "null", "hold the"),
      InSetting<Args>(setting, prefix + "A3-align-" + slot.id, shifted(8), shifted(1), "0x",
                      "multiple of"),
      InSetting<Args>(setting, prefix + "A3-memory-" + slot.id, moved(0), moved(4096), "bytes [",
                      "the allocation around it"),
      InSetting<Args>(setting, prefix + "A3-memory-" + slot.id, moved(1), backwards, "bytes [-",
                      "the allocation around it"),
  };
}

// The same of a tensor of bytes, which every address suits.
template <class Args>
Probes<Args> ByteMemoryProbes(const std::string& prefix, const Slot<Args>& slot,
                              const Setting<Args>& setting = {}) {
  Probes<Args> probes = MemoryProbes<Args>(prefix, slot, setting);
  std::erase_if(
      probes, [&](const Probe<Args>& probe) { return probe.id == prefix + "A3-align-" + slot.id; });
  return probes;
}

}  // namespace ferry::conformance

#endif  // FERRY_TESTS_CONFORMANCE_WRONG_CALLS_TENSORS_H_
