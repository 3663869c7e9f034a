// What an acl function answered, checked with its message.
#ifndef FERRY_TESTS_RUNTIME_ANSWERS_H_
#define FERRY_TESTS_RUNTIME_ANSWERS_H_

#include <acl/acl.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>

#include "support/recent_message.h"

namespace ferry::runtime_test {

using support::RecentMessage;

// The call failed with `code`, and this thread's message has every one of `parts`.
inline void ExpectFailure(aclError answer, aclError code,
                          std::initializer_list<std::string> parts) {
  const std::string message = RecentMessage();
  EXPECT_EQ(answer, code) << message;
  for (const std::string& part : parts) {
    EXPECT_NE(message.find(part), std::string::npos) << "'" << part << "' in: " << message;
  }
}

// A value that a C program can pass though the enumeration does not have it.
template <class Enum>
Enum Odd(std::int32_t value) {
  static_assert(sizeof(Enum) == sizeof value);
  Enum odd;
  std::memcpy(&odd, &value, sizeof value);
  return odd;
}

// Binds the thread to a device for the length of a test, and resets the device after it.
class OnDevice {
 public:
  explicit OnDevice(std::int32_t device) : device_(device) {
    EXPECT_EQ(aclrtSetDevice(device), ACL_SUCCESS);
  }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;
  ~OnDevice() { EXPECT_EQ(aclrtResetDeviceForce(device_), ACL_SUCCESS); }

 private:
  const std::int32_t device_;
};

inline aclrtStream NewStream() {
  aclrtStream stream = nullptr;
  EXPECT_EQ(aclrtCreateStream(&stream), ACL_SUCCESS);
  return stream;
}

inline aclrtEvent NewEvent() {
  aclrtEvent event = nullptr;
  EXPECT_EQ(aclrtCreateEvent(&event), ACL_SUCCESS);
  return event;
}

// A stream whose work stands still until Release; made and released on one thread, which serves one
// such stream at a time.
class BlockedStream {
 public:
  BlockedStream() : stream_(NewStream()) {
    EXPECT_EQ(aclrtSubscribeReport(static_cast<std::uint64_t>(pthread_self()), stream_),
              ACL_SUCCESS);
    EXPECT_EQ(aclrtLaunchCallback([](void*) {}, nullptr, ACL_CALLBACK_BLOCK, stream_), ACL_SUCCESS);
  }
  BlockedStream(const BlockedStream&) = delete;
  BlockedStream& operator=(const BlockedStream&) = delete;
  ~BlockedStream() {
    EXPECT_EQ(aclrtUnSubscribeReport(static_cast<std::uint64_t>(pthread_self()), stream_),
              ACL_SUCCESS);
    EXPECT_EQ(aclrtDestroyStream(stream_), ACL_SUCCESS);
  }

  [[nodiscard]] aclrtStream get() const { return stream_; }
  static void Release() { EXPECT_EQ(aclrtProcessReport(30'000), ACL_SUCCESS); }

 private:
  const aclrtStream stream_;
};

// Queues a task that fails with kQueuedFailure and whose message names aclrtMemsetAsync: it leaves
// `memory`, an allocation of far less than a megabyte.
inline constexpr aclError kQueuedFailure = ACL_ERROR_RT_PARAM_INVALID;
inline void QueueFailure(void* memory, aclrtStream stream) {
  constexpr std::size_t kTooMuch = std::size_t{1} << 20;
  EXPECT_EQ(aclrtMemsetAsync(memory, kTooMuch, 0, kTooMuch, stream), ACL_SUCCESS);
}

}  // namespace ferry::runtime_test

#endif  // FERRY_TESTS_RUNTIME_ANSWERS_H_
