// Tensor descriptors: changing them. Only what the getters hand out is ever used again.
#include <acl/acl.h>

#include <memory>
#include <string>
#include <vector>

#include "capi/acl_tensor_desc.h"
#include "capi/guard.h"

using ferry::Code;
using ferry::Require;
using ferry::capi::DimsOf;
using ferry::capi::Guard;
using ferry::capi::RequireNotNull;
using ferry::runtime::Range;
using ferry::runtime::TensorDesc;
using ferry::runtime::TensorDescs;

namespace {

// Puts a copy that `change` has changed in the descriptor's place.
template <class Change>
aclError Set(const char* api, aclTensorDesc* desc, const Change& change) {
  return Guard(api, [&] {
    RequireNotNull(desc, "desc");
    const bool known = TensorDescs().Update(desc, [&](const TensorDesc& before) {
      auto after = std::make_shared<TensorDesc>(before);
      change(*after);
      return after;
    });
    if (!known) ferry::capi::RefuseUnknownDesc(desc);
  });
}

std::vector<Range> RangesOf(int64_t (*ranges)[2], size_t count, const char* argument) {
  Require(ranges != nullptr || count == 0, Code::kAclInvalidParam,
          "{} is null; must point to {} ranges", argument, count);
  std::vector<Range> copy;
  for (size_t i = 0; i < count; ++i) copy.push_back({ranges[i][0], ranges[i][1]});
  return copy;
}

}  // namespace

aclError aclSetTensorShapeRange(aclTensorDesc* desc, size_t dimsCount,
                                int64_t dimsRange[][ACL_TENSOR_SHAPE_RANGE_NUM]) {
  return Set("aclSetTensorShapeRange", desc, [&](TensorDesc& changed) {
    changed.dim_ranges = RangesOf(dimsRange, dimsCount, "dimsRange");
  });
}

aclError aclSetTensorValueRange(aclTensorDesc* desc, size_t valueCount,
                                int64_t valueRange[][ACL_TENSOR_VALUE_RANGE_NUM]) {
  return Set("aclSetTensorValueRange", desc, [&](TensorDesc& changed) {
    changed.value_ranges = RangesOf(valueRange, valueCount, "valueRange");
  });
}

void aclSetTensorDescName(aclTensorDesc* desc, const char* name) {
  Set("aclSetTensorDescName", desc, [&](TensorDesc& changed) {
    changed.name = std::make_shared<const std::string>(name != nullptr ? name : "");
  });
}

aclError aclSetTensorFormat(aclTensorDesc* desc, aclFormat format) {
  return Set("aclSetTensorFormat", desc, [&](TensorDesc& changed) { changed.format = format; });
}

aclError aclSetTensorShape(aclTensorDesc* desc, int numDims, const int64_t* dims) {
  return Set("aclSetTensorShape", desc,
             [&](TensorDesc& changed) { changed.dims = DimsOf(numDims, dims); });
}

aclError aclSetTensorOriginFormat(aclTensorDesc* desc, aclFormat format) {
  return Set("aclSetTensorOriginFormat", desc,
             [&](TensorDesc& changed) { changed.origin_format = format; });
}

aclError aclSetTensorOriginShape(aclTensorDesc* desc, int numDims, const int64_t* dims) {
  return Set("aclSetTensorOriginShape", desc,
             [&](TensorDesc& changed) { changed.origin_dims = DimsOf(numDims, dims); });
}

aclError aclSetTensorStorageFormat(aclTensorDesc* desc, aclFormat format) {
  return Set("aclSetTensorStorageFormat", desc,
             [&](TensorDesc& changed) { changed.storage_format = format; });
}

aclError aclSetTensorStorageShape(aclTensorDesc* desc, int numDims, const int64_t* dims) {
  return Set("aclSetTensorStorageShape", desc,
             [&](TensorDesc& changed) { changed.storage_dims = DimsOf(numDims, dims); });
}

aclError aclSetTensorPlaceMent(aclTensorDesc* desc, aclMemType memType) {
  return Set("aclSetTensorPlaceMent", desc, [&](TensorDesc& changed) {
    Require(memType >= ACL_MEMTYPE_DEVICE && memType <= ACL_MEMTYPE_HOST_COMPILE_INDEPENDENT,
            Code::kAclInvalidParam, "memType is {}; must be in [{}, {}]", static_cast<int>(memType),
            static_cast<int>(ACL_MEMTYPE_DEVICE),
            static_cast<int>(ACL_MEMTYPE_HOST_COMPILE_INDEPENDENT));
    changed.memory_type = memType;
  });
}

aclError aclSetTensorConst(aclTensorDesc* desc, void* dataBuffer, size_t length) {
  return Set("aclSetTensorConst", desc, [&](TensorDesc& changed) {
    Require(dataBuffer != nullptr || length == 0, Code::kAclInvalidParam,
            "dataBuffer is null; must point to {} bytes", length);
    changed.constant = dataBuffer;
    changed.constant_bytes = length;
  });
}

aclError aclSetTensorDynamicInput(aclTensorDesc* desc, const char* dynamicInputName) {
  return Set("aclSetTensorDynamicInput", desc, [&](TensorDesc& changed) {
    RequireNotNull(dynamicInputName, "dynamicInputName");
    changed.dynamic_input = dynamicInputName;
  });
}
