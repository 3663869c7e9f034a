// Which device memory queued and running operators still read or write: under FERRY_STRICT=1 it
// cannot be freed before they are done.
#ifndef FERRY_OPS_MEMORY_USE_H_
#define FERRY_OPS_MEMORY_USE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "comm/call.h"
#include "ops/tensor_arg.h"

namespace ferry::ops {

// One parameter's addresses.
struct MemoryUse {
  const char* parameter = nullptr;  // in the C API
  MemoryRange range;
};
using MemoryUses = std::vector<MemoryUse>;

// Adds the tensor's, if it has any.
void AddUse(const char* parameter, const OptionalTensor& tensor, MemoryUses& uses);

// Notes the uses of one call until the note is dropped. Thread-safe.
class UseNote {
 public:
  // Null if there is nothing to note.
  [[nodiscard]] static std::unique_ptr<const UseNote> Make(const comm::Call& call,
                                                           const MemoryUses& uses);
  UseNote(const comm::Call& call, MemoryUses uses);
  UseNote(const UseNote&) = delete;
  UseNote& operator=(const UseNote&) = delete;
  ~UseNote();

  // `aclnn... call 3 on group "ep0" (rank 1)`.
  [[nodiscard]] const std::string& call() const { return call_; }
  // The parameter that lies in `range`; null if none does.
  [[nodiscard]] const char* ParameterIn(const MemoryRange& range) const;

 private:
  const std::string call_;
  const MemoryUses uses_;
};

// Throws Error{kRtParamInvalid} if a call still uses the allocation that begins at `memory`.
void RequireUnused(const void* memory);

}  // namespace ferry::ops

#endif  // FERRY_OPS_MEMORY_USE_H_
