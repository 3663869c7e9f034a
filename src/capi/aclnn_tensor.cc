// Tensor objects: descriptions of memory that belongs to the caller.
#include <aclnn/aclnn_base.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "capi/guard.h"
#include "runtime/tensor.h"

using ferry::Code;
using ferry::Require;
using ferry::capi::AclnnGuard;
using ferry::runtime::Tensor;
using ferry::runtime::Tensors;

namespace {

std::vector<int64_t> ToVector(const int64_t* values, uint64_t count) {
  return count == 0 ? std::vector<int64_t>() : std::vector<int64_t>(values, values + count);
}

void RequireGiven(const void* pointer, const char* argument) {
  Require(pointer != nullptr, Code::kParamNullptr, "{} is null; must be a valid pointer", argument);
}

std::shared_ptr<const Tensor> FindTensor(const aclTensor* tensor) {
  RequireGiven(tensor, "tensor");
  auto found = Tensors().Find(tensor);
  Require(found != nullptr, Code::kParamInvalid,
          "tensor is {}, which is no tensor or one that has been destroyed",
          static_cast<const void*>(tensor));
  return found;
}

// The caller frees the array with delete[].
void CopyOut(const std::vector<int64_t>& values, int64_t** array, uint64_t* count) {
  *array = new int64_t[values.size()];
  std::copy(values.begin(), values.end(), *array);
  *count = values.size();
}

template <class Field>
aclnnStatus GetArray(const char* api, const aclTensor* tensor, int64_t** array, uint64_t* count,
                     Field field) {
  return AclnnGuard(api, [&] {
    const auto found = FindTensor(tensor);
    RequireGiven(array, "the array's address");
    RequireGiven(count, "the count's address");
    CopyOut((*found).*field, array, count);
  });
}

}  // namespace

aclTensor* aclCreateTensor(const int64_t* viewDims, uint64_t viewDimsNum, aclDataType dataType,
                           const int64_t* stride, int64_t offset, aclFormat format,
                           const int64_t* storageDims, uint64_t storageDimsNum, void* tensorData) {
  aclTensor* handle = nullptr;
  AclnnGuard("aclCreateTensor", [&] {
    Require(viewDims != nullptr || viewDimsNum == 0, Code::kParamNullptr,
            "viewDims is null; must point to {} dims", viewDimsNum);
    Require(storageDims != nullptr || storageDimsNum == 0, Code::kParamNullptr,
            "storageDims is null; must point to {} dims", storageDimsNum);
    Tensor tensor;
    tensor.view_dims = ToVector(viewDims, viewDimsNum);
    tensor.strides = stride != nullptr ? ToVector(stride, viewDimsNum)
                                       : ferry::runtime::ContiguousStrides(tensor.view_dims);
    tensor.offset = offset;
    tensor.dtype = static_cast<ferry::DType>(dataType);
    tensor.format = format;
    tensor.storage_dims = ToVector(storageDims, storageDimsNum);
    tensor.data = static_cast<std::byte*>(tensorData);
    handle = static_cast<aclTensor*>(Tensors().Add(std::make_shared<const Tensor>(tensor)));
  });
  return handle;
}

aclnnStatus aclDestroyTensor(const aclTensor* tensor) {
  return AclnnGuard("aclDestroyTensor", [&] {
    if (tensor == nullptr) return;
    (void)FindTensor(tensor);
    Tensors().Remove(tensor);
  });
}

aclnnStatus aclGetViewShape(const aclTensor* tensor, int64_t** viewDims, uint64_t* viewDimsNum) {
  return GetArray("aclGetViewShape", tensor, viewDims, viewDimsNum, &Tensor::view_dims);
}

aclnnStatus aclGetStorageShape(const aclTensor* tensor, int64_t** storageDims,
                               uint64_t* storageDimsNum) {
  return GetArray("aclGetStorageShape", tensor, storageDims, storageDimsNum, &Tensor::storage_dims);
}

aclnnStatus aclGetViewStrides(const aclTensor* tensor, int64_t** stridesValue,
                              uint64_t* stridesNum) {
  return GetArray("aclGetViewStrides", tensor, stridesValue, stridesNum, &Tensor::strides);
}

aclnnStatus aclGetViewOffset(const aclTensor* tensor, int64_t* offset) {
  return AclnnGuard("aclGetViewOffset", [&] {
    const auto found = FindTensor(tensor);
    RequireGiven(offset, "offset");
    *offset = found->offset;
  });
}

aclnnStatus aclGetFormat(const aclTensor* tensor, aclFormat* format) {
  return AclnnGuard("aclGetFormat", [&] {
    const auto found = FindTensor(tensor);
    RequireGiven(format, "format");
    *format = static_cast<aclFormat>(found->format);
  });
}

aclnnStatus aclGetDataType(const aclTensor* tensor, aclDataType* dataType) {
  return AclnnGuard("aclGetDataType", [&] {
    const auto found = FindTensor(tensor);
    RequireGiven(dataType, "dataType");
    *dataType = static_cast<aclDataType>(found->dtype);
  });
}

aclnnStatus aclnnInit(const char* /*configPath*/) {
  return ACLNN_SUCCESS;
}

aclnnStatus aclnnFinalize(void) {
  return ACLNN_SUCCESS;
}
