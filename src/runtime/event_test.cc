#include "runtime/event.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>

#include "runtime/task_for_tests.h"

namespace ferry::runtime {
namespace {

using std::chrono::milliseconds;

constexpr Timeout kForEver = std::nullopt;

std::shared_ptr<Event> NewEvent() {
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

TEST(Event, IsNotRecordedAtFirst) {
  const auto event = NewEvent();
  EXPECT_FALSE(event->IsRecorded());
  EXPECT_TRUE(event->HasNoWaiters());
  EXPECT_FALSE(event->RecordedAt().has_value());
}

TEST(Event, IsRecordedWhenItsStreamGetsThere) {
  HeldStream stream;
  const auto event = NewEvent();
  event->Record(*stream);
  EXPECT_FALSE(event->IsRecorded());
  stream.LetGo();
  EXPECT_TRUE(event->IsRecorded());
}

TEST(Event, IsNotRecordedWhileANewerRecordIsQueued) {
  HeldStream slow;
  Stream fast(0);
  const auto event = NewEvent();
  event->Record(fast);
  ASSERT_TRUE(fast.Drain(kForEver));
  EXPECT_TRUE(event->IsRecorded());
  event->Record(*slow);
  EXPECT_FALSE(event->IsRecorded());
  EXPECT_FALSE(event->RecordedAt().has_value());
  slow.LetGo();
  EXPECT_TRUE(event->IsRecorded());
}

TEST(Event, IsNotRecordedAfterAReset) {
  Stream stream(0);
  const auto event = NewEvent();
  event->Record(stream);
  event->Reset(stream);
  ASSERT_TRUE(stream.Drain(kForEver));
  EXPECT_FALSE(event->IsRecorded());
  event->Record(stream);
  ASSERT_TRUE(stream.Drain(kForEver));
  EXPECT_TRUE(event->IsRecorded());
}

TEST(Event, KeepsItsRecordUntilAStreamPassesTheReset) {
  HeldStream slow;
  Stream fast(0);
  const auto event = NewEvent();
  event->Record(fast);
  event->Reset(*slow);
  ASSERT_TRUE(fast.Drain(kForEver));
  EXPECT_TRUE(event->IsRecorded());
  slow.LetGo();
  EXPECT_FALSE(event->IsRecorded());
}

TEST(Event, IsNotChangedByAnOlderMarkOfASlowerStream) {
  HeldStream slow;
  Stream fast(0);
  const auto event = NewEvent();
  event->Record(*slow);
  event->Reset(fast);
  ASSERT_TRUE(fast.Drain(kForEver));
  slow.LetGo();
  EXPECT_FALSE(event->IsRecorded()) << "the reset was queued later";
}

TEST(Event, IsNotRecordedByARecordThatWasDropped) {
  const auto event = std::make_shared<Event>();
  Stream stream(0);
  event->Record(stream);
  stream.Synchronize(kForEver);
  Gate started;
  Gate end;
  stream.Enqueue(Hold(started, end));
  event->Record(stream);
  started.Pass();
  stream.Abort();
  end.Open();
  EXPECT_FALSE(event->IsRecorded());
  EXPECT_FALSE(event->RecordedAt().has_value()) << "not the earlier one either";
  event->Record(stream);
  EXPECT_THROW(stream.Synchronize(kForEver), AsyncError);
  EXPECT_TRUE(event->IsRecorded()) << "a later record counts";
}

TEST(Event, StaysRecordedWhenAResetIsDropped) {
  const auto event = std::make_shared<Event>();
  Stream stream(0);
  event->Record(stream);
  stream.Synchronize(kForEver);
  Gate started;
  Gate end;
  stream.Enqueue(Hold(started, end));
  event->Reset(stream);
  started.Pass();
  stream.Abort();
  end.Open();
  EXPECT_TRUE(event->IsRecorded());
}

TEST(EventTime, IsThatOfTheLatestRecord) {
  Stream stream(0);
  const auto start = NewEvent();
  const auto end = NewEvent();
  start->Record(stream);
  stream.Enqueue(Call([] { std::this_thread::sleep_for(milliseconds(20)); }));
  end->Record(stream);
  ASSERT_TRUE(stream.Drain(kForEver));
  ASSERT_TRUE(start->RecordedAt() && end->RecordedAt());
  EXPECT_GE(*end->RecordedAt() - *start->RecordedAt(), milliseconds(20));
  start->Record(stream);
  ASSERT_TRUE(stream.Drain(kForEver));
  EXPECT_GE(*start->RecordedAt(), *end->RecordedAt());
}

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

TEST(EventSynchronize, RefusesAWaitThatCouldLastForEver) {
  Stream stream(0);
  const auto event = NewEvent();
  EXPECT_EQ(ErrorOf([&] { event->Synchronize(kForEver); }).code(), Code::kRtParamInvalid);
  event->Record(stream);
  event->Reset(stream);
  ASSERT_TRUE(stream.Drain(kForEver));
  EXPECT_EQ(ErrorOf([&] { event->Synchronize(kForEver); }).code(), Code::kRtParamInvalid);
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
