// What the devices are like: attributes, core numbers, sizes.
#include <acl/acl.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "capi/guard.h"
#include "memory/segment.h"
#include "runtime/device.h"
#include "runtime/part.h"

using ferry::Code;
using ferry::Fail;
using ferry::Require;
using ferry::capi::Guard;
using ferry::capi::RequireNotNull;
using ferry::runtime::CurrentPart;
using ferry::runtime::Part;

namespace {

struct CannAttribute {
  aclCannAttr attribute;
  int32_t value;
};
constexpr CannAttribute kCannAttributes[] = {
    {ACL_CANN_ATTR_INF_NAN, 1},
    {ACL_CANN_ATTR_BF16, 1},
    {ACL_CANN_ATTR_JIT_COMPILE, 0},
};

constexpr auto kCannAttributeList = [] {
  std::array<aclCannAttr, std::size(kCannAttributes)> list{};
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = kCannAttributes[i].attribute;
  return list;
}();

int64_t MemoryOf(uint32_t device) {
  const auto usage = ferry::memory::ProcessSegment().UsageOf(static_cast<int32_t>(device));
  return static_cast<int64_t>(std::min<uint64_t>(usage.limit, INT64_MAX));
}

int64_t AttributeOf(uint32_t device, aclrtDevAttr attribute) {
  const Part& part = CurrentPart();
  switch (attribute) {
    case ACL_DEV_ATTR_AICPU_CORE_NUM:
      return part.ai_cpus;
    case ACL_DEV_ATTR_AICORE_CORE_NUM:
    case ACL_DEV_ATTR_CUBE_CORE_NUM:
      return part.cube_cores;
    case ACL_DEV_ATTR_VECTOR_CORE_NUM:
      return part.vector_cores;
    case ACL_DEV_ATTR_UBUF_PER_VECTOR_CORE:
      return part.unified_buffer_bytes;
    case ACL_DEV_ATTR_TOTAL_GLOBAL_MEM_SIZE:
      return MemoryOf(device);
    case ACL_DEV_ATTR_L2_CACHE_SIZE:
      return part.l2_bytes;
    case ACL_DEV_ATTR_PHY_CHIP_ID:
    case ACL_DEV_ATTR_SUPER_POD_DEVICE_ID:
      return device;
    case ACL_DEV_ATTR_NPU_ARCH:
      return part.architecture;
    case ACL_DEV_ATTR_WARP_SIZE:  // vector cores of these products run no threads
    case ACL_DEV_ATTR_MAX_THREAD_PER_VECTOR_CORE:
    case ACL_DEV_ATTR_SMP_ID:  // one machine, one pod, one server
    case ACL_DEV_ATTR_SUPER_POD_SERVER_ID:
    case ACL_DEV_ATTR_SUPER_POD_ID:
    case ACL_DEV_ATTR_MAINBOARD_ID:
    case ACL_DEV_ATTR_CUST_OP_PRIVILEGE:
    case ACL_DEV_ATTR_IS_VIRTUAL:  // none is a share of another
      return 0;
  }
  Fail(Code::kRtParamInvalid, "attr is {}; must be a value of aclrtDevAttr",
       static_cast<int>(attribute));
}

int64_t CapabilityOf(aclDeviceInfo info) {
  const Part& part = CurrentPart();
  switch (info) {
    case ACL_DEVICE_INFO_AI_CORE_NUM:
      return part.cube_cores;
    case ACL_DEVICE_INFO_VECTOR_CORE_NUM:
      return part.vector_cores;
    case ACL_DEVICE_INFO_L2_SIZE:
      return part.l2_bytes;
    case ACL_DEVICE_INFO_UNDEFINED:
      break;
  }
  Fail(Code::kAclInvalidParam, "deviceInfo is {}; must be in [{}, {}]", static_cast<int>(info),
       static_cast<int>(ACL_DEVICE_INFO_AI_CORE_NUM), static_cast<int>(ACL_DEVICE_INFO_L2_SIZE));
}

}  // namespace

const char* aclrtGetSocName(void) {
  return CurrentPart().soc_name;
}

aclError aclGetCannAttribute(aclCannAttr cannAttr, int32_t* value) {
  return Guard("aclGetCannAttribute", [&] {
    RequireNotNull(value, "value");
    const auto* const found =
        std::find_if(std::begin(kCannAttributes), std::end(kCannAttributes),
                     [&](const CannAttribute& known) { return known.attribute == cannAttr; });
    Require(found != std::end(kCannAttributes), Code::kAclInvalidParam,
            "cannAttr is {}; must be in [{}, {}]", static_cast<int>(cannAttr),
            static_cast<int>(ACL_CANN_ATTR_INF_NAN), static_cast<int>(ACL_CANN_ATTR_JIT_COMPILE));
    *value = found->value;
  });
}

aclError aclGetCannAttributeList(const aclCannAttr** cannAttrList, size_t* num) {
  return Guard("aclGetCannAttributeList", [&] {
    RequireNotNull(cannAttrList, "cannAttrList");
    RequireNotNull(num, "num");
    *cannAttrList = kCannAttributeList.data();
    *num = kCannAttributeList.size();
  });
}

aclError aclGetDeviceCapability(uint32_t deviceId, aclDeviceInfo deviceInfo, int64_t* value) {
  return Guard("aclGetDeviceCapability", [&] {
    RequireNotNull(value, "value");
    ferry::runtime::RequireDevice(deviceId);
    *value = CapabilityOf(deviceInfo);
  });
}

aclError aclrtGetDeviceInfo(uint32_t deviceId, aclrtDevAttr attr, int64_t* value) {
  return Guard("aclrtGetDeviceInfo", [&] {
    RequireNotNull(value, "value");
    ferry::runtime::RequireDevice(deviceId);
    *value = AttributeOf(deviceId, attr);
  });
}

aclError aclrtGetResInCurrentThread(aclrtDevResLimitType type, uint32_t* value) {
  return Guard("aclrtGetResInCurrentThread", [&] {
    RequireNotNull(value, "value");
    Require(type == ACL_RT_DEV_RES_CUBE_CORE || type == ACL_RT_DEV_RES_VECTOR_CORE,
            Code::kRtParamInvalid,
            "type is {}; must be 0 (ACL_RT_DEV_RES_CUBE_CORE) or 1 (ACL_RT_DEV_RES_VECTOR_CORE)",
            static_cast<int>(type));
    const Part& part = CurrentPart();
    *value = static_cast<uint32_t>(type == ACL_RT_DEV_RES_CUBE_CORE ? part.cube_cores
                                                                    : part.vector_cores);
  });
}
