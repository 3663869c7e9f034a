// Tensor descriptors: reading them, making and ending them.
#include <acl/acl.h>

#include <memory>
#include <string>
#include <utility>

#include "base/math.h"
#include "capi/acl_tensor_desc.h"
#include "capi/guard.h"

using ferry::Code;
using ferry::Require;
using ferry::capi::Guard;
using ferry::capi::RequireNotNull;
using ferry::runtime::TensorDesc;
using ferry::runtime::TensorDescs;

namespace {

constexpr int64_t kUnknownRankDim = -2;  // the one dim of a tensor of unknown rank

std::shared_ptr<const TensorDesc> FindDesc(const aclTensorDesc* desc) {
  RequireNotNull(desc, "desc");
  auto found = TensorDescs().Find(desc);
  if (found == nullptr) ferry::capi::RefuseUnknownDesc(desc);
  return found;
}

// What `read` says of the descriptor, or `otherwise` with a message.
template <class Value, class Read>
Value Get(const char* api, const aclTensorDesc* desc, Value otherwise, const Read& read) {
  Value value = otherwise;
  Guard(api, [&] { value = read(*FindDesc(desc)); });
  return value;
}

// 0 when a dim is unknown, or the product cannot be represented.
size_t ElementCount(const TensorDesc& desc) {
  int64_t count = 1;
  for (const int64_t dim : desc.dims) {
    if (dim < 0 || __builtin_mul_overflow(count, dim, &count)) return 0;
  }
  return static_cast<size_t>(count);
}

size_t SizeInBytes(const TensorDesc& desc) {
  size_t bytes = aclDataTypeSize(static_cast<aclDataType>(desc.data_type));
  return __builtin_mul_overflow(bytes, ElementCount(desc), &bytes) ? 0 : bytes;
}

size_t NumDims(const TensorDesc& desc) {
  const bool unknown = desc.dims.size() == 1 && desc.dims[0] == kUnknownRankDim;
  return unknown ? ACL_UNKNOWN_RANK : desc.dims.size();
}

int64_t DimAt(const TensorDesc& desc, size_t index) {
  Require(index < desc.dims.size(), Code::kAclInvalidParam, "index is {}; must be in [0, {})",
          index, desc.dims.size());
  return desc.dims[index];
}

}  // namespace

aclTensorDesc* aclCreateTensorDesc(aclDataType dataType, int numDims, const int64_t* dims,
                                   aclFormat format) {
  aclTensorDesc* handle = nullptr;
  Guard("aclCreateTensorDesc", [&] {
    TensorDesc desc;
    desc.data_type = dataType;
    desc.format = format;
    desc.dims = ferry::capi::DimsOf(numDims, dims);
    handle = static_cast<aclTensorDesc*>(
        TensorDescs().Add(std::make_shared<const TensorDesc>(std::move(desc))));
  });
  return handle;
}

void aclDestroyTensorDesc(const aclTensorDesc* desc) {
  Guard("aclDestroyTensorDesc", [&] {
    if (desc != nullptr && TensorDescs().Remove(desc) == nullptr)
      ferry::capi::RefuseUnknownDesc(desc);
  });
}

aclDataType aclGetTensorDescType(const aclTensorDesc* desc) {
  return Get("aclGetTensorDescType", desc, ACL_DT_UNDEFINED,
             [](const TensorDesc& found) { return static_cast<aclDataType>(found.data_type); });
}

aclFormat aclGetTensorDescFormat(const aclTensorDesc* desc) {
  return Get("aclGetTensorDescFormat", desc, ACL_FORMAT_UNDEFINED,
             [](const TensorDesc& found) { return static_cast<aclFormat>(found.format); });
}

size_t aclGetTensorDescSize(const aclTensorDesc* desc) {
  return Get("aclGetTensorDescSize", desc, size_t{0}, SizeInBytes);
}

size_t aclGetTensorDescElementCount(const aclTensorDesc* desc) {
  return Get("aclGetTensorDescElementCount", desc, size_t{0}, ElementCount);
}

size_t aclGetTensorDescNumDims(const aclTensorDesc* desc) {
  return Get("aclGetTensorDescNumDims", desc, size_t{0}, NumDims);
}

int64_t aclGetTensorDescDim(const aclTensorDesc* desc, size_t index) {
  return Get("aclGetTensorDescDim", desc, int64_t{-1},
             [&](const TensorDesc& found) { return DimAt(found, index); });
}

aclError aclGetTensorDescDimV2(const aclTensorDesc* desc, size_t index, int64_t* dimSize) {
  return Guard("aclGetTensorDescDimV2", [&] {
    const auto found = FindDesc(desc);
    RequireNotNull(dimSize, "dimSize");
    *dimSize = DimAt(*found, index);
  });
}

aclError aclGetTensorDescDimRange(const aclTensorDesc* desc, size_t index, size_t dimRangeNum,
                                  int64_t* dimRange) {
  return Guard("aclGetTensorDescDimRange", [&] {
    const auto found = FindDesc(desc);
    RequireNotNull(dimRange, "dimRange");
    Require(dimRangeNum >= ACL_TENSOR_SHAPE_RANGE_NUM, Code::kAclInvalidParam,
            "dimRangeNum is {}; must be at least {}", dimRangeNum, ACL_TENSOR_SHAPE_RANGE_NUM);
    Require(index < found->dim_ranges.size(), Code::kAclInvalidParam,
            "index is {}; must be in [0, {}), the ranges that aclSetTensorShapeRange set", index,
            found->dim_ranges.size());
    dimRange[0] = found->dim_ranges[index][0];
    dimRange[1] = found->dim_ranges[index][1];
  });
}

const char* aclGetTensorDescName(aclTensorDesc* desc) {
  return Get("aclGetTensorDescName", desc, "",
             [](const TensorDesc& found) { return found.name->c_str(); });
}
