// What the calling thread can still ask about its last error.
#ifndef FERRY_RUNTIME_MESSAGE_H_
#define FERRY_RUNTIME_MESSAGE_H_

#include <string>

#include "base/error.h"

namespace ferry::runtime {

// Makes the message pending on this thread, and the code its last error if it is one of the acl
// functions: those of hccl and aclnn functions are no aclError.
void SetRecentMessage(Code code, std::string message);

// The pending message, which is then no longer pending; null when nothing is. The text stays valid
// until this thread's next call.
[[nodiscard]] const char* TakeRecentMessage();

// The thread's last error, kept or cleared.
[[nodiscard]] Code PeekLastError();
[[nodiscard]] Code TakeLastError();

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_MESSAGE_H_
