#include "comm/listener.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <set>
#include <utility>

namespace ferry::comm {
namespace {

struct Sockets {
  std::mutex mutex;
  std::set<int> open;  // guarded by mutex
};

void CloseInherited();

// Never destroyed. Forks wait for the lock, so that no child inherits it locked.
Sockets& TheSockets() {
  static auto* const sockets = [] {
    auto* const made = new Sockets;
    pthread_atfork([] { TheSockets().mutex.lock(); }, [] { TheSockets().mutex.unlock(); },
                   CloseInherited);
    return made;
  }();
  return *sockets;
}

// In the child, where the lock is held.
void CloseInherited() {
  Sockets& sockets = TheSockets();
  for (const int socket : sockets.open) ::close(socket);
  sockets.open.clear();
  sockets.mutex.unlock();
}

}  // namespace

Listener::Listener(UniqueFd socket) {
  Sockets& sockets = TheSockets();
  const std::lock_guard lock(sockets.mutex);
  if (socket) sockets.open.insert(socket.get());
  socket_ = std::move(socket);
}

void Listener::Close() noexcept {
  Sockets& sockets = TheSockets();
  const std::lock_guard lock(sockets.mutex);
  // A child has closed what it inherited: something else may have the number there.
  if (sockets.open.erase(socket_.get()) == 0) {
    (void)socket_.Release();
    return;
  }
  ::shutdown(socket_.get(), SHUT_RDWR);
  socket_.Reset();
}

}  // namespace ferry::comm
