// For tests of what happens behind work that has not ended yet.
#ifndef FERRY_RUNTIME_HELD_STREAM_FOR_TESTS_H_
#define FERRY_RUNTIME_HELD_STREAM_FOR_TESTS_H_

#include <gtest/gtest.h>

#include <memory>

#include "runtime/event.h"
#include "runtime/task_for_tests.h"

namespace ferry::runtime {

inline constexpr Timeout kForEver = std::nullopt;

inline std::shared_ptr<Event> NewEvent() {
  return std::make_shared<Event>();
}

// A stream that does not move until it is let go.
class HeldStream {
 public:
  HeldStream() {
    stream_.Enqueue(Hold(started_, end_));
    started_.Pass();
  }
  HeldStream(const HeldStream&) = delete;
  HeldStream& operator=(const HeldStream&) = delete;
  ~HeldStream() { LetGo(); }

  Stream& operator*() { return stream_; }
  Stream* operator->() { return &stream_; }
  void LetGo() {
    end_.Open();
    EXPECT_TRUE(stream_.Drain(kForEver));
  }

 private:
  Gate started_;
  Gate end_;
  Stream stream_{0};
};
}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_HELD_STREAM_FOR_TESTS_H_
