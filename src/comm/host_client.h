// Asking another process of this host for its memory (host_service.h answers).
#ifndef FERRY_COMM_HOST_CLIENT_H_
#define FERRY_COMM_HOST_CLIENT_H_

#include <sys/types.h>

#include <string>

#include "base/clock.h"
#include "base/fd.h"
#include "comm/patience.h"

namespace ferry::comm {

// Whom to ask.
struct Server {
  pid_t pid = 0;
  std::string service;
};

// The server's memory file, read-only. Throws Error{kHcclRemote} when the server has ended, does
// not answer before the patience ends, or is not the process or the user that it should be.
[[nodiscard]] UniqueFd FetchSegment(const Server& server, const Patience& patience);

// The memory of the board that the server offers under `key` (board_table.h); one that is not
// offered yet is asked for again until the deadline. Throws as FetchSegment.
[[nodiscard]] UniqueFd FetchBoard(const Server& server, const std::string& key,
                                  const Deadline& deadline);

}  // namespace ferry::comm

#endif  // FERRY_COMM_HOST_CLIENT_H_
