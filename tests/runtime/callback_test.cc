// Host callbacks in stream order.
#include <acl/acl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

std::uint64_t ThisThread() {
  return static_cast<std::uint64_t>(pthread_self());
}

void CountUp(void* user_data) {
  ++*static_cast<std::atomic<int>*>(user_data);
}

class CallbackTest : public ::testing::Test {
 protected:
  const OnDevice here_{0};
  const aclrtStream stream_ = NewStream();
  std::atomic<int> calls_{0};
};

TEST_F(CallbackTest, AThreadThatServesRunsThemInOrder) {
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> id{0};
  std::thread server([&] {
    id = ThisThread();
    while (!over) (void)aclrtProcessReport(10);
  });
  while (id == 0) std::this_thread::yield();
  EXPECT_EQ(aclrtSubscribeReport(id, stream_), ACL_SUCCESS);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(aclrtLaunchCallback(CountUp, &calls_, ACL_CALLBACK_BLOCK, stream_), ACL_SUCCESS);
  }
  EXPECT_EQ(aclrtSynchronizeStream(stream_), ACL_SUCCESS);
  EXPECT_EQ(calls_, 10);
  EXPECT_EQ(aclrtUnSubscribeReport(id, stream_), ACL_SUCCESS);
  over = true;
  server.join();
}

TEST_F(CallbackTest, OneWithoutBlockingDoesNotHoldTheStream) {
  EXPECT_EQ(aclrtSubscribeReport(ThisThread(), stream_), ACL_SUCCESS);
  EXPECT_EQ(aclrtLaunchCallback(CountUp, &calls_, ACL_CALLBACK_NO_BLOCK, stream_), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeStream(stream_), ACL_SUCCESS);
  EXPECT_EQ(calls_, 0);
  EXPECT_EQ(aclrtProcessReport(-1), ACL_SUCCESS);
  EXPECT_EQ(calls_, 1);
  ExpectFailure(aclrtProcessReport(1), ACL_ERROR_RT_WAIT_TIMEOUT, {"aclrtProcessReport: ", "1 ms"});
  EXPECT_EQ(aclrtUnSubscribeReport(ThisThread(), stream_), ACL_SUCCESS);
}

// What a blocking callback must not do: wait for the stream that waits for it.
struct WaitsForItself {
  aclrtStream stream;
  aclrtEvent event;  // to be recorded behind the callback
  std::vector<aclError> answers;
};

void WaitForOwnStream(void* user_data) {
  auto& self = *static_cast<WaitsForItself*>(user_data);
  const char* const why = "called from a callback that the stream waits for";
  ExpectFailure(aclrtSynchronizeStream(self.stream), ACL_ERROR_RT_PARAM_INVALID, {why});
  ExpectFailure(aclrtDestroyStream(self.stream), ACL_ERROR_RT_PARAM_INVALID, {why});
  ExpectFailure(aclrtSynchronizeEvent(self.event), ACL_ERROR_RT_PARAM_INVALID, {why});
  ExpectFailure(aclrtSynchronizeDevice(), ACL_ERROR_RT_PARAM_INVALID, {why});
  ExpectFailure(aclrtResetDevice(0), ACL_ERROR_RT_PARAM_INVALID, {why});
  self.answers.push_back(aclrtSynchronizeStreamWithTimeout(self.stream, 1));
}

TEST_F(CallbackTest, ABlockingOneIsRefusedToWaitForItsOwnStream) {
  WaitsForItself self{stream_, nullptr, {}};
  ASSERT_EQ(aclrtCreateEvent(&self.event), ACL_SUCCESS);
  EXPECT_EQ(aclrtSubscribeReport(ThisThread(), stream_), ACL_SUCCESS);
  EXPECT_EQ(aclrtLaunchCallback(WaitForOwnStream, &self, ACL_CALLBACK_BLOCK, stream_), ACL_SUCCESS);
  EXPECT_EQ(aclrtRecordEvent(self.event, stream_), ACL_SUCCESS);
  EXPECT_EQ(aclrtProcessReport(-1), ACL_SUCCESS);
  EXPECT_EQ(self.answers, std::vector<aclError>{ACL_ERROR_RT_STREAM_SYNC_TIMEOUT});
  // All of it stands, and outside the callback it may be waited for.
  EXPECT_EQ(aclrtSynchronizeStream(stream_), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeEvent(self.event), ACL_SUCCESS);
  EXPECT_EQ(aclrtDestroyEvent(self.event), ACL_SUCCESS);
  EXPECT_EQ(aclrtUnSubscribeReport(ThisThread(), stream_), ACL_SUCCESS);
}

void WaitForOwnContext(void* context) {
  ExpectFailure(aclrtDestroyContext(context), ACL_ERROR_RT_PARAM_INVALID,
                {"called from a callback that the stream waits for"});
}

TEST_F(CallbackTest, ABlockingOneIsRefusedToEndTheContextOfItsStream) {
  aclrtContext context = nullptr;
  ASSERT_EQ(aclrtCreateContext(&context, 0), ACL_SUCCESS);
  EXPECT_EQ(aclrtSubscribeReport(ThisThread(), nullptr), ACL_SUCCESS);
  EXPECT_EQ(aclrtLaunchCallback(WaitForOwnContext, context, ACL_CALLBACK_BLOCK, nullptr),
            ACL_SUCCESS);
  EXPECT_EQ(aclrtProcessReport(-1), ACL_SUCCESS);
  EXPECT_EQ(aclrtUnSubscribeReport(ThisThread(), nullptr), ACL_SUCCESS);
  EXPECT_EQ(aclrtDestroyContext(context), ACL_SUCCESS);
}

TEST_F(CallbackTest, NothingGoesWithoutASubscription) {
  ExpectFailure(aclrtLaunchCallback(CountUp, &calls_, ACL_CALLBACK_BLOCK, stream_),
                ACL_ERROR_RT_STREAM_NO_CB_REG, {"aclrtLaunchCallback: stream has no"});
  ExpectFailure(aclrtUnSubscribeReport(ThisThread(), stream_), ACL_ERROR_RT_STREAM_NO_CB_REG,
                {"threadId is " + std::to_string(ThisThread())});
  ExpectFailure(aclrtProcessReport(1), ACL_ERROR_RT_STREAM_NO_CB_REG, {"serves no stream"});
}

TEST_F(CallbackTest, AStreamHasOneThreadAndAThreadOneStream) {
  const aclrtStream other = NewStream();
  EXPECT_EQ(aclrtSubscribeReport(ThisThread(), stream_), ACL_SUCCESS);
  ExpectFailure(aclrtSubscribeReport(ThisThread() + 1, stream_), ACL_ERROR_RT_STREAM_SUBSCRIBE,
                {"aclrtSubscribeReport: stream has a callback thread"});
  ExpectFailure(aclrtSubscribeReport(ThisThread(), other), ACL_ERROR_RT_THREAD_SUBSCRIBE,
                {"threadId is "});
  EXPECT_EQ(aclrtUnSubscribeReport(ThisThread(), stream_), ACL_SUCCESS);
}

TEST_F(CallbackTest, ArgumentsAreChecked) {
  ExpectFailure(aclrtLaunchCallback(nullptr, nullptr, ACL_CALLBACK_BLOCK, stream_),
                ACL_ERROR_INVALID_PARAM, {"fn is null"});
  ExpectFailure(aclrtLaunchCallback(CountUp, nullptr, Odd<aclrtCallbackBlockType>(2), stream_),
                ACL_ERROR_RT_PARAM_INVALID, {"blockType is 2; must be 0"});
  ExpectFailure(aclrtProcessReport(-2), ACL_ERROR_RT_PARAM_INVALID, {"timeout is -2 ms"});
  const aclrtEvent event = NewEvent();
  ExpectFailure(aclrtSubscribeReport(1, event), ACL_ERROR_RT_INVALID_HANDLE, {"stream is 0x"});
  ExpectFailure(aclrtUnSubscribeReport(1, event), ACL_ERROR_RT_INVALID_HANDLE, {"stream is 0x"});
  ExpectFailure(aclrtLaunchCallback(CountUp, nullptr, ACL_CALLBACK_BLOCK, event),
                ACL_ERROR_RT_INVALID_HANDLE, {"stream is 0x"});
  EXPECT_EQ(aclrtDestroyEvent(event), ACL_SUCCESS);
}

}  // namespace
}  // namespace ferry::runtime_test
