// Lists of tensors and of scalars, which own their elements.
#include <aclnn/aclnn_base.h>

#include <memory>

#include "capi/aclnn_object.h"
#include "runtime/aclnn_objects.h"
#include "runtime/tensor.h"

using ferry::Code;
using ferry::capi::AclnnGuard;
using ferry::capi::CreateObject;
using ferry::capi::DestroyObject;
using ferry::capi::FindObject;
using ferry::capi::ObjectKind;
using ferry::capi::RequireAclnnNotNull;
using ferry::capi::ToVector;
using ferry::runtime::List;

namespace {

constexpr ObjectKind kTensorList = {"array", "list of tensors"};
constexpr ObjectKind kScalarList = {"array", "list of scalars"};

// The pointers are kept as they are; what they name is looked at when the list ends.
template <class Element>
List ToList(const Element* const* elements, uint64_t count) {
  const auto handles = ToVector(elements, count, "value", "pointers");
  return {handles.begin(), handles.end()};
}

// Ends the list and every element that is still there. An element that is not was destroyed by
// somebody else: that is said once all others are ended.
template <class Elements, class Handle>
void DestroyWithElements(ferry::runtime::HandleTable<const List>& lists, const ObjectKind& kind,
                         Elements& elements, const Handle* handle) {
  const std::shared_ptr<const List> list = DestroyObject(lists, kind, handle);
  if (list == nullptr) return;
  std::size_t missing = list->size();
  for (std::size_t i = 0; i < list->size(); ++i) {
    const void* const element = (*list)[i];
    if (element == nullptr || elements.Remove(element) != nullptr) continue;
    if (missing == list->size()) missing = i;
  }
  ferry::Require(missing == list->size(), Code::kParamInvalid,
                 "element {} of the {} is {}, which is none or was destroyed before; a list owns "
                 "its elements",
                 missing, kind.noun, missing < list->size() ? (*list)[missing] : nullptr);
}

template <class Handle>
aclnnStatus GetSize(const char* api, const ferry::runtime::HandleTable<const List>& lists,
                    const ObjectKind& kind, const Handle* handle, uint64_t* size) {
  return AclnnGuard(api, [&] {
    const auto list = FindObject(lists, kind, handle);
    RequireAclnnNotNull(size, "size");
    *size = list->size();
  });
}

}  // namespace

aclTensorList* aclCreateTensorList(const aclTensor* const* value, uint64_t size) {
  return CreateObject<aclTensorList>("aclCreateTensorList", ferry::runtime::TensorLists(),
                                     [&] { return ToList(value, size); });
}

aclScalarList* aclCreateScalarList(const aclScalar* const* value, uint64_t size) {
  return CreateObject<aclScalarList>("aclCreateScalarList", ferry::runtime::ScalarLists(),
                                     [&] { return ToList(value, size); });
}

aclnnStatus aclDestroyTensorList(const aclTensorList* array) {
  return AclnnGuard("aclDestroyTensorList", [&] {
    DestroyWithElements(ferry::runtime::TensorLists(), kTensorList, ferry::runtime::Tensors(),
                        array);
  });
}

aclnnStatus aclDestroyScalarList(const aclScalarList* array) {
  return AclnnGuard("aclDestroyScalarList", [&] {
    DestroyWithElements(ferry::runtime::ScalarLists(), kScalarList, ferry::runtime::Scalars(),
                        array);
  });
}

aclnnStatus aclGetTensorListSize(const aclTensorList* tensorList, uint64_t* size) {
  return GetSize("aclGetTensorListSize", ferry::runtime::TensorLists(), kTensorList, tensorList,
                 size);
}

aclnnStatus aclGetScalarListSize(const aclScalarList* scalarList, uint64_t* size) {
  return GetSize("aclGetScalarListSize", ferry::runtime::ScalarLists(), kScalarList, scalarList,
                 size);
}
