// The library's text for the last failure on this thread.
#ifndef FERRY_TESTS_SUPPORT_RECENT_MESSAGE_H_
#define FERRY_TESTS_SUPPORT_RECENT_MESSAGE_H_

#include <string>

#include "acl/acl.h"

namespace ferry::support {

// "" if nothing failed since it was last asked for.
inline std::string RecentMessage() {
  const char* const message = aclGetRecentErrMsg();
  return message != nullptr ? message : "";
}

}  // namespace ferry::support

#endif  // FERRY_TESTS_SUPPORT_RECENT_MESSAGE_H_
