// Streams and threads that wait for an event.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>

#include "runtime/blocking_callback.h"
#include "runtime/event.h"
#include "runtime/held_stream_for_tests.h"

namespace ferry::runtime {
namespace {

using std::chrono::milliseconds;

TEST(EventWait, HoldsLaterWorkUntilTheRecordIsReached) {
  HeldStream first;
  Stream second(0);
  const auto event = NewEvent();
  event->Record(*first);
  event->WaitOn(second);
  EXPECT_FALSE(event->HasNoWaiters());
  EXPECT_FALSE(second.Drain(milliseconds(20)));
  first.LetGo();
  EXPECT_TRUE(second.Drain(kForEver));
  EXPECT_TRUE(event->HasNoWaiters());
}

TEST(EventWait, WaitsForNothingWithoutARecord) {
  Stream stream(0);
  HeldStream other;
  const auto event = NewEvent();
  event->WaitOn(stream);
  event->Record(*other);  // too late to be waited for
  EXPECT_TRUE(stream.Drain(kForEver));
}

TEST(EventWait, IsForTheLatestRecordAtTheTimeOfTheCall) {
  HeldStream first;
  HeldStream later;
  Stream waiting(0);
  const auto event = NewEvent();
  event->Record(*first);
  event->WaitOn(waiting);
  event->Record(*later);
  first.LetGo();
  EXPECT_TRUE(waiting.Drain(kForEver)) << "it must not wait for the record queued later";
}

TEST(EventWait, IsNotEndedByALaterRecordOfAFasterStream) {
  HeldStream slow;
  Stream fast(0);
  Stream waiting(0);
  const auto event = NewEvent();
  event->Record(*slow);
  event->WaitOn(waiting);
  event->Record(fast);
  ASSERT_TRUE(fast.Drain(kForEver));
  EXPECT_FALSE(waiting.Drain(milliseconds(20))) << "the slow stream's work is not done";
  slow.LetGo();
  EXPECT_TRUE(waiting.Drain(kForEver));
}

TEST(EventWait, IsNotEndedByAReset) {
  HeldStream slow;
  Stream fast(0);
  Stream waiting(0);
  const auto event = NewEvent();
  event->Record(*slow);
  event->WaitOn(waiting);
  event->Reset(fast);
  ASSERT_TRUE(fast.Drain(kForEver));
  EXPECT_FALSE(waiting.Drain(milliseconds(20)));
  slow.LetGo();
  EXPECT_TRUE(waiting.Drain(kForEver));
}

TEST(EventWait, EndsWhenTheRecordIsDropped) {
  HeldStream recording;
  Stream waiting(0);
  const auto event = NewEvent();
  event->Record(*recording);
  event->WaitOn(waiting);
  recording->Abort();
  EXPECT_TRUE(waiting.Drain(kForEver));
}

TEST(EventWait, EndsWhenItsOwnStreamIsAborted) {
  HeldStream recording;
  Stream waiting(0);
  const auto event = NewEvent();
  event->Record(*recording);
  event->WaitOn(waiting);
  waiting.Abort();
  EXPECT_TRUE(waiting.Drain(kForEver));
  EXPECT_TRUE(event->HasNoWaiters());
}

TEST(EventWait, OutlivesTheHandleOfItsEvent) {
  HeldStream recording;
  Stream waiting(0);
  void* const handle = Events().Add(NewEvent());
  Events().Find(handle)->Record(*recording);
  Events().Find(handle)->WaitOn(waiting);
  EXPECT_NE(Events().Remove(handle), nullptr);
  EXPECT_FALSE(waiting.Drain(milliseconds(20)));
  recording.LetGo();
  EXPECT_TRUE(waiting.Drain(kForEver));
}

TEST(EventSynchronize, WaitsForTheRecord) {
  HeldStream stream;
  const auto event = NewEvent();
  event->Record(*stream);
  const Error late = ErrorOf([&] { event->Synchronize(milliseconds(20)); });
  EXPECT_EQ(late.code(), Code::kRtEventSyncTimeout);
  EXPECT_NE(late.message().find("20 ms"), std::string::npos) << late.message();
  std::thread later([&] { stream.LetGo(); });
  event->Synchronize(kForEver);
  EXPECT_TRUE(event->IsRecorded());
  later.join();
}

TEST(EventSynchronize, WaitsForARecordThatAnotherThreadMakes) {
  Stream stream(0);
  const auto event = NewEvent();
  const auto record_later = [&] {
    return std::thread([&] {
      std::this_thread::sleep_for(milliseconds(30));
      event->Record(stream);
    });
  };
  std::thread first = record_later();
  event->Synchronize(kForEver);
  EXPECT_TRUE(event->IsRecorded());
  first.join();
  event->Reset(stream);
  ASSERT_TRUE(stream.Drain(kForEver));
  std::thread second = record_later();
  event->Synchronize(kForEver);
  EXPECT_TRUE(event->IsRecorded()) << "a record before the reset does not count";
  second.join();
}

TEST(EventSynchronize, DoesNotWaitForARecordThatWasDropped) {
  HeldStream stream;
  const auto event = NewEvent();
  event->Record(*stream);
  stream->Abort();
  event->Synchronize(kForEver);
  EXPECT_NO_THROW(event->Synchronize(milliseconds(0)));
  EXPECT_FALSE(event->IsRecorded());
}

// The stream waits for this thread, so its record would wait for it too.
TEST(EventSynchronize, RefusesAWaitForTheStreamOfItsOwnCallback) {
  HeldStream stream;
  Stream other(0);
  const auto event = NewEvent();
  event->Record(*stream);
  {
    const BlockingCallback callback(&*stream);
    EXPECT_EQ(ErrorOf([&] { event->Synchronize(kForEver); }).code(), Code::kRtParamInvalid);
    EXPECT_EQ(ErrorOf([&] { event->Synchronize(milliseconds(5)); }).code(),
              Code::kRtEventSyncTimeout)
        << "a wait with an end is allowed";
    event->Record(other);
    EXPECT_NO_THROW(event->Synchronize(kForEver)) << "another stream does not wait";
  }
}

TEST(EventSynchronize, WaitsForAFutureRecordUntilTheTimeIsOver) {
  Stream stream(0);
  const auto event = NewEvent();
  EXPECT_EQ(ErrorOf([&] { event->Synchronize(milliseconds(5)); }).code(),
            Code::kRtEventSyncTimeout);
  std::thread later([&] { event->Record(stream); });
  EXPECT_NO_THROW(event->Synchronize(std::chrono::minutes(5)));
  later.join();
}

TEST(EventSynchronize, IsNotHeldUpByARecordQueuedMeanwhile) {
  HeldStream first;
  HeldStream second;
  const auto event = NewEvent();
  event->Record(*first);
  std::thread waiter([&] { event->Synchronize(kForEver); });
  first.LetGo();
  event->Record(*second);
  second.LetGo();
  waiter.join();
  EXPECT_TRUE(event->IsRecorded());
}

TEST(EventSynchronize, CollectsNoError) {
  Stream stream(0);
  const auto event = NewEvent();
  stream.Enqueue(FailWith(Code::kRtAicoreException, "pending"));
  event->Record(stream);
  EXPECT_NO_THROW(event->Synchronize(kForEver));
  EXPECT_EQ(ErrorOf([&] { stream.Synchronize(kForEver); }).message(), "pending");
}

}  // namespace
}  // namespace ferry::runtime
