// A thread of the library's own: detached, and deaf to the program's signals.
#ifndef FERRY_COMM_QUIET_THREAD_H_
#define FERRY_COMM_QUIET_THREAD_H_

#include <csignal>
#include <functional>
#include <thread>
#include <utility>

namespace ferry::comm {

// Runs `body` on a thread that nothing waits for at process exit. Throws std::system_error when
// the system refuses a thread.
inline void StartQuietThread(std::function<void()> body) {
  // The program's signal handlers know nothing of this thread; it inherits the mask.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  struct Restore {
    const sigset_t& mask;
    ~Restore() { pthread_sigmask(SIG_SETMASK, &mask, nullptr); }
  } const restore{before};
  std::thread(std::move(body)).detach();
}

}  // namespace ferry::comm

#endif  // FERRY_COMM_QUIET_THREAD_H_
