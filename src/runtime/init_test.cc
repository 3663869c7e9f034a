#include "runtime/init.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "runtime/context.h"
#include "runtime/device.h"
#include "runtime/task_for_tests.h"

namespace ferry::runtime {
namespace {

TEST(Init, CountsAReferenceEvenWhenItSaysItIsRepeated) {
  EXPECT_NO_THROW(Initialize(nullptr));
  const Error again = ErrorOf([] { Initialize(nullptr); });
  EXPECT_EQ(again.code(), Code::kAclRepeatInitialize);
  EXPECT_EQ(FinalizeReference(), 1U);
  EXPECT_EQ(FinalizeReference(), 0U);
  EXPECT_EQ(ErrorOf([] { FinalizeReference(); }).code(), Code::kAclRepeatFinalize);
}

TEST(Init, CanFollowAnEnd) {
  EXPECT_NO_THROW(Initialize(nullptr));
  EXPECT_NO_THROW(Finalize());
  EXPECT_NO_THROW(Initialize(nullptr));
  EXPECT_NO_THROW(Finalize());
}

TEST(Init, TakesAnyFileThatCanBeRead) {
  EXPECT_NO_THROW(Initialize("/proc/self/maps"));
  Finalize();
}

TEST(Init, RefusesAPathThatIsNoFileAndCountsNothing) {
  for (const char* const path : {"/no/such/file.json", "", "/"}) {
    const Error error = ErrorOf([&] { Initialize(path); });
    EXPECT_EQ(error.code(), Code::kAclInvalidFile) << path;
    EXPECT_NE(error.message().find("'" + std::string(path) + "'"), std::string::npos);
  }
  EXPECT_EQ(ErrorOf([] { Finalize(); }).code(), Code::kAclRepeatFinalize);
}

TEST(Finalize, EndsAllWhateverTheCountAndOnlyOnce) {
  EXPECT_NO_THROW(Initialize(nullptr));
  EXPECT_THROW(Initialize(nullptr), Error);
  SetDevice(0);
  const void* const stream = Streams().Add(std::make_shared<Stream>(0));
  EXPECT_NO_THROW(Finalize());
  EXPECT_EQ(Streams().Find(stream), nullptr);
  EXPECT_EQ(CurrentContextHandle(), nullptr);
  EXPECT_EQ(ErrorOf([] { Finalize(); }).code(), Code::kAclRepeatFinalize);
  EXPECT_EQ(ErrorOf([] { FinalizeReference(); }).code(), Code::kAclRepeatFinalize);
}

TEST(Finalize, ReleasesTheDevicesOnlyWithTheLastReference) {
  EXPECT_NO_THROW(Initialize(nullptr));
  EXPECT_THROW(Initialize(nullptr), Error);
  SetDevice(0);
  EXPECT_EQ(FinalizeReference(), 1U);
  EXPECT_EQ(CurrentDevice(), 0);
  EXPECT_EQ(FinalizeReference(), 0U);
  EXPECT_EQ(CurrentContextHandle(), nullptr);
}

TEST(Finalize, DropsQueuedWorkAndDoesNotHangOnATaskThatNeverEnds) {
  Journal journal;
  auto started = std::make_shared<Gate>();
  auto end = std::make_shared<Gate>();
  EXPECT_NO_THROW(Initialize(nullptr));
  SetDevice(0);
  FindStream(nullptr)->Enqueue(Call([started, end] {
    started->Open();
    end->Pass();
  }));
  FindStream(nullptr)->Enqueue(Note("a", journal));
  started->Pass();
  EXPECT_NO_THROW(Finalize());
  EXPECT_EQ(journal.lines(), std::vector<std::string>{"drop a: its stream was destroyed"});
  end->Open();
}

}  // namespace
}  // namespace ferry::runtime
