#include "runtime/event.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>

#include "runtime/held_stream_for_tests.h"

namespace ferry::runtime {
namespace {

using std::chrono::milliseconds;

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
}  // namespace
}  // namespace ferry::runtime
