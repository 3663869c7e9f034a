// What a stream does with the failures of its tasks.
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/stream.h"
#include "runtime/task_for_tests.h"

namespace ferry::runtime {
namespace {

using Lines = std::vector<std::string>;

constexpr Timeout kForEver = std::nullopt;

TEST(StreamError, IsThrownByTheNextSynchronizeAndThenCollected) {
  Stream stream(0);
  stream.Enqueue(FailWith(Code::kRtAicoreException, "task 1 failed"));
  const Error error = ErrorOf([&] { stream.Synchronize(kForEver); });
  EXPECT_EQ(error.code(), Code::kRtAicoreException);
  EXPECT_EQ(error.message(), "task 1 failed");
  EXPECT_NO_THROW(stream.Synchronize(kForEver));
}

TEST(StreamError, IsTheFirstOfSeveralAndClearsTheOthers) {
  Stream stream(0);
  stream.Enqueue(FailWith(Code::kRtAicoreException, "first"));
  stream.Enqueue(FailWith(Code::kRtMemoryAllocation, "second"));
  EXPECT_EQ(ErrorOf([&] { stream.Synchronize(kForEver); }).message(), "first");
  EXPECT_NO_THROW(stream.Synchronize(kForEver));
}

TEST(StreamError, OfAnUnknownKindIsAFailureToo) {
  Stream stream(0);
  stream.Enqueue(Call([] { throw std::runtime_error("unforeseen"); }));
  const Error error = ErrorOf([&] { stream.Synchronize(kForEver); });
  EXPECT_EQ(error.code(), Code::kRtAicoreException);
  EXPECT_EQ(error.message(), "internal error: unforeseen");
  stream.Enqueue(Call([] { throw std::bad_alloc(); }));
  EXPECT_EQ(ErrorOf([&] { stream.Synchronize(kForEver); }).code(), Code::kRtMemoryAllocation);
}

TEST(StreamError, OfNoExceptionClassEndsNeitherTheWorkerNorTheProcess) {
  Stream stream(0);
  stream.Enqueue(Call([] { throw 7; }));
  const Error error = ErrorOf([&] { stream.Synchronize(kForEver); });
  EXPECT_EQ(error.code(), Code::kRtAicoreException);
  EXPECT_EQ(error.message(), "internal error: an exception of unknown type");
  stream.Enqueue(Call([] {}));
  EXPECT_NO_THROW(stream.Synchronize(kForEver));
}

TEST(StreamError, IsNotCollectedByWhoOnlyLooks) {
  Stream stream(0);
  stream.Enqueue(FailWith(Code::kRtAicoreException, "still there"));
  EXPECT_TRUE(stream.Drain(kForEver));
  EXPECT_TRUE(stream.IsIdle());
  EXPECT_EQ(ErrorOf([&] { stream.Synchronize(kForEver); }).message(), "still there");
}

TEST(StreamError, CanBePostedAndDoesNotReplaceAnEarlierOne) {
  Stream stream(0);
  stream.PostError(Error(Code::kRuntimeError, "posted"));
  stream.PostError(Error(Code::kRuntimeError, "posted later"));
  EXPECT_EQ(ErrorOf([&] { stream.Synchronize(kForEver); }).message(), "posted");
  EXPECT_NO_THROW(stream.Synchronize(kForEver));
}

TEST(StreamError, KnowsWhichOfTwoStreamsFailedFirst) {
  Stream one(0);
  Stream two(0);
  two.PostError(Error(Code::kRuntimeError, "earlier"));
  one.PostError(Error(Code::kRuntimeError, "later"));
  const auto later = one.Collect();
  const auto earlier = two.Collect();
  ASSERT_TRUE(earlier && later);
  EXPECT_TRUE(earlier->IsEarlierThan(*later));
  EXPECT_FALSE(later->IsEarlierThan(*earlier));
  EXPECT_FALSE(one.Collect().has_value());
}

TEST(FailureMode, ContinueRunsWhatStandsBehindAFailure) {
  Journal journal;
  Stream stream(0);
  stream.Enqueue(FailWith(Code::kRtAicoreException, "failed"));
  stream.Enqueue(Note("a", journal));
  EXPECT_THROW(stream.Synchronize(kForEver), AsyncError);
  EXPECT_EQ(journal.lines(), Lines{"run a"});
}

TEST(FailureMode, StopDropsUntilTheErrorIsCollected) {
  Journal journal;
  Stream stream(0);
  stream.SetFailureMode(FailureMode::kStop);
  stream.Enqueue(Note("before", journal));
  stream.Enqueue(FailWith(Code::kRtAicoreException, "failed"));
  stream.Enqueue(Note("behind", journal));
  EXPECT_TRUE(stream.Drain(kForEver));
  stream.Enqueue(Note("later", journal));
  EXPECT_EQ(ErrorOf([&] { stream.Synchronize(kForEver); }).message(), "failed");
  stream.Enqueue(Note("after", journal));
  EXPECT_NO_THROW(stream.Synchronize(kForEver));
  const std::string why = "an earlier task of its stream failed and the stream stops on failure";
  EXPECT_EQ(journal.lines(),
            (Lines{"run before", "drop behind: " + why, "drop later: " + why, "run after"}));
}

}  // namespace
}  // namespace ferry::runtime
