// Sequences of calls on tensors, scalars, arrays, lists, data buffers, tensor descriptors and
// executors of every state: live, ended, null, foreign.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "acl/acl.h"
#include "aclnn/aclnn_base.h"
#include "fuzz/fuzz_world.h"
#include "fuzz/object_session.h"

namespace ferry::fuzz {
namespace {

constexpr std::size_t kMostElements = 9;

// An array of some length and the count that is passed with it: any where the pointer is null.
template <class T>
struct Passed {
  std::vector<T> elements = {};
  bool is_null = false;
  std::uint64_t count = 0;

  [[nodiscard]] T* data() { return is_null ? nullptr : elements.data(); }
};

template <class T, class Make>
Passed<T> Pass(Session& s, const Make& make) {
  Passed<T> passed;
  passed.is_null = s.data.ConsumeIntegralInRange<int>(0, 7) == 0;
  passed.count = passed.is_null ? s.number_as<std::uint64_t>()
                                : s.data.ConsumeIntegralInRange<std::uint64_t>(0, kMostElements);
  if (!passed.is_null) {
    for (std::uint64_t i = 0; i < passed.count; ++i) passed.elements.push_back(make());
  }
  return passed;
}

Passed<std::int64_t> PassNumbers(Session& s) {
  return Pass<std::int64_t>(s, [&] { return s.number(); });
}

// Keeps what was made.
template <class T>
std::int32_t Keep(Session& s, T* made) {
  s.handles.Add(made);
  return 0;  // null is no error code
}

std::int32_t CreateTensor(Session& s) {
  Passed<std::int64_t> dims = PassNumbers(s);
  Passed<std::int64_t> storage = PassNumbers(s);
  const std::vector<std::int64_t> strides = s.numbers(dims.is_null ? 0 : dims.count);
  const std::int64_t* const passed_strides = s.data.ConsumeBool() ? strides.data() : nullptr;
  const auto type = s.number_as<aclDataType>();
  const auto format = s.number_as<aclFormat>();
  const std::int64_t offset = s.number();
  if (s.data.ConsumeBool()) {
    return Keep(s, aclCreateTensor(dims.data(), dims.count, type, passed_strides, offset, format,
                                   storage.data(), storage.count, s.address()));
  }
  return aclInitTensor(s.handle_as<aclTensor>(), dims.data(), dims.count, type, passed_strides,
                       offset, format, storage.data(), storage.count, s.address());
}

std::int32_t ReadTensorNumbers(Session& s) {
  const auto* const tensor = s.handle_as<const aclTensor>();
  const auto read =
      s.data.PickValueInArray({aclGetViewShape, aclGetStorageShape, aclGetViewStrides});
  std::int64_t* numbers = nullptr;
  std::uint64_t count = 0;
  const aclnnStatus status = read(tensor, &numbers, &count);
  if (status == 0) delete[] numbers;
  return status;
}

const Step kTensorSteps[] = {
    CreateTensor,
    ReadTensorNumbers,
    [](Session& s) { return aclDestroyTensor(s.handle_as<const aclTensor>()); },
    [](Session& s) {
      std::int64_t offset = 0;
      return aclGetViewOffset(s.handle_as<const aclTensor>(), &offset);
    },
    [](Session& s) {
      aclFormat format{};
      return aclGetFormat(s.handle_as<const aclTensor>(), &format);
    },
    [](Session& s) {
      aclDataType type{};
      return aclGetDataType(s.handle_as<const aclTensor>(), &type);
    },
    [](Session& s) { return aclSetRawTensorAddr(s.handle_as<aclTensor>(), s.address()); },
    [](Session& s) {
      void* address = nullptr;
      return aclGetRawTensorAddr(s.handle_as<const aclTensor>(),
                                 s.data.ConsumeBool() ? &address : nullptr);
    },
};

const Step kArraySteps[] = {
    [](Session& s) {
      std::array<std::int64_t, 2> value = {s.number(), s.number()};  // the widest type has 16 bytes
      return Keep(s, aclCreateScalar(s.data.ConsumeBool() ? value.data() : nullptr,
                                     s.number_as<aclDataType>()));
    },
    [](Session& s) {
      Passed<std::int64_t> values = PassNumbers(s);
      return Keep(s, aclCreateIntArray(values.data(), values.count));
    },
    [](Session& s) {
      auto values = Pass<float>(s, [&] { return s.data.ConsumeFloatingPoint<float>(); });
      return Keep(s, aclCreateFloatArray(values.data(), values.count));
    },
    [](Session& s) {
      const std::array<bool, 3> values = {true, false, true};
      return Keep(s, aclCreateBoolArray(values.data(), s.data.ConsumeIntegralInRange<std::uint64_t>(
                                                           0, values.size())));
    },
    [](Session& s) { return aclDestroyScalar(s.handle_as<const aclScalar>()); },
    [](Session& s) { return aclDestroyIntArray(s.handle_as<const aclIntArray>()); },
    [](Session& s) { return aclDestroyFloatArray(s.handle_as<const aclFloatArray>()); },
    [](Session& s) { return aclDestroyBoolArray(s.handle_as<const aclBoolArray>()); },
    [](Session& s) {
      std::uint64_t size = 0;
      return aclGetIntArraySize(s.handle_as<const aclIntArray>(), &size);
    },
    [](Session& s) {
      std::uint64_t size = 0;
      return aclGetFloatArraySize(s.handle_as<const aclFloatArray>(), &size);
    },
    [](Session& s) {
      std::uint64_t size = 0;
      return aclGetBoolArraySize(s.handle_as<const aclBoolArray>(), &size);
    },
};

const Step kListSteps[] = {
    [](Session& s) {
      auto tensors = Pass<const aclTensor*>(s, [&] { return s.handle_as<const aclTensor>(); });
      return Keep(s, aclCreateTensorList(tensors.data(), tensors.count));
    },
    [](Session& s) {
      auto scalars = Pass<const aclScalar*>(s, [&] { return s.handle_as<const aclScalar>(); });
      return Keep(s, aclCreateScalarList(scalars.data(), scalars.count));
    },
    [](Session& s) { return aclDestroyTensorList(s.handle_as<const aclTensorList>()); },
    [](Session& s) { return aclDestroyScalarList(s.handle_as<const aclScalarList>()); },
    [](Session& s) {
      std::uint64_t size = 0;
      return aclGetTensorListSize(s.handle_as<const aclTensorList>(), &size);
    },
    [](Session& s) {
      std::uint64_t size = 0;
      return aclGetScalarListSize(s.handle_as<const aclScalarList>(),
                                  s.data.ConsumeBool() ? &size : nullptr);
    },
    [](Session& s) {
      const auto set = s.data.PickValueInArray(
          {aclSetDynamicInputTensorAddr, aclSetDynamicOutputTensorAddr, aclSetDynamicTensorAddr,
           AclSetDynamicInputTensorAddr, AclSetDynamicOutputTensorAddr, AclSetDynamicTensorAddr});
      return set(s.handle_as<aclOpExecutor>(), s.size(), s.size(), s.handle_as<aclTensorList>(),
                 s.address());
    },
};

const Step kExecutorSteps[] = {
    [](Session& s) {
      const auto set = s.data.PickValueInArray({aclSetInputTensorAddr, aclSetOutputTensorAddr,
                                                aclSetTensorAddr, AclSetInputTensorAddr,
                                                AclSetOutputTensorAddr, AclSetTensorAddr});
      return set(s.handle_as<aclOpExecutor>(), s.size(), s.handle_as<aclTensor>(), s.address());
    },
    [](Session& s) { return aclDestroyAclOpExecutor(s.handle_as<aclOpExecutor>()); },
    [](Session& s) { return aclSetAclOpExecutorRepeatable(s.handle_as<aclOpExecutor>()); },
    [](Session& s) { return Keep(s, aclCreateDataBuffer(s.address(), s.size())); },
    [](Session& s) { return aclDestroyDataBuffer(s.handle_as<const aclDataBuffer>()); },
    [](Session& s) {
      void* memory = nullptr;
      const aclError code = aclrtMalloc(&memory, 64, ACL_MEM_MALLOC_HUGE_FIRST);
      s.memory.Add(memory);
      return code;
    },
    // Nothing is done, whatever the arguments are.
    [](Session& s) {
      const std::string text = s.text();
      Demand(aclnnInit(text.c_str()) == 0 && aclnnFinalize() == 0, "aclnnInit and aclnnFinalize");
      auto tensors = Pass<aclTensor*>(s, [&] { return s.handle_as<aclTensor>(); });
      return aclDumpOpTensors(text.c_str(), nullptr, tensors.data(), tensors.count, s.size(),
                              s.handle());
    },
};

// As many as `numbers` has, or fewer than none.
int CountOf(Session& s, const Passed<std::int64_t>& numbers) {
  return s.data.ConsumeIntegralInRange<int>(0, 15) == 0 ? -1 : static_cast<int>(numbers.count);
}

std::int32_t SetShape(Session& s) {
  const auto set = s.data.PickValueInArray(
      {aclSetTensorShape, aclSetTensorOriginShape, aclSetTensorStorageShape});
  Passed<std::int64_t> dims = PassNumbers(s);
  return set(s.handle_as<aclTensorDesc>(), CountOf(s, dims), dims.data());
}

std::int32_t SetRange(Session& s) {
  const auto set = s.data.PickValueInArray({aclSetTensorShapeRange, aclSetTensorValueRange});
  std::int64_t ranges[kMostElements][2] = {};
  for (auto& range : ranges) std::fill(std::begin(range), std::end(range), s.number());
  return set(s.handle_as<aclTensorDesc>(),
             s.data.ConsumeIntegralInRange<std::size_t>(0, kMostElements),
             s.data.ConsumeBool() ? ranges : nullptr);
}

// Getters that answer with a value.
std::int32_t ReadDesc(Session& s) {
  auto* const desc = s.handle_as<aclTensorDesc>();
  static_cast<void>(aclGetTensorDescType(desc));
  static_cast<void>(aclGetTensorDescFormat(desc));
  static_cast<void>(aclGetTensorDescSize(desc));
  static_cast<void>(aclGetTensorDescElementCount(desc));
  static_cast<void>(aclGetTensorDescNumDims(desc));
  static_cast<void>(aclGetTensorDescDim(desc, s.size()));
  Demand(aclGetTensorDescName(desc) != nullptr, "a name, perhaps an empty one");
  return 0;
}

const Step kDescSteps[] = {
    SetShape,
    SetRange,
    ReadDesc,
    [](Session& s) {
      Passed<std::int64_t> dims = PassNumbers(s);
      return Keep(s, aclCreateTensorDesc(s.number_as<aclDataType>(), CountOf(s, dims), dims.data(),
                                         s.number_as<aclFormat>()));
    },
    [](Session& s) {
      aclDestroyTensorDesc(s.handle_as<const aclTensorDesc>());
      return 0;
    },
    [](Session& s) {
      std::int64_t dim = 0;
      return aclGetTensorDescDimV2(s.handle_as<const aclTensorDesc>(), s.size(), &dim);
    },
    [](Session& s) {
      std::array<std::int64_t, 2> range{};
      return aclGetTensorDescDimRange(s.handle_as<const aclTensorDesc>(), s.size(),
                                      s.data.ConsumeBool() ? range.size() : 0, range.data());
    },
    [](Session& s) {
      const std::string name = s.text();
      aclSetTensorDescName(s.handle_as<aclTensorDesc>(),
                           s.data.ConsumeBool() ? name.c_str() : nullptr);
      return 0;
    },
    [](Session& s) {
      const auto set = s.data.PickValueInArray(
          {aclSetTensorFormat, aclSetTensorOriginFormat, aclSetTensorStorageFormat});
      return set(s.handle_as<aclTensorDesc>(), s.number_as<aclFormat>());
    },
    [](Session& s) {
      return aclSetTensorPlaceMent(s.handle_as<aclTensorDesc>(), s.number_as<aclMemType>());
    },
    [](Session& s) {
      return aclSetTensorConst(s.handle_as<aclTensorDesc>(), s.address(), s.size());
    },
    [](Session& s) {
      return aclSetTensorDynamicInput(s.handle_as<aclTensorDesc>(), s.text().c_str());
    },
};

const std::span<const Step> kTables[] = {kTensorSteps, kArraySteps, kListSteps, kExecutorSteps,
                                         kDescSteps};

void EndAll(Session& s) {
  for (void* const handle : s.handles.all()) {
    static_cast<void>(aclDestroyTensorList(static_cast<const aclTensorList*>(handle)));
    static_cast<void>(aclDestroyScalarList(static_cast<const aclScalarList*>(handle)));
    static_cast<void>(aclDestroyTensor(static_cast<const aclTensor*>(handle)));
    static_cast<void>(aclDestroyScalar(static_cast<const aclScalar*>(handle)));
    static_cast<void>(aclDestroyIntArray(static_cast<const aclIntArray*>(handle)));
    static_cast<void>(aclDestroyFloatArray(static_cast<const aclFloatArray*>(handle)));
    static_cast<void>(aclDestroyBoolArray(static_cast<const aclBoolArray*>(handle)));
    static_cast<void>(aclDestroyDataBuffer(static_cast<const aclDataBuffer*>(handle)));
    aclDestroyTensorDesc(static_cast<const aclTensorDesc*>(handle));
  }
  for (void* const memory : s.memory.all()) static_cast<void>(aclrtFree(memory));
}

}  // namespace
}  // namespace ferry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ferry::fuzz;
  Session session{.data = FuzzedDataProvider(bytes, size)};
  UseRank(0);
  TakeSteps(session, kTables);
  EndAll(session);
  return 0;
}
