// What handles stand for, in numbers and in words.
#ifndef FERRY_RUNTIME_HANDLE_KIND_H_
#define FERRY_RUNTIME_HANDLE_KIND_H_

#include <cstdint>

#include "base/live_objects.h"

namespace ferry::runtime {

// What a handle stands for; part of its number, so that a stream is no context.
enum class HandleKind : std::uint8_t {
  kContext = 1,
  kStream,
  kEvent,
  kTensor,
  kExecutor,
  kComm,
  kScalar,
  kIntArray,
  kFloatArray,
  kBoolArray,
  kTensorList,
  kScalarList,
  kDataBuffer,
  kTensorDesc,
};

// For reports about objects that a program never ended.
[[nodiscard]] constexpr live::Kind WordsOf(HandleKind kind) {
  switch (kind) {
    case HandleKind::kContext:
      return {"context", "aclrtDestroyContext"};
    case HandleKind::kStream:
      return {"stream", "aclrtDestroyStream"};
    case HandleKind::kEvent:
      return {"event", "aclrtDestroyEvent"};
    case HandleKind::kTensor:
      return {"tensor", "aclDestroyTensor"};
    case HandleKind::kExecutor:
      return {"executor", "its phase 2 or aclDestroyAclOpExecutor"};
    case HandleKind::kComm:
      return {"communicator handle", "HcclCommDestroy"};
    case HandleKind::kScalar:
      return {"scalar", "aclDestroyScalar"};
    case HandleKind::kIntArray:
      return {"int array", "aclDestroyIntArray"};
    case HandleKind::kFloatArray:
      return {"float array", "aclDestroyFloatArray"};
    case HandleKind::kBoolArray:
      return {"bool array", "aclDestroyBoolArray"};
    case HandleKind::kTensorList:
      return {"tensor list", "aclDestroyTensorList"};
    case HandleKind::kScalarList:
      return {"scalar list", "aclDestroyScalarList"};
    case HandleKind::kDataBuffer:
      return {"data buffer", "aclDestroyDataBuffer"};
    case HandleKind::kTensorDesc:
      return {"tensor description", "aclDestroyTensorDesc"};
  }
  return {"object", "its destructor"};
}

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_HANDLE_KIND_H_
