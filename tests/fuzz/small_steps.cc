#include "fuzz/small_steps.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "acl/acl.h"
#include "ferry/ferry.h"
#include "fuzz/fuzz_world.h"

namespace ferry::fuzz {
namespace {

void IgnoreException(aclrtExceptionInfo* /*info*/) {}

const Step kSmallSteps[] = {
    [](Session&) {
      std::uint32_t devices = 0;
      const aclError code = aclrtGetDeviceCount(&devices);
      Demand(code != 0 || devices > 0, "devices");
      return code;
    },
    [](Session& s) {
      aclrtRunMode mode{};
      return aclrtGetRunMode(s.data.ConsumeBool() ? &mode : nullptr);
    },
    [](Session& s) {
      std::array<std::int32_t, 3> version{};
      std::int32_t* const last = s.data.ConsumeBool() ? &version[2] : nullptr;
      return aclrtGetVersion(&version[0], &version[1], last);
    },
    [](Session&) {
      Demand(aclrtGetSocName() != nullptr && ferry_version() != nullptr, "names");
      Demand(std::strstr(ferry_instruction_sets(), ferry_instruction_set()) != nullptr,
             "an instruction set among all of them");
      return 0;
    },
    [](Session& s) {
      const auto set = s.data.PickValueInArray({aclrtSetOpWaitTimeout, aclrtSetOpExecuteTimeOut});
      return set(s.number_as<std::uint32_t>());
    },
    [](Session& s) {
      return aclrtSetExceptionInfoCallback(s.data.ConsumeBool() ? IgnoreException : nullptr);
    },
    [](Session& s) {
      const aclCannAttr* attributes = nullptr;
      std::size_t count = 0;
      const aclError code =
          aclGetCannAttributeList(&attributes, s.data.ConsumeBool() ? &count : nullptr);
      for (std::size_t i = 0; i < count; ++i) {
        std::int32_t value = 0;
        Demand(aclGetCannAttribute(attributes[i], &value) == 0, "a listed attribute",
               attributes[i]);
      }
      return code;
    },
    // Every half but infinities and NaNs comes back; those are numbers beyond its range (acl.h).
    [](Session& s) {
      const auto half = s.number_as<aclFloat16>();
      const bool is_finite = (half & 0x7c00) != 0x7c00;
      Demand(aclFloatToFloat16(aclFloat16ToFloat(half)) == half || !is_finite, "a half", half);
      static_cast<void>(aclFloatToFloat16(s.data.ConsumeFloatingPoint<float>()));
      return 0;
    },
    [](Session& s) {
      std::array<char, 200> text{};
      const std::size_t size = s.data.ConsumeIntegralInRange<std::size_t>(0, text.size());
      const std::size_t length = ferry_dump_state(text.data(), size);
      Demand(size == 0 || std::strlen(text.data()) == std::min(length, size - 1), "a text cut");
      return 0;
    },
};

}  // namespace

std::span<const Step> SmallSteps() {
  return kSmallSteps;
}

}  // namespace ferry::fuzz
