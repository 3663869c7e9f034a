#include "fuzz/callback_thread.h"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace ferry::fuzz {
namespace {

// Relaxed where it is read again and again: it only says whether the thread should look for work.
std::atomic<bool> is_wanted{false};
std::atomic<std::uint64_t> num_called{0};  // relaxed: nothing depends on it

[[noreturn]] void ProcessReports() {
  constexpr auto kPause = std::chrono::microseconds(100);
  while (true) {
    is_wanted.wait(false);
    // Most of the time it serves no stream, which is an answer at once.
    if (aclrtProcessReport(1) != 0) std::this_thread::sleep_for(kPause);
  }
}

std::uint64_t StartThread() {
  std::thread thread(ProcessReports);
  const auto id = static_cast<std::uint64_t>(thread.native_handle());
  thread.detach();
  return id;
}

}  // namespace

std::uint64_t CallbackThreadId() {
  static const std::uint64_t id = StartThread();
  is_wanted.store(true, std::memory_order_relaxed);
  is_wanted.notify_one();
  return id;
}

void RestCallbackThread() {
  is_wanted.store(false, std::memory_order_relaxed);
}

std::uint64_t AnyThreadId(Session& session) {
  session.lent_own_thread = true;
  return session.data.ConsumeBool() ? static_cast<std::uint64_t>(pthread_self())
                                    : session.number_as<std::uint64_t>();
}

aclrtCallbackBlockType AnyBlockType(Session& session) {
  const auto type = static_cast<aclrtCallbackBlockType>(session.data.ConsumeIntegralInRange(0, 3));
  return type == ACL_CALLBACK_BLOCK && session.lent_own_thread ? ACL_CALLBACK_NO_BLOCK : type;
}

void CountCallback(void* /*user_data*/) {
  num_called.fetch_add(1, std::memory_order_relaxed);
}

void WaitForStream(void* user_data) {
  static_cast<void>(aclrtSynchronizeStreamWithTimeout(user_data, kShortWait));
}

}  // namespace ferry::fuzz
