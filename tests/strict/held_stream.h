// A stream whose work waits until the test lets it go.
#ifndef FERRY_TESTS_STRICT_HELD_STREAM_H_
#define FERRY_TESTS_STRICT_HELD_STREAM_H_

#include <acl/acl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "support/recent_message.h"

namespace ferry::support {

// A stream that stands still as long as its callback does not return.
class HeldStream {
 public:
  HeldStream() {
    EXPECT_EQ(aclrtCreateStream(&stream_), 0);
    server_ = std::thread([this] {
      while (!served_) (void)aclrtProcessReport(100);
    });
    EXPECT_EQ(aclrtSubscribeReport(server_.native_handle(), stream_), 0);
    EXPECT_EQ(aclrtLaunchCallback(&Wait, this, ACL_CALLBACK_BLOCK, stream_), 0);
  }
  HeldStream(const HeldStream&) = delete;
  HeldStream& operator=(const HeldStream&) = delete;
  ~HeldStream() {
    LetGo();
    EXPECT_EQ(aclrtDestroyStream(stream_), 0);
    server_.join();
  }

  void LetGo() { EXPECT_EQ(Finish(), 0) << RecentMessage(); }
  // Lets go; what the synchronise says.
  [[nodiscard]] aclError Finish() {
    held_ = false;
    return aclrtSynchronizeStream(stream_);
  }
  [[nodiscard]] aclrtStream get() const { return stream_; }

 private:
  static void Wait(void* self) {
    auto& stream = *static_cast<HeldStream*>(self);
    while (stream.held_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    stream.served_ = true;
  }

  aclrtStream stream_ = nullptr;
  std::atomic<bool> held_{true};
  std::atomic<bool> served_{false};
  std::thread server_;
};

}  // namespace ferry::support

#endif  // FERRY_TESTS_STRICT_HELD_STREAM_H_
