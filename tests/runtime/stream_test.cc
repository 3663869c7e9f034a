// Streams: order, collecting, failure modes, abort and destruction.
#include <acl/acl.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

aclrtStreamStatus StatusOf(aclrtStream stream) {
  aclrtStreamStatus status = ACL_STREAM_STATUS_RESERVED;
  EXPECT_EQ(aclrtStreamQuery(stream, &status), ACL_SUCCESS);
  return status;
}

// A stream on a device, and memory that failing tasks leave.
class StreamTest : public ::testing::Test {
 protected:
  StreamTest() { EXPECT_EQ(aclrtMalloc(&memory_, 64, ACL_MEM_MALLOC_HUGE_FIRST), ACL_SUCCESS); }
  const OnDevice here_{0};
  void* memory_ = nullptr;
  const aclrtStream stream_ = NewStream();
};

TEST_F(StreamTest, IsMadeWithAnyPriorityAndFlags) {
  aclrtStream stream = nullptr;
  EXPECT_EQ(aclrtCreateStreamWithConfig(&stream, 7, ACL_STREAM_FAST_LAUNCH | ACL_STREAM_FAST_SYNC),
            ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeStream(stream), ACL_SUCCESS);
  EXPECT_EQ(aclrtDestroyStream(stream), ACL_SUCCESS);
  ExpectFailure(aclrtCreateStream(nullptr), ACL_ERROR_INVALID_PARAM, {"stream is null"});
  ExpectFailure(aclrtCreateStreamWithConfig(nullptr, 0, 0), ACL_ERROR_INVALID_PARAM,
                {"aclrtCreateStreamWithConfig: stream is null"});
}

TEST(Stream, WantsAContext) {
  aclrtStream stream = nullptr;
  ExpectFailure(aclrtCreateStream(&stream), ACL_ERROR_RT_CONTEXT_NULL, {"aclrtCreateStream: "});
  ExpectFailure(aclrtCreateStreamWithConfig(&stream, 0, 0), ACL_ERROR_RT_CONTEXT_NULL, {});
  ExpectFailure(aclrtSynchronizeStream(nullptr), ACL_ERROR_RT_CONTEXT_NULL, {});
}

TEST_F(StreamTest, AnUnknownHandleIsRefusedEverywhere) {
  ASSERT_EQ(aclrtDestroyStream(stream_), ACL_SUCCESS);
  aclrtStreamStatus status = ACL_STREAM_STATUS_RESERVED;
  const aclrtEvent event = NewEvent();
  for (void* const bad : {stream_, event, memory_}) {
    const auto expect_unknown = [](aclError answer) {
      ExpectFailure(answer, ACL_ERROR_RT_INVALID_HANDLE, {"stream is 0x", "no stream or one that"});
    };
    expect_unknown(aclrtDestroyStream(bad));
    expect_unknown(aclrtDestroyStreamForce(bad));
    expect_unknown(aclrtSynchronizeStream(bad));
    expect_unknown(aclrtSynchronizeStreamWithTimeout(bad, 1));
    expect_unknown(aclrtStreamQuery(bad, &status));
    expect_unknown(aclrtSetStreamFailureMode(bad, 0));
    expect_unknown(aclrtStreamAbort(bad));
    expect_unknown(aclrtMemsetAsync(memory_, 64, 0, 64, bad));
    expect_unknown(aclrtRecordEvent(event, bad));
    expect_unknown(aclrtStreamWaitEvent(bad, event));
  }
  EXPECT_EQ(aclrtDestroyEvent(event), ACL_SUCCESS);
}

TEST_F(StreamTest, DestroyWantsAHandle) {
  ExpectFailure(aclrtDestroyStream(nullptr), ACL_ERROR_INVALID_PARAM, {"stream is null"});
  ExpectFailure(aclrtDestroyStreamForce(nullptr), ACL_ERROR_INVALID_PARAM,
                {"aclrtDestroyStreamForce: stream is null"});
}

TEST_F(StreamTest, AFailureIsCollectedOnceByTheSynchronise) {
  QueueFailure(memory_, stream_);
  while (StatusOf(stream_) != ACL_STREAM_STATUS_COMPLETE) {
  }  // a query collects nothing
  EXPECT_EQ(aclGetRecentErrMsg(), nullptr);
  ExpectFailure(aclrtSynchronizeStream(stream_), kQueuedFailure, {"aclrtMemsetAsync: "});
  EXPECT_EQ(aclrtSynchronizeStream(stream_), ACL_SUCCESS);
}

TEST_F(StreamTest, AnotherStreamDoesNotCollectIt) {
  QueueFailure(memory_, stream_);
  const aclrtStream other = NewStream();
  EXPECT_EQ(aclrtSynchronizeStream(other), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(stream_, 30'000), kQueuedFailure);
}

TEST_F(StreamTest, FailureModeDecidesAboutWorkBehindAFailure) {
  for (const std::uint64_t mode : {ACL_CONTINUE_ON_FAILURE, ACL_STOP_ON_FAILURE}) {
    std::array<unsigned char, 4> bytes{};
    EXPECT_EQ(aclrtSetStreamFailureMode(stream_, mode), ACL_SUCCESS);
    QueueFailure(memory_, stream_);
    EXPECT_EQ(aclrtMemsetAsync(bytes.data(), 4, 7, 4, stream_), ACL_SUCCESS);
    EXPECT_EQ(aclrtSynchronizeStream(stream_), kQueuedFailure);
    EXPECT_EQ(bytes[0], mode == ACL_CONTINUE_ON_FAILURE ? 7 : 0);
    EXPECT_EQ(aclrtMemsetAsync(bytes.data(), 4, 9, 4, stream_), ACL_SUCCESS);
    EXPECT_EQ(aclrtSynchronizeStream(stream_), ACL_SUCCESS);
    EXPECT_EQ(bytes[3], 9);
  }
  ExpectFailure(aclrtSetStreamFailureMode(stream_, 2), ACL_ERROR_RT_PARAM_INVALID,
                {"aclrtSetStreamFailureMode: mode is 2; must be 0"});
}

TEST_F(StreamTest, ATimeOutLeavesTheWorkAndItsResult) {
  const BlockedStream blocked;
  EXPECT_EQ(StatusOf(blocked.get()), ACL_STREAM_STATUS_NOT_READY);
  QueueFailure(memory_, blocked.get());
  ExpectFailure(aclrtSynchronizeStreamWithTimeout(blocked.get(), 1),
                ACL_ERROR_RT_STREAM_SYNC_TIMEOUT,
                {"aclrtSynchronizeStreamWithTimeout: ", "1 ms", "still"});
  BlockedStream::Release();
  EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(blocked.get(), -1), kQueuedFailure);
  EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(blocked.get(), 0), ACL_SUCCESS);
  ExpectFailure(aclrtSynchronizeStreamWithTimeout(blocked.get(), -2), ACL_ERROR_RT_PARAM_INVALID,
                {"timeout is -2 ms; must be -1 (for ever) or more"});
}

TEST_F(StreamTest, QueryWantsAPlaceForTheStatus) {
  ExpectFailure(aclrtStreamQuery(stream_, nullptr), ACL_ERROR_INVALID_PARAM, {"status is null"});
}

TEST_F(StreamTest, AbortDropsWorkAndIsCollected) {
  std::array<unsigned char, 4> bytes{};
  const BlockedStream blocked;
  EXPECT_EQ(aclrtMemsetAsync(bytes.data(), 4, 7, 4, blocked.get()), ACL_SUCCESS);
  EXPECT_EQ(aclrtStreamAbort(blocked.get()), ACL_SUCCESS);
  ExpectFailure(aclrtSynchronizeStream(blocked.get()), ACL_ERROR_RT_STREAM_ABORT, {"abort"});
  EXPECT_EQ(bytes[0], 0);
  EXPECT_EQ(aclrtMemsetAsync(bytes.data(), 4, 7, 4, blocked.get()), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeStream(blocked.get()), ACL_SUCCESS);
  EXPECT_EQ(bytes[0], 7);
}

TEST_F(StreamTest, DestroyWaitsAndForceDrops) {
  std::array<unsigned char, 4> bytes{};
  EXPECT_EQ(aclrtMemsetAsync(bytes.data(), 4, 7, 4, stream_), ACL_SUCCESS);
  EXPECT_EQ(aclrtDestroyStream(stream_), ACL_SUCCESS);
  EXPECT_EQ(bytes[0], 7);

  const auto thread = static_cast<std::uint64_t>(pthread_self());
  const aclrtStream blocked = NewStream();
  EXPECT_EQ(aclrtSubscribeReport(thread, blocked), ACL_SUCCESS);
  EXPECT_EQ(aclrtLaunchCallback([](void*) {}, nullptr, ACL_CALLBACK_BLOCK, blocked), ACL_SUCCESS);
  EXPECT_EQ(aclrtMemsetAsync(bytes.data(), 4, 9, 4, blocked), ACL_SUCCESS);
  EXPECT_EQ(aclrtDestroyStreamForce(blocked), ACL_SUCCESS);
  EXPECT_EQ(bytes[0], 7);
  const BlockedStream next;  // the thread serves no stream any more
  BlockedStream::Release();
}

}  // namespace
}  // namespace ferry::runtime_test
