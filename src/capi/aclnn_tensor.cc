// Tensor objects: descriptions of memory that belongs to the caller.
#include "capi/aclnn_tensor.h"

#include <aclnn/aclnn_base.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "capi/aclnn_object.h"
#include "runtime/tensor.h"

using ferry::capi::AclnnGuard;
using ferry::capi::CreateObject;
using ferry::capi::DestroyObject;
using ferry::capi::FindObject;
using ferry::capi::ObjectKind;
using ferry::capi::RequireAclnnNotNull;
using ferry::capi::ToVector;
using ferry::runtime::Tensor;
using ferry::runtime::Tensors;

namespace {

constexpr ObjectKind kTensor = {"tensor", "tensor"};

// The arguments that aclCreateTensor and aclInitTensor share.
struct Description {
  const int64_t* view_dims;
  uint64_t view_dims_num;
  aclDataType data_type;
  const int64_t* stride;
  int64_t offset;
  aclFormat format;
  const int64_t* storage_dims;
  uint64_t storage_dims_num;
  void* data;
};

Tensor TensorOf(const Description& what) {
  Tensor tensor;
  tensor.view_dims = ToVector(what.view_dims, what.view_dims_num, "viewDims", "dims");
  tensor.storage_dims = ToVector(what.storage_dims, what.storage_dims_num, "storageDims", "dims");
  tensor.strides = what.stride != nullptr
                       ? ToVector(what.stride, what.view_dims_num, "stride", "strides")
                       : ferry::runtime::ContiguousStrides(tensor.view_dims);
  tensor.offset = what.offset;
  tensor.dtype = static_cast<ferry::DType>(what.data_type);
  tensor.format = what.format;
  tensor.data = static_cast<std::byte*>(what.data);
  return tensor;
}

std::shared_ptr<const Tensor> FindTensor(const aclTensor* tensor) {
  return FindObject(Tensors(), kTensor, tensor);
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
    RequireAclnnNotNull(array, "the array's address");
    RequireAclnnNotNull(count, "the count's address");
    CopyOut((*found).*field, array, count);
  });
}

// Puts `change` of the tensor in its place.
template <class Change>
void UpdateTensor(const aclTensor* tensor, const Change& change) {
  RequireAclnnNotNull(tensor, kTensor.argument);
  if (!Tensors().Update(tensor, change)) ferry::capi::RefuseUnknown(kTensor, tensor);
}

}  // namespace

std::int64_t ferry::capi::SetStorage(aclTensor* tensor, std::byte* storage) {
  std::int64_t offset = 0;
  UpdateTensor(tensor, [&](const Tensor& before) {
    auto after = std::make_shared<Tensor>(before);
    after->data = storage;
    offset = after->offset;
    return after;
  });
  return offset;
}

aclTensor* aclCreateTensor(const int64_t* viewDims, uint64_t viewDimsNum, aclDataType dataType,
                           const int64_t* stride, int64_t offset, aclFormat format,
                           const int64_t* storageDims, uint64_t storageDimsNum, void* tensorData) {
  return CreateObject<aclTensor>("aclCreateTensor", Tensors(), [&] {
    return TensorOf({viewDims, viewDimsNum, dataType, stride, offset, format, storageDims,
                     storageDimsNum, tensorData});
  });
}

aclnnStatus aclInitTensor(aclTensor* tensor, const int64_t* viewDims, uint64_t viewDimsNum,
                          aclDataType dataType, const int64_t* stride, int64_t offset,
                          aclFormat format, const int64_t* storageDims, uint64_t storageDimsNum,
                          void* tensorDataAddr) {
  return AclnnGuard("aclInitTensor", [&] {
    RequireAclnnNotNull(tensor, kTensor.argument);
    const auto anew = std::make_shared<const Tensor>(
        TensorOf({viewDims, viewDimsNum, dataType, stride, offset, format, storageDims,
                  storageDimsNum, tensorDataAddr}));
    UpdateTensor(tensor, [&](const Tensor&) { return anew; });
  });
}

aclnnStatus aclDestroyTensor(const aclTensor* tensor) {
  return AclnnGuard("aclDestroyTensor", [&] { DestroyObject(Tensors(), kTensor, tensor); });
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
    RequireAclnnNotNull(offset, "offset");
    *offset = found->offset;
  });
}

aclnnStatus aclGetFormat(const aclTensor* tensor, aclFormat* format) {
  return AclnnGuard("aclGetFormat", [&] {
    const auto found = FindTensor(tensor);
    RequireAclnnNotNull(format, "format");
    *format = static_cast<aclFormat>(found->format);
  });
}

aclnnStatus aclGetDataType(const aclTensor* tensor, aclDataType* dataType) {
  return AclnnGuard("aclGetDataType", [&] {
    const auto found = FindTensor(tensor);
    RequireAclnnNotNull(dataType, "dataType");
    *dataType = static_cast<aclDataType>(found->dtype);
  });
}

aclnnStatus aclSetRawTensorAddr(aclTensor* tensor, void* addr) {
  return AclnnGuard("aclSetRawTensorAddr",
                    [&] { ferry::capi::SetStorage(tensor, static_cast<std::byte*>(addr)); });
}

aclnnStatus aclGetRawTensorAddr(const aclTensor* tensor, void** addr) {
  return AclnnGuard("aclGetRawTensorAddr", [&] {
    const auto found = FindTensor(tensor);
    RequireAclnnNotNull(addr, "addr");
    *addr = found->data;
  });
}
