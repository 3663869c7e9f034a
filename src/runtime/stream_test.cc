#include "runtime/stream.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "runtime/task_for_tests.h"

namespace ferry::runtime {
namespace {

using std::chrono::milliseconds;
using Lines = std::vector<std::string>;

constexpr Timeout kForEver = std::nullopt;

TEST(Stream, RunsItsTasksInOrderOnAThreadOfItsOwn) {
  Stream stream(3);
  EXPECT_EQ(stream.device(), 3);
  std::vector<int> order;
  std::thread::id worker;
  for (int i = 0; i < 100; ++i) {
    stream.Enqueue(Call([&, i] {
      order.push_back(i);
      worker = std::this_thread::get_id();
    }));
  }
  stream.Synchronize(kForEver);
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
  EXPECT_NE(worker, std::this_thread::get_id());
}

TEST(Stream, SynchronizesAtOnceWithoutWork) {
  Stream stream(0);
  EXPECT_NO_THROW(stream.Synchronize(kForEver));
  EXPECT_NO_THROW(stream.Synchronize(milliseconds(0)));
  EXPECT_TRUE(stream.IsIdle());
}

TEST(Stream, TakesTasksFromManyThreads) {
  Stream stream(0);
  int count = 0;  // only the worker changes it
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 250; ++i) stream.Enqueue(Call([&] { ++count; }));
      stream.Synchronize(kForEver);
    });
  }
  for (auto& thread : threads) thread.join();
  stream.Synchronize(kForEver);
  EXPECT_EQ(count, 1000);
}

TEST(Stream, KeepsTheAffinityOfWhoQueuesFirst) {
  cpu_set_t mine;
  ASSERT_EQ(sched_getaffinity(0, sizeof(mine), &mine), 0);
  int first = 0;
  while (!CPU_ISSET(first, &mine)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  Stream stream(0);
  cpu_set_t seen;
  CPU_ZERO(&seen);
  stream.Enqueue(Call([&] { sched_getaffinity(0, sizeof(seen), &seen); }));
  stream.Synchronize(kForEver);
  ASSERT_EQ(sched_setaffinity(0, sizeof(mine), &mine), 0);
  EXPECT_TRUE(CPU_EQUAL(&seen, &one));
}

TEST(Stream, LeavesTheProgramsSignalsToTheProgramsThreads) {
  Stream stream(0);
  sigset_t blocked;
  sigemptyset(&blocked);
  stream.Enqueue(Call([&] { pthread_sigmask(SIG_SETMASK, nullptr, &blocked); }));
  stream.Synchronize(kForEver);
  EXPECT_EQ(sigismember(&blocked, SIGINT), 1);
  EXPECT_EQ(sigismember(&blocked, SIGUSR1), 1);
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  EXPECT_EQ(sigismember(&blocked, SIGUSR1), 0) << "the caller's own mask has changed";
}

TEST(StreamTimeout, CollectsNothingAndTheWorkGoesOn) {
  Stream stream(0);
  Gate started;
  Gate end;
  stream.Enqueue(Hold(started, end));
  stream.Enqueue(FailWith(Code::kRtAicoreException, "behind"));
  started.Pass();
  const Error late = ErrorOf([&] { stream.Synchronize(milliseconds(20)); });
  EXPECT_EQ(late.code(), Code::kRtStreamSyncTimeout);
  EXPECT_NE(late.message().find("20 ms"), std::string::npos) << late.message();
  EXPECT_FALSE(stream.IsIdle());
  EXPECT_FALSE(stream.Drain(milliseconds(0)));
  end.Open();
  EXPECT_EQ(ErrorOf([&] { stream.Synchronize(kForEver); }).message(), "behind");
}

TEST(Abort, DropsWhatIsQueuedAndAsksTheRunningTaskToEnd) {
  Journal journal;
  Stream stream(0);
  Gate started;
  stream.Enqueue(RunUntilAborted(started));
  stream.Enqueue(Note("a", journal));
  stream.Enqueue(Note("b", journal));
  started.Pass();
  stream.Abort();
  const Error error = ErrorOf([&] { stream.Synchronize(kForEver); });
  EXPECT_EQ(error.code(), Code::kRtStreamAbort);
  EXPECT_EQ(journal.lines(),
            (Lines{"drop a: its stream was aborted", "drop b: its stream was aborted"}));
}

TEST(Abort, IsReportedOnceAndTheStreamWorksAfterwards) {
  Journal journal;
  Stream stream(0);
  stream.Abort();
  stream.Enqueue(Note("a", journal));
  EXPECT_EQ(ErrorOf([&] { stream.Synchronize(kForEver); }).code(), Code::kRtStreamAbort);
  stream.Enqueue(Note("b", journal));
  EXPECT_NO_THROW(stream.Synchronize(kForEver));
  EXPECT_EQ(journal.lines(), (Lines{"run a", "run b"}));
}

TEST(Abort, TakesThePlaceOfAnEarlierError) {
  Stream stream(0);
  stream.Enqueue(FailWith(Code::kRtAicoreException, "failed"));
  EXPECT_TRUE(stream.Drain(kForEver));
  stream.Abort();
  EXPECT_EQ(ErrorOf([&] { stream.Synchronize(kForEver); }).code(), Code::kRtStreamAbort);
  EXPECT_NO_THROW(stream.Synchronize(kForEver));
}

TEST(Abort, IsOverForTheNextTask) {
  Stream stream(0);
  Gate started;
  bool asked = true;
  stream.Enqueue(RunUntilAborted(started));
  started.Pass();
  stream.Abort();
  stream.Enqueue(std::make_unique<TestTask>(
      "", nullptr, [&](const AbortFlag& abort) { asked = abort.IsRaised(); }));
  EXPECT_EQ(ErrorOf([&] { stream.Synchronize(kForEver); }).code(), Code::kRtStreamAbort);
  EXPECT_FALSE(asked);
}

// A synchronise that began when more was queued must still wait for what runs.
TEST(Abort, LetsNoOneGoBeforeTheRunningTaskHasEnded) {
  Stream stream(0);
  Gate started;
  Gate end;
  std::atomic<bool> ended{false};
  stream.Enqueue(Call([&] {
    started.Open();
    end.Pass();
    ended = true;
  }));
  for (int i = 0; i < 8; ++i) stream.Enqueue(Call([] {}));
  started.Pass();
  bool saw_end = false;
  Code code = Code::kOk;
  std::thread waiter([&] {
    code = ErrorOf([&] { stream.Synchronize(kForEver); }).code();
    saw_end = ended;
  });
  for (int i = 0; i < 8; ++i) stream.Enqueue(Call([] {}));
  stream.Abort();
  EXPECT_FALSE(stream.Drain(milliseconds(20)));
  end.Open();
  waiter.join();
  EXPECT_TRUE(saw_end);
  EXPECT_EQ(code, Code::kRtStreamAbort);
}

TEST(Destroy, WaitsForWhatIsQueued) {
  Journal journal;
  Stream stream(0);
  for (int i = 0; i < 20; ++i) stream.Enqueue(Note(std::to_string(i), journal));
  EXPECT_TRUE(stream.Destroy(/*force=*/false));
  EXPECT_EQ(journal.lines().size(), 20U);
  EXPECT_EQ(journal.lines().back(), "run 19");
}

TEST(Destroy, ByForceDropsWhatIsQueued) {
  Journal journal;
  Stream stream(0);
  Gate started;
  stream.Enqueue(RunUntilAborted(started));
  stream.Enqueue(Note("a", journal));
  started.Pass();
  EXPECT_TRUE(stream.Destroy(/*force=*/true));
  EXPECT_EQ(journal.lines(), Lines{"drop a: its stream was destroyed"});
}

TEST(Destroy, ByForceWaitsTwoSecondsForATaskThatDoesNotEnd) {
  auto started = std::make_shared<Gate>();
  auto end = std::make_shared<Gate>();
  const auto begin = std::chrono::steady_clock::now();
  {
    Stream stream(0);
    stream.Enqueue(Call([started, end] {
      started->Open();
      end->Pass();
    }));
    started->Pass();
    EXPECT_FALSE(stream.Destroy(/*force=*/true));
  }
  const auto waited = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(waited, kForcedEndWait);
  EXPECT_LT(waited, 2 * kForcedEndWait) << "the destructor has waited again";
  end->Open();
}

TEST(Destroy, TwiceIsHarmless) {
  Stream stream(0);
  stream.Enqueue(Call([] {}));
  EXPECT_TRUE(stream.Destroy(/*force=*/false));
  EXPECT_TRUE(stream.Destroy(/*force=*/true));
}

TEST(Destroy, RefusesAndDropsWhatComesLater) {
  Journal journal;
  Stream stream(0);
  EXPECT_TRUE(stream.Destroy(/*force=*/false));
  const Error error = ErrorOf([&] { stream.Enqueue(Note("late", journal)); });
  EXPECT_EQ(error.code(), Code::kRtInvalidHandle);
  EXPECT_EQ(journal.lines(), Lines{"drop late: the stream has been destroyed"});
}

TEST(Destroy, CollectsNoError) {
  Stream stream(0);
  stream.Enqueue(FailWith(Code::kRtAicoreException, "pending"));
  EXPECT_TRUE(stream.Destroy(/*force=*/false));
  EXPECT_TRUE(stream.Collect().has_value());
}

TEST(Destroy, OfAnUndestroyedStreamHappensWithTheObject) {
  Journal journal;
  Gate started;
  {
    Stream stream(0);
    stream.Enqueue(RunUntilAborted(started));
    stream.Enqueue(Note("a", journal));
    started.Pass();
  }
  EXPECT_EQ(journal.lines(), Lines{"drop a: its stream was destroyed"});
}

}  // namespace
}  // namespace ferry::runtime
