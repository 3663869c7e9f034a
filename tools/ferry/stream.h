// Bytes through a socket that does not block, no longer than until a deadline.
#ifndef FERRY_TOOLS_FERRY_STREAM_H_
#define FERRY_TOOLS_FERRY_STREAM_H_

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace ferry::tool {

enum class StreamEnd : std::uint8_t {
  kWhole,    // all bytes went, or came to the end of the stream
  kBroken,   // the other end has gone first
  kLate,     // the deadline has passed
  kTooLong,  // the other end tells more than it may
};

// Whether the other end of a Unix socket is a process of this user.
[[nodiscard]] bool IsOfThisUser(int socket);

// Waits until one of them is ready. False when the deadline has passed.
bool AwaitReady(std::vector<pollfd>& entries, Deadline deadline);

[[nodiscard]] StreamEnd SendAll(int socket, std::string_view bytes, Deadline deadline);

// At most `most` bytes, appended to `text`; what has come when the other end has gone is kept.
[[nodiscard]] StreamEnd ReceiveAll(int socket, std::size_t most, Deadline deadline,
                                   std::string* text);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_STREAM_H_
