// Where a program calls phase 2 from (FERRY_TRACE=1).
#ifndef FERRY_COMM_TRACE_H_
#define FERRY_COMM_TRACE_H_

#include <memory>
#include <string>

namespace ferry::comm {

// The calling thread's stack, innermost first, without the library's own frames:
// `Step()+0x1f in train < main+0x40 in train`. Null unless FERRY_TRACE is 1. A program linked with
// -rdynamic shows names, others offsets for addr2line.
using Stack = std::shared_ptr<const std::string>;
[[nodiscard]] Stack CaptureStack();

}  // namespace ferry::comm

#endif  // FERRY_COMM_TRACE_H_
