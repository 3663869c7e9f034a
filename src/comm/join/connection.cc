#include "comm/join/connection.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace ferry::comm {

void Connection::Send(std::string_view content) {
  out_ += MakeFrame(content);
  Flush();
}

void Connection::Flush() {
  while (!out_.empty()) {
    const ssize_t sent = ::send(socket_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      out_.erase(0, static_cast<std::size_t>(sent));
    } else if (errno != EINTR) {
      if (errno != EAGAIN) out_.clear();  // the stream has ended, which Receive reports
      return;
    }
  }
}

bool Connection::Receive() {
  std::array<char, 16384> bytes;
  while (true) {
    const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (got > 0) {
      in_.Append({bytes.data(), static_cast<std::size_t>(got)});
      // A flood is looked at a piece at a time: Next refuses what is too long.
      if (static_cast<std::size_t>(got) == bytes.size()) return true;
    } else if (got == 0 || errno != EINTR) {
      return got < 0 && errno == EAGAIN;
    }
  }
}

}  // namespace ferry::comm
