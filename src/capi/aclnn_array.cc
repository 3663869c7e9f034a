// Scalars and arrays of numbers.
#include <aclnn/aclnn_base.h>

#include <cstring>

#include "capi/aclnn_object.h"
#include "runtime/aclnn_objects.h"

using ferry::Code;
using ferry::Require;
using ferry::capi::AclnnGuard;
using ferry::capi::CreateObject;
using ferry::capi::DestroyObject;
using ferry::capi::FindObject;
using ferry::capi::ObjectKind;
using ferry::capi::RequireAclnnNotNull;
using ferry::capi::ToVector;

namespace {

constexpr ObjectKind kScalar = {"scalar", "scalar"};
constexpr ObjectKind kArray = {"array", "array of this type"};

ferry::runtime::Scalar ScalarOf(const void* value, aclDataType type) {
  RequireAclnnNotNull(value, "value");
  const std::size_t bytes = aclDataTypeSize(type);
  Require(bytes >= 1 && bytes <= ferry::runtime::kLargestScalar, Code::kParamInvalid,
          "dataType is {}; must be an aclDataType of 1 to {} bytes", static_cast<int>(type),
          ferry::runtime::kLargestScalar);
  ferry::runtime::Scalar scalar;
  scalar.dtype = static_cast<ferry::DType>(type);
  std::memcpy(scalar.value.data(), value, bytes);
  return scalar;
}

template <class Table, class Handle>
aclnnStatus GetSize(const char* api, const Table& table, const Handle* array, uint64_t* size) {
  return AclnnGuard(api, [&] {
    const auto found = FindObject(table, kArray, array);
    RequireAclnnNotNull(size, "size");
    *size = found->size();
  });
}

}  // namespace

aclScalar* aclCreateScalar(void* value, aclDataType dataType) {
  return CreateObject<aclScalar>("aclCreateScalar", ferry::runtime::Scalars(),
                                 [&] { return ScalarOf(value, dataType); });
}

aclIntArray* aclCreateIntArray(const int64_t* value, uint64_t size) {
  return CreateObject<aclIntArray>("aclCreateIntArray", ferry::runtime::IntArrays(),
                                   [&] { return ToVector(value, size, "value", "numbers"); });
}

aclFloatArray* aclCreateFloatArray(const float* value, uint64_t size) {
  return CreateObject<aclFloatArray>("aclCreateFloatArray", ferry::runtime::FloatArrays(),
                                     [&] { return ToVector(value, size, "value", "numbers"); });
}

aclBoolArray* aclCreateBoolArray(const bool* value, uint64_t size) {
  return CreateObject<aclBoolArray>("aclCreateBoolArray", ferry::runtime::BoolArrays(),
                                    [&] { return ToVector(value, size, "value", "flags"); });
}

aclnnStatus aclDestroyScalar(const aclScalar* scalar) {
  return AclnnGuard("aclDestroyScalar",
                    [&] { DestroyObject(ferry::runtime::Scalars(), kScalar, scalar); });
}

aclnnStatus aclDestroyIntArray(const aclIntArray* array) {
  return AclnnGuard("aclDestroyIntArray",
                    [&] { DestroyObject(ferry::runtime::IntArrays(), kArray, array); });
}

aclnnStatus aclDestroyFloatArray(const aclFloatArray* array) {
  return AclnnGuard("aclDestroyFloatArray",
                    [&] { DestroyObject(ferry::runtime::FloatArrays(), kArray, array); });
}

aclnnStatus aclDestroyBoolArray(const aclBoolArray* array) {
  return AclnnGuard("aclDestroyBoolArray",
                    [&] { DestroyObject(ferry::runtime::BoolArrays(), kArray, array); });
}

aclnnStatus aclGetIntArraySize(const aclIntArray* array, uint64_t* size) {
  return GetSize("aclGetIntArraySize", ferry::runtime::IntArrays(), array, size);
}

aclnnStatus aclGetFloatArraySize(const aclFloatArray* array, uint64_t* size) {
  return GetSize("aclGetFloatArraySize", ferry::runtime::FloatArrays(), array, size);
}

aclnnStatus aclGetBoolArraySize(const aclBoolArray* array, uint64_t* size) {
  return GetSize("aclGetBoolArraySize", ferry::runtime::BoolArrays(), array, size);
}
