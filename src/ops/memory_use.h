// Which memory queued and running operators and copies still read or write: under FERRY_STRICT=1 it
// cannot be freed before they are done.
#ifndef FERRY_OPS_MEMORY_USE_H_
#define FERRY_OPS_MEMORY_USE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "comm/call.h"
#include "memory/guard_pages.h"
#include "ops/tensor_arg.h"

namespace ferry::ops {

// One parameter's addresses.
struct MemoryUse {
  const char* parameter = nullptr;  // in the C API
  MemoryRange range;
  // Where it lay when its address was given; null for memory that is not guarded.
  std::shared_ptr<const memory::GuardedBlock> block = nullptr;
};
using MemoryUses = std::vector<MemoryUse>;

// Adds the tensor's, if it has any; or those of `bytes` bytes. Nothing is added unless
// FERRY_STRICT=1.
void AddUse(const char* parameter, const OptionalTensor& tensor, MemoryUses& uses);
void AddUse(const char* parameter, const void* begin, std::size_t bytes, MemoryUses& uses);

// Notes the uses of one call until the note is dropped. Thread-safe.
class UseNote {
 public:
  // Null if there is nothing to note.
  [[nodiscard]] static std::unique_ptr<const UseNote> Make(const comm::Call& call,
                                                           const MemoryUses& uses);
  [[nodiscard]] static std::unique_ptr<const UseNote> Make(const char* api, const MemoryUses& uses);
  UseNote(std::string user, MemoryUses uses);
  UseNote(const UseNote&) = delete;
  UseNote& operator=(const UseNote&) = delete;
  ~UseNote();

  // `aclnn... call 3 on group "ep0" (rank 1)`, or the API function of a copy or fill.
  [[nodiscard]] const std::string& user() const { return user_; }
  // The parameter that lies in `range`; null if none does.
  [[nodiscard]] const char* ParameterIn(const MemoryRange& range) const;
  // The sentence about a parameter whose memory has been freed since its address was given, though
  // something else may lie there by now; empty if there is none.
  [[nodiscard]] std::string FreedParameter() const;

 private:
  const std::string user_;
  const MemoryUses uses_;
};

// Throws Error{kRtParamInvalid}, which calls `memory` by the name of the argument, if queued work
// still uses the allocation that begins there.
void RequireUnused(const void* memory, const char* argument);

}  // namespace ferry::ops

#endif  // FERRY_OPS_MEMORY_USE_H_
