// Settings of hccl for the whole process.
#include <hccl/hccl.h>

#include <atomic>

#include "capi/hccl_guard.h"

using ferry::Code;
using ferry::Require;
using ferry::capi::HcclGuard;

namespace {

constexpr int32_t kMostDeterministic = 2;  // off, on, strict

// Relaxed: a number of its own, on which nothing else depends. Results are always deterministic.
std::atomic<int32_t> deterministic{0};

void RequireKnown(HcclConfig config) {
  Require(config == HCCL_DETERMINISTIC, Code::kHcclPara,
          "config is {}; must be 0 (HCCL_DETERMINISTIC)", static_cast<int>(config));
}

}  // namespace

HcclResult HcclSetConfig(HcclConfig config, union HcclConfigValue configValue) {
  return HcclGuard("HcclSetConfig", [&] {
    RequireKnown(config);
    Require(configValue.value >= 0 && configValue.value <= kMostDeterministic, Code::kHcclPara,
            "configValue is {}; must be in [0, {}]", configValue.value, kMostDeterministic);
    deterministic.store(configValue.value, std::memory_order_relaxed);
  });
}

HcclResult HcclGetConfig(HcclConfig config, union HcclConfigValue* configValue) {
  return HcclGuard("HcclGetConfig", [&] {
    ferry::capi::RequireHcclNotNull(configValue, "configValue");
    RequireKnown(config);
    configValue->value = deterministic.load(std::memory_order_relaxed);
  });
}

uint32_t HcclGetCommConfigCapability(void) {
  return HCCL_COMM_CONFIG_RESERVED;
}
