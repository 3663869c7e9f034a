// What the functions of all aclnn objects share: finding one, ending one, handing out arrays.
#ifndef FERRY_CAPI_ACLNN_OBJECT_H_
#define FERRY_CAPI_ACLNN_OBJECT_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "capi/guard.h"
#include "runtime/handle_table.h"

namespace ferry::capi {

// How messages call an object: the argument that names it, and what it is.
struct ObjectKind {
  const char* argument;
  const char* noun;
};

template <class T>
[[noreturn]] void RefuseUnknown(const ObjectKind& kind, const T* handle) {
  Fail(Code::kParamInvalid, "{} is {}, which is no {} or one that has been destroyed",
       kind.argument, static_cast<const void*>(handle), kind.noun);
}

// 161001 for null, 161002 for what is no such object.
template <class Object, class Handle>
std::shared_ptr<Object> FindObject(const runtime::HandleTable<Object>& table,
                                   const ObjectKind& kind, const Handle* handle) {
  RequireAclnnNotNull(handle, kind.argument);
  auto found = table.Find(handle);
  if (found == nullptr) RefuseUnknown(kind, handle);
  return found;
}

// Ends the object and returns it; null for null, which is allowed.
template <class Object, class Handle>
std::shared_ptr<Object> DestroyObject(runtime::HandleTable<Object>& table, const ObjectKind& kind,
                                      const Handle* handle) {
  if (handle == nullptr) return nullptr;
  auto removed = table.Remove(handle);
  if (removed == nullptr) RefuseUnknown(kind, handle);
  return removed;
}

// What `make` returns, under a new handle; null with a message if it throws.
template <class Handle, class Object, class Make>
Handle* CreateObject(const char* api, runtime::HandleTable<const Object>& table, const Make& make) {
  Handle* handle = nullptr;
  AclnnGuard(api, [&] {
    handle = static_cast<Handle*>(table.Add(std::make_shared<const Object>(make())));
  });
  return handle;
}

// `count` values of a caller, who may pass null for none.
template <class T>
std::vector<T> ToVector(const T* values, std::uint64_t count, const char* argument,
                        const char* elements) {
  Require(values != nullptr || count == 0, Code::kParamNullptr, "{} is null; must point to {} {}",
          argument, count, elements);
  return count == 0 ? std::vector<T>() : std::vector<T>(values, values + count);
}

}  // namespace ferry::capi

#endif  // FERRY_CAPI_ACLNN_OBJECT_H_
