// Where in the program Ferry was called: for reports about objects that outlive their use.
#ifndef FERRY_BASE_CALL_SITE_H_
#define FERRY_BASE_CALL_SITE_H_

#include <string>

namespace ferry {

// The calls that led here, the innermost of the program's first and Ferry's own left out:
// `Upload (prog+0x1234) <- main (prog+0x1460)`. A function has a name if its module exports it
// (link a program with -rdynamic). Costs microseconds.
[[nodiscard]] std::string CallSite();

}  // namespace ferry

#endif  // FERRY_BASE_CALL_SITE_H_
