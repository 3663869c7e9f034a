// Where a program calls phase 2 from (FERRY_TRACE=1).
#ifndef FERRY_COMM_TRACE_H_
#define FERRY_COMM_TRACE_H_

#include <memory>
#include <string>

namespace ferry::comm {

// The calling thread's stack, innermost first, without the library's own frames:
// `Step (train+0x1f) < main (train+0x40)`. Null unless FERRY_TRACE is 1. A program linked with
// -rdynamic shows names, others offsets alone.
using Stack = std::shared_ptr<const std::string>;
[[nodiscard]] Stack CaptureStack();

}  // namespace ferry::comm

#endif  // FERRY_COMM_TRACE_H_
