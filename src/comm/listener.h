// A listening socket of this process, and of no other.
#ifndef FERRY_COMM_LISTENER_H_
#define FERRY_COMM_LISTENER_H_

#include "base/fd.h"

namespace ferry::comm {

// A child made by fork would keep the socket open, and with it the address in use: who connects
// after this process has ended would wait for an answer that never comes. So such a child closes
// it.
class Listener {
 public:
  explicit Listener(UniqueFd socket);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { Close(); }

  // The socket; -1 once it is closed.
  [[nodiscard]] int get() const { return socket_.get(); }
  [[nodiscard]] bool is_open() const { return static_cast<bool>(socket_); }
  // Nobody can connect any more, through whatever copy of the socket.
  void Close() noexcept;

 private:
  UniqueFd socket_;
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_LISTENER_H_
