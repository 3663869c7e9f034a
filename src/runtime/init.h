// The beginning and the end of the runtime.
#ifndef FERRY_RUNTIME_INIT_H_
#define FERRY_RUNTIME_INIT_H_

#include <cstdint>

namespace ferry::runtime {

// Counts a reference. Throws Error{kAclRepeatInitialize} from the second on, which is counted all
// the same; Error{kAclInvalidFile} when the path is not null and no readable file;
// Error{kAclInvalidParam} when FERRY_PRODUCT names no product.
void Initialize(const char* config_path);

// Ends the runtime whatever the count: streams' queued work is dropped, running work is asked to
// end, device memory is given back. Throws Error{kAclRepeatFinalize} when there is nothing to end.
void Finalize();

// Drops one reference and ends the runtime with the last one. Returns how many are left.
std::uint64_t FinalizeReference();

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_INIT_H_
