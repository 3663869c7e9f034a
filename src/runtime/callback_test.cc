#include "runtime/callback.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>

#include "runtime/context.h"
#include "runtime/task_for_tests.h"

namespace ferry::runtime {
namespace {

using std::chrono::milliseconds;

constexpr Timeout kForEver = std::nullopt;

std::uint64_t ThisThread() {
  return static_cast<std::uint64_t>(pthread_self());
}

void Increment(void* number) {
  ++*static_cast<int*>(number);
}

// A stream whose callbacks the test's own thread runs.
class Callbacks : public ::testing::Test {
 protected:
  void SetUp() override { SubscribeCallbacks(ThisThread(), stream_); }
  void TearDown() override { EndCallbacks(stream_); }

  // Processes until there is nothing, which frees a thread of an ended stream too.
  static int ProcessAll() {
    int run = 0;
    while (ErrorOf([] { ProcessCallback(milliseconds(0)); }).code() == Code::kOk) ++run;
    return run;
  }

  const std::shared_ptr<Stream> stream_ = std::make_shared<Stream>(0);
};

TEST_F(Callbacks, RunOnTheSubscribedThreadInStreamOrder) {
  int calls = 0;
  Journal journal;
  stream_->Enqueue(Note("before", journal));
  LaunchCallback(Increment, &calls, /*block=*/false, stream_);
  EXPECT_TRUE(stream_->Drain(kForEver));
  EXPECT_EQ(calls, 0) << "nobody has processed it";
  ProcessCallback(kForEver);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(journal.lines().size(), 1U);
}

TEST_F(Callbacks, HoldTheStreamWhenTheyBlock) {
  int calls = 0;
  LaunchCallback(Increment, &calls, /*block=*/true, stream_);
  EXPECT_FALSE(stream_->Drain(milliseconds(20)));
  ProcessCallback(kForEver);
  EXPECT_TRUE(stream_->Drain(kForEver));
  EXPECT_EQ(calls, 1);
}

TEST_F(Callbacks, LetTheStreamGoOnWhenTheyDoNotBlock) {
  int calls = 0;
  for (int i = 0; i < 3; ++i) LaunchCallback(Increment, &calls, /*block=*/false, stream_);
  EXPECT_TRUE(stream_->Drain(kForEver));
  EXPECT_EQ(ProcessAll(), 3);
  EXPECT_EQ(calls, 3);
}

TEST_F(Callbacks, GoOnAfterOneThatThrows) {
  LaunchCallback([](void*) { throw std::runtime_error("from a callback"); }, nullptr,
                 /*block=*/true, stream_);
  EXPECT_THROW(ProcessCallback(kForEver), std::runtime_error);
  EXPECT_TRUE(stream_->Drain(kForEver));
}

TEST_F(Callbacks, AreWaitedForUntilTheTimeIsOver) {
  const Error late = ErrorOf([] { ProcessCallback(milliseconds(20)); });
  EXPECT_EQ(late.code(), Code::kRtWaitTimeout);
  EXPECT_NE(late.message().find("20 ms"), std::string::npos) << late.message();
}

TEST_F(Callbacks, AreTakenBackWhenTheirStreamIsAborted) {
  int calls = 0;
  LaunchCallback(Increment, &calls, /*block=*/true, stream_);
  EXPECT_FALSE(stream_->Drain(milliseconds(20)));
  stream_->Abort();
  EXPECT_TRUE(stream_->Drain(kForEver));
  EXPECT_EQ(ProcessAll(), 0);
  EXPECT_EQ(calls, 0);
}

TEST_F(Callbacks, AreGivenUpWhenTheThreadIsUnsubscribed) {
  int calls = 0;
  LaunchCallback(Increment, &calls, /*block=*/true, stream_);
  UnsubscribeCallbacks(ThisThread(), stream_);
  EXPECT_TRUE(stream_->Drain(kForEver));
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(ErrorOf([] { ProcessCallback(milliseconds(0)); }).code(),
            Code::kRtStreamNoCallbackRegistered);
}

TEST_F(Callbacks, RunStillAfterTheirStreamHasEnded) {
  int calls = 0;
  LaunchCallback(Increment, &calls, /*block=*/false, stream_);
  EXPECT_TRUE(stream_->Destroy(/*force=*/false));
  EndCallbacks(stream_);
  EXPECT_EQ(ProcessAll(), 1);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(ErrorOf([] { ProcessCallback(kForEver); }).code(), Code::kRtStreamNoCallbackRegistered);
}

TEST_F(Callbacks, EndForAThreadThatWaitsWhenTheStreamIsDestroyed) {
  void* const handle = Streams().Add(std::make_shared<Stream>(0));
  const auto stream = Streams().Find(handle);
  Gate subscribed;
  Code ended_with = Code::kOk;
  std::thread thread([&] {
    SubscribeCallbacks(ThisThread(), stream);
    subscribed.Open();
    ended_with = ErrorOf([] { ProcessCallback(kForEver); }).code();
  });
  subscribed.Pass();
  EXPECT_TRUE(DestroyStream(handle, /*force=*/false));
  thread.join();
  EXPECT_EQ(ended_with, Code::kRtStreamNoCallbackRegistered);
}

TEST_F(Callbacks, HaveOneThreadAStream) {
  const Error error = ErrorOf([&] { SubscribeCallbacks(ThisThread() + 1, stream_); });
  EXPECT_EQ(error.code(), Code::kRtStreamSubscribe);
}

TEST_F(Callbacks, HaveOneStreamAThread) {
  const auto other = std::make_shared<Stream>(0);
  const Error error = ErrorOf([&] { SubscribeCallbacks(ThisThread(), other); });
  EXPECT_EQ(error.code(), Code::kRtThreadSubscribe);
  EndCallbacks(stream_);
  EXPECT_NO_THROW(SubscribeCallbacks(ThisThread(), other)) << "the first stream has ended";
  EndCallbacks(other);
}

TEST_F(Callbacks, NeedTheRightThreadToBeUnsubscribed) {
  EXPECT_EQ(ErrorOf([&] { UnsubscribeCallbacks(ThisThread() + 1, stream_); }).code(),
            Code::kRtStreamNoCallbackRegistered);
  const auto other = std::make_shared<Stream>(0);
  EXPECT_EQ(ErrorOf([&] { UnsubscribeCallbacks(ThisThread(), other); }).code(),
            Code::kRtStreamNoCallbackRegistered);
}

TEST_F(Callbacks, AreRefusedWithoutAThread) {
  const auto other = std::make_shared<Stream>(0);
  int calls = 0;
  EXPECT_EQ(ErrorOf([&] { LaunchCallback(Increment, &calls, false, other); }).code(),
            Code::kRtStreamNoCallbackRegistered);
  Code elsewhere = Code::kOk;
  std::thread([&] { elsewhere = ErrorOf([] { ProcessCallback(milliseconds(0)); }).code(); }).join();
  EXPECT_EQ(elsewhere, Code::kRtStreamNoCallbackRegistered);
}

TEST_F(Callbacks, AreAllRunByAThreadThatLoops) {
  constexpr int kCalls = 200;
  const auto stream = std::make_shared<Stream>(0);
  int calls = 0;  // only the thread changes it
  Gate subscribed;
  std::thread thread([&] {
    SubscribeCallbacks(ThisThread(), stream);
    subscribed.Open();
    while (ErrorOf([] { ProcessCallback(kForEver); }).code() == Code::kOk) {
    }
  });
  subscribed.Pass();
  for (int i = 0; i < kCalls; ++i) LaunchCallback(Increment, &calls, i % 2 == 0, stream);
  EXPECT_TRUE(stream->Destroy(/*force=*/false));
  EndCallbacks(stream);
  thread.join();
  EXPECT_EQ(calls, kCalls);
}

}  // namespace
}  // namespace ferry::runtime
