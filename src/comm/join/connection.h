// One stream between a root and a rank: frames out, frames in, never blocking.
#ifndef FERRY_COMM_JOIN_CONNECTION_H_
#define FERRY_COMM_JOIN_CONNECTION_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "comm/join/frame.h"

namespace ferry::comm {

class Connection {
 public:
  // `most`: the longest frame that is taken.
  Connection(UniqueFd socket, std::size_t most) : socket_(std::move(socket)), in_(most) {}

  [[nodiscard]] int fd() const { return socket_.get(); }
  [[nodiscard]] bool HasOutput() const { return !out_.empty(); }

  // Sends as much as the system takes; the rest goes with later Flush calls.
  void Send(std::string_view content);
  void Flush();
  // Takes what has arrived. False when the stream has ended; whole frames may be left in it.
  bool Receive();
  // Throws Error{kHcclRemote} for a frame that is too long.
  [[nodiscard]] std::optional<std::string> Next() { return in_.Next(); }

 private:
  UniqueFd socket_;
  FrameReader in_;
  std::string out_;
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_CONNECTION_H_
