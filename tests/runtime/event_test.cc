// Events: record, wait, query, synchronise and measure.
#include <acl/acl.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

aclrtEventRecordedStatus StatusOf(aclrtEvent event) {
  aclrtEventRecordedStatus status = ACL_EVENT_RECORDED_STATUS_NOT_READY;
  EXPECT_EQ(aclrtQueryEventStatus(event, &status), ACL_SUCCESS);
  return status;
}

aclrtEventWaitStatus WaitStatusOf(aclrtEvent event) {
  aclrtEventWaitStatus status = ACL_EVENT_WAIT_STATUS_RESERVED;
  EXPECT_EQ(aclrtQueryEventWaitStatus(event, &status), ACL_SUCCESS);
  return status;
}

class EventTest : public ::testing::Test {
 protected:
  const OnDevice here_{0};
  const aclrtEvent event_ = NewEvent();
  const aclrtStream stream_ = NewStream();
};

TEST(Event, WantsAContextAndAPlaceForTheHandle) {
  aclrtEvent event = nullptr;
  ExpectFailure(aclrtCreateEvent(&event), ACL_ERROR_RT_CONTEXT_NULL, {"aclrtCreateEvent: "});
  const OnDevice here(0);
  ExpectFailure(aclrtCreateEvent(nullptr), ACL_ERROR_INVALID_PARAM, {"event is null"});
  ExpectFailure(aclrtCreateEventWithFlag(nullptr, 0), ACL_ERROR_INVALID_PARAM, {"event is null"});
  ExpectFailure(aclrtCreateEventExWithFlag(nullptr, 0), ACL_ERROR_INVALID_PARAM, {"event is null"});
  EXPECT_EQ(aclrtCreateEventWithFlag(&event, ACL_EVENT_TIME_LINE), ACL_SUCCESS);
  EXPECT_EQ(aclrtDestroyEvent(event), ACL_SUCCESS);
  EXPECT_EQ(aclrtCreateEventExWithFlag(&event, ACL_EVENT_SYNC), ACL_SUCCESS);
  EXPECT_EQ(aclrtDestroyEvent(event), ACL_SUCCESS);
}

// Every function that takes an event, with a bad one.
void ExpectRefusedEverywhere(void* bad, aclrtEvent good, aclrtStream stream, aclError code) {
  aclrtEventRecordedStatus recorded = ACL_EVENT_RECORDED_STATUS_NOT_READY;
  aclrtEventWaitStatus waited = ACL_EVENT_WAIT_STATUS_RESERVED;
  float ms = 0;
  ExpectFailure(aclrtDestroyEvent(bad), code, {"aclrtDestroyEvent: event is "});
  ExpectFailure(aclrtRecordEvent(bad, stream), code, {"event is "});
  ExpectFailure(aclrtResetEvent(bad, stream), code, {"event is "});
  ExpectFailure(aclrtStreamWaitEvent(stream, bad), code, {"event is "});
  ExpectFailure(aclrtQueryEventStatus(bad, &recorded), code, {"event is "});
  ExpectFailure(aclrtQueryEventWaitStatus(bad, &waited), code, {"event is "});
  ExpectFailure(aclrtSynchronizeEvent(bad), code, {"event is "});
  ExpectFailure(aclrtSynchronizeEventWithTimeout(bad, 1), code, {"event is "});
  ExpectFailure(aclrtEventElapsedTime(&ms, bad, good), code, {"startEvent is "});
  ExpectFailure(aclrtEventElapsedTime(&ms, good, bad), code, {"endEvent is "});
}

TEST_F(EventTest, NullAndUnknownHandlesAreRefusedEverywhere) {
  const aclrtEvent good = NewEvent();
  EXPECT_EQ(aclrtRecordEvent(good, stream_), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeEvent(good), ACL_SUCCESS);
  ExpectRefusedEverywhere(nullptr, good, stream_, ACL_ERROR_INVALID_PARAM);
  ExpectRefusedEverywhere(stream_, good, stream_, ACL_ERROR_RT_INVALID_HANDLE);
  ASSERT_EQ(aclrtDestroyEvent(event_), ACL_SUCCESS);
  ExpectRefusedEverywhere(event_, good, stream_, ACL_ERROR_RT_INVALID_HANDLE);
  EXPECT_EQ(aclrtDestroyEvent(good), ACL_SUCCESS);
}

TEST_F(EventTest, OutputsAreMandatory) {
  ExpectFailure(aclrtQueryEventStatus(event_, nullptr), ACL_ERROR_INVALID_PARAM,
                {"status is null"});
  ExpectFailure(aclrtQueryEventWaitStatus(event_, nullptr), ACL_ERROR_INVALID_PARAM,
                {"status is null"});
  ExpectFailure(aclrtEventElapsedTime(nullptr, event_, event_), ACL_ERROR_INVALID_PARAM,
                {"ms is null"});
}

TEST_F(EventTest, IsRecordedInStreamOrderAndReset) {
  EXPECT_EQ(StatusOf(event_), ACL_EVENT_RECORDED_STATUS_NOT_READY);
  const BlockedStream blocked;
  EXPECT_EQ(aclrtRecordEvent(event_, blocked.get()), ACL_SUCCESS);
  EXPECT_EQ(StatusOf(event_), ACL_EVENT_RECORDED_STATUS_NOT_READY);
  ExpectFailure(aclrtSynchronizeEventWithTimeout(event_, 1), ACL_ERROR_RT_EVENT_SYNC_TIMEOUT,
                {"aclrtSynchronizeEventWithTimeout: ", "1 ms"});
  BlockedStream::Release();
  EXPECT_EQ(aclrtSynchronizeEventWithTimeout(event_, 30'000), ACL_SUCCESS);
  EXPECT_EQ(StatusOf(event_), ACL_EVENT_RECORDED_STATUS_COMPLETE);
  EXPECT_EQ(aclrtResetEvent(event_, blocked.get()), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeStream(blocked.get()), ACL_SUCCESS);
  EXPECT_EQ(StatusOf(event_), ACL_EVENT_RECORDED_STATUS_NOT_READY);
}

TEST_F(EventTest, TimesBelowMinusOneAreRefused) {
  ExpectFailure(aclrtSynchronizeEventWithTimeout(event_, -2), ACL_ERROR_RT_PARAM_INVALID,
                {"timeout is -2 ms"});
}

TEST_F(EventTest, AWaitWithoutLimitIsForARecordThatAnotherThreadMakes) {
  const std::function<aclError()> waits[] = {
      [&] { return aclrtSynchronizeEvent(event_); },
      [&] { return aclrtSynchronizeEventWithTimeout(event_, -1); }};
  for (const auto& wait : waits) {
    std::thread recorder([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      EXPECT_EQ(aclrtRecordEvent(event_, stream_), ACL_SUCCESS);
    });
    EXPECT_EQ(wait(), ACL_SUCCESS);
    EXPECT_EQ(StatusOf(event_), ACL_EVENT_RECORDED_STATUS_COMPLETE);
    recorder.join();
    EXPECT_EQ(aclrtResetEvent(event_, stream_), ACL_SUCCESS);
    EXPECT_EQ(aclrtSynchronizeStream(stream_), ACL_SUCCESS);
  }
}

TEST_F(EventTest, HoldsALaterTaskOfAnotherStream) {
  std::array<unsigned char, 4> bytes{};
  const BlockedStream blocked;
  EXPECT_EQ(aclrtRecordEvent(event_, blocked.get()), ACL_SUCCESS);
  EXPECT_EQ(aclrtStreamWaitEvent(stream_, event_), ACL_SUCCESS);
  EXPECT_EQ(aclrtMemsetAsync(bytes.data(), 4, 7, 4, stream_), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(stream_, 20), ACL_ERROR_RT_STREAM_SYNC_TIMEOUT);
  EXPECT_EQ(WaitStatusOf(event_), ACL_EVENT_WAIT_STATUS_NOT_READY);
  BlockedStream::Release();
  EXPECT_EQ(aclrtSynchronizeStream(stream_), ACL_SUCCESS);
  EXPECT_EQ(bytes[0], 7);
  EXPECT_EQ(WaitStatusOf(event_), ACL_EVENT_WAIT_STATUS_COMPLETE);
}

TEST_F(EventTest, MayBeDestroyedWhileAStreamWaitsForIt) {
  const BlockedStream blocked;
  EXPECT_EQ(aclrtRecordEvent(event_, blocked.get()), ACL_SUCCESS);
  EXPECT_EQ(aclrtStreamWaitEvent(stream_, event_), ACL_SUCCESS);
  EXPECT_EQ(aclrtDestroyEvent(event_), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(stream_, 20), ACL_ERROR_RT_STREAM_SYNC_TIMEOUT);
  BlockedStream::Release();
  EXPECT_EQ(aclrtSynchronizeStream(stream_), ACL_SUCCESS);
}

TEST_F(EventTest, ADroppedRecordLetsWaitersGoButRecordsNothing) {
  const BlockedStream blocked;
  EXPECT_EQ(aclrtRecordEvent(event_, blocked.get()), ACL_SUCCESS);
  EXPECT_EQ(aclrtStreamWaitEvent(stream_, event_), ACL_SUCCESS);
  EXPECT_EQ(aclrtStreamAbort(blocked.get()), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(stream_, 30'000), ACL_SUCCESS);
  EXPECT_EQ(StatusOf(event_), ACL_EVENT_RECORDED_STATUS_NOT_READY);
  float ms = 0;
  ExpectFailure(aclrtEventElapsedTime(&ms, event_, event_), ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID,
                {"startEvent is 0x", "not recorded"});
  EXPECT_EQ(aclrtSynchronizeEvent(event_), ACL_SUCCESS) << "nobody waits for what was dropped";
  EXPECT_EQ(aclrtSynchronizeStream(blocked.get()), ACL_ERROR_RT_STREAM_ABORT);
}

// Failure mode 1 drops what stands behind a failure, records too.
TEST_F(EventTest, ARecordBehindAFailureIsNotRecordedWhereTheStreamStops) {
  void* memory = nullptr;
  ASSERT_EQ(aclrtMalloc(&memory, 64, ACL_MEM_MALLOC_HUGE_FIRST), ACL_SUCCESS);
  ASSERT_EQ(aclrtSetStreamFailureMode(stream_, ACL_STOP_ON_FAILURE), ACL_SUCCESS);
  QueueFailure(memory, stream_);
  EXPECT_EQ(aclrtRecordEvent(event_, stream_), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeStream(stream_), kQueuedFailure);
  EXPECT_EQ(StatusOf(event_), ACL_EVENT_RECORDED_STATUS_NOT_READY);
}

TEST_F(EventTest, DoesNotCollectErrors) {
  void* memory = nullptr;
  ASSERT_EQ(aclrtMalloc(&memory, 64, ACL_MEM_MALLOC_HUGE_FIRST), ACL_SUCCESS);
  QueueFailure(memory, stream_);
  EXPECT_EQ(aclrtRecordEvent(event_, stream_), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeEvent(event_), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeStream(stream_), kQueuedFailure);
}

TEST_F(EventTest, ElapsedTimeIsInMillisecondsAndInOrder) {
  const aclrtEvent later = NewEvent();
  float ms = -1;
  ExpectFailure(aclrtEventElapsedTime(&ms, event_, later), ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID,
                {"startEvent is 0x", "not recorded"});
  const BlockedStream blocked;
  EXPECT_EQ(aclrtRecordEvent(event_, stream_), ACL_SUCCESS);
  EXPECT_EQ(aclrtRecordEvent(later, blocked.get()), ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(blocked.get(), 20), ACL_ERROR_RT_STREAM_SYNC_TIMEOUT);
  ExpectFailure(aclrtEventElapsedTime(&ms, event_, later), ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID,
                {"endEvent is 0x", "not recorded"});
  EXPECT_EQ(aclrtSynchronizeEvent(event_), ACL_SUCCESS);
  BlockedStream::Release();
  EXPECT_EQ(aclrtSynchronizeEvent(later), ACL_SUCCESS);
  EXPECT_EQ(aclrtEventElapsedTime(&ms, event_, later), ACL_SUCCESS);
  EXPECT_GE(ms, 0.0f);
  EXPECT_LT(ms, 60'000.0f);
  ExpectFailure(aclrtEventElapsedTime(&ms, later, event_), ACL_ERROR_RT_EVENT_TIMESTAMP_REVERSAL,
                {"endEvent was recorded before startEvent"});
  EXPECT_EQ(aclrtDestroyEvent(later), ACL_SUCCESS);
}

}  // namespace
}  // namespace ferry::runtime_test
