#include "runtime/device.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "base/env.h"
#include "memory/segment.h"
#include "runtime/callback.h"
#include "runtime/context.h"
#include "runtime/task_for_tests.h"

namespace ferry::runtime {
namespace {

using std::chrono::milliseconds;

constexpr Timeout kForEver = std::nullopt;

// Leaves no device set and this thread without a context.
class Devices : public ::testing::Test {
 protected:
  void TearDown() override {
    ReleaseAllDevices();
    MakeCurrent(nullptr);
  }

  static std::shared_ptr<Stream> NewStream() {
    return Streams().Find(Streams().Add(std::make_shared<Stream>(CurrentDevice())));
  }
};

TEST_F(Devices, AreNoneAtFirst) {
  EXPECT_EQ(ErrorOf([] { (void)CurrentDevice(); }).code(), Code::kRtContextNull);
  EXPECT_EQ(ErrorOf([] { (void)CurrentContext(); }).code(), Code::kRtContextNull);
  EXPECT_EQ(ErrorOf([] { (void)FindStream(nullptr); }).code(), Code::kRtContextNull);
  EXPECT_EQ(ErrorOf([] { SynchronizeDevice(kForEver); }).code(), Code::kRtContextNull);
  EXPECT_EQ(CurrentContextHandle(), nullptr);
}

TEST_F(Devices, AreNumberedFromZeroToTheirCount) {
  EXPECT_NO_THROW(RequireDevice(0));
  EXPECT_NO_THROW(RequireDevice(env::DeviceCount() - 1));
  for (const std::int32_t device : {-1, env::DeviceCount()}) {
    for (const Error& error :
         {ErrorOf([&] { SetDevice(device); }), ErrorOf([&] { ResetDevice(device, false); }),
          ErrorOf([&] { ResetDevice(device, true); }),
          ErrorOf([&] { (void)CreateContext(device); })}) {
      EXPECT_EQ(error.code(), Code::kRtInvalidDevice);
      EXPECT_NE(error.message().find("deviceId is " + std::to_string(device)), std::string::npos)
          << error.message();
    }
  }
}

TEST_F(Devices, AreBoundToTheThread) {
  SetDevice(2);
  EXPECT_EQ(CurrentDevice(), 2);
  std::int32_t other = -1;
  Code before = Code::kOk;
  std::thread([&] {
    before = ErrorOf([] { (void)CurrentDevice(); }).code();
    SetDevice(3);
    other = CurrentDevice();
  }).join();
  EXPECT_EQ(before, Code::kRtContextNull);
  EXPECT_EQ(other, 3);
  EXPECT_EQ(CurrentDevice(), 2);
}

TEST_F(Devices, HaveOneImplicitContextForAllThreads) {
  SetDevice(1);
  void* const mine = CurrentContextHandle();
  void* theirs = nullptr;
  std::thread([&] {
    SetDevice(1);
    theirs = CurrentContextHandle();
  }).join();
  EXPECT_NE(mine, nullptr);
  EXPECT_EQ(mine, theirs);
}

TEST_F(Devices, AreReleasedWithTheLastReset) {
  SetDevice(1);
  SetDevice(1);
  void* const memory = memory::ProcessSegment().Allocate(100, 1);
  ResetDevice(1, /*force=*/false);
  EXPECT_EQ(CurrentDevice(), 1);
  EXPECT_TRUE(memory::ProcessSegment().Find(memory).has_value());
  ResetDevice(1, /*force=*/false);
  EXPECT_EQ(ErrorOf([] { (void)CurrentDevice(); }).code(), Code::kRtContextNull);
  EXPECT_FALSE(memory::ProcessSegment().Find(memory).has_value());
  EXPECT_EQ(ErrorOf([] { ResetDevice(1, false); }).code(), Code::kRtContextNull);
}

TEST_F(Devices, AreReleasedByForceWhateverTheCount) {
  SetDevice(1);
  SetDevice(1);
  ResetDevice(1, /*force=*/true);
  EXPECT_EQ(ErrorOf([] { (void)CurrentDevice(); }).code(), Code::kRtContextNull);
  const void* const context = CreateContext(1);
  EXPECT_NO_THROW(ResetDevice(1, /*force=*/true)) << "an explicit context counts no SetDevice";
  EXPECT_EQ(Contexts().Find(context), nullptr);
}

TEST_F(Devices, TakeTheirStreamsAndContextsWithThem) {
  SetDevice(0);
  SetDevice(1);
  void* const stream = Streams().Add(std::make_shared<Stream>(1));
  void* const context = CreateContext(1);
  void* const own = Streams().Add(std::make_shared<Stream>(0));
  (void)CurrentContext()->DefaultStream();
  ResetDevice(1, /*force=*/false);
  EXPECT_EQ(Streams().Find(stream), nullptr);
  EXPECT_EQ(Contexts().Find(context), nullptr);
  ASSERT_EQ(Streams().All().size(), 1U) << "another device keeps its stream";
  EXPECT_EQ(Streams().All().front().first, own);
}

TEST_F(Devices, WaitForQueuedWorkWhenReset) {
  SetDevice(1);
  const auto stream = NewStream();
  bool ran = false;
  stream->Enqueue(Call([] { std::this_thread::sleep_for(milliseconds(20)); }));
  stream->Enqueue(Call([&] { ran = true; }));
  ResetDevice(1, /*force=*/false);
  EXPECT_TRUE(ran);
}

TEST_F(Devices, DropQueuedWorkWhenResetByForce) {
  SetDevice(1);
  const auto stream = NewStream();
  Journal journal;
  Gate started;
  stream->Enqueue(RunUntilAborted(started));
  stream->Enqueue(Note("a", journal));
  started.Pass();
  ResetDevice(1, /*force=*/true);
  EXPECT_EQ(journal.lines(), std::vector<std::string>{"drop a: its stream was destroyed"});
}

TEST_F(Devices, FreeTheirCallbackThreadsWhenReset) {
  SetDevice(1);
  const auto thread = static_cast<std::uint64_t>(pthread_self());
  SubscribeCallbacks(thread, NewStream());
  ResetDevice(1, /*force=*/false);
  EXPECT_EQ(ErrorOf([] { ProcessCallback(kForEver); }).code(), Code::kRtStreamNoCallbackRegistered);
}

// Two tasks that do not end must not cost two waits, and what they use must stay.
TEST_F(Devices, KeepTheMemoryOfATaskThatDoesNotEnd) {
  auto end = std::make_shared<Gate>();
  std::vector<std::shared_ptr<Gate>> started;
  SetDevice(1);
  auto* const memory = static_cast<char*>(memory::ProcessSegment().Allocate(100, 1));
  memory::ProcessSegment().Fill(memory, 1, 100);
  for (int i = 0; i < 2; ++i) {
    started.push_back(std::make_shared<Gate>());
    NewStream()->Enqueue(Call([end, gate = started.back()] {
      gate->Open();
      end->Pass();
    }));
    started.back()->Pass();
  }
  const auto begin = std::chrono::steady_clock::now();
  ReleaseAllDevices();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2 * kForcedEndWait);
  EXPECT_TRUE(memory::ProcessSegment().Find(memory).has_value());
  end->Open();
  memory::ProcessSegment().Free(memory);
}

TEST_F(Devices, AreIndependentOfEachOther) {
  std::vector<std::thread> threads;
  std::vector<int> failures(8, 0);
  for (std::int32_t device = 0; device < 8; ++device) {
    threads.emplace_back([&failures, device] {
      int& failed = failures[static_cast<std::size_t>(device)];
      for (int round = 0; round < 20; ++round) {
        SetDevice(device);
        auto* const memory = static_cast<char*>(memory::ProcessSegment().Allocate(1000, device));
        void* const handle = Streams().Add(std::make_shared<Stream>(device));
        const auto stream = FindStream(handle);
        stream->Enqueue(Call([&] { memory::ProcessSegment().Fill(memory, device, 1000); }));
        stream->Synchronize(kForEver);
        if (memory[999] != static_cast<char>(device)) ++failed;
        ResetDevice(device, /*force=*/false);
        if (Streams().Find(handle) != nullptr) ++failed;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, std::vector<int>(8, 0));
}

TEST_F(Devices, SynchronizeAllTheirStreams) {
  SetDevice(1);
  bool ran = false;
  NewStream()->Enqueue(Call([] {}));
  FindStream(nullptr)->Enqueue(Call([&] {
    std::this_thread::sleep_for(milliseconds(20));
    ran = true;
  }));
  SynchronizeDevice(kForEver);
  EXPECT_TRUE(ran);
}

TEST_F(Devices, ReportTheErrorThatHappenedFirstAndCollectAll) {
  SetDevice(1);
  const auto one = NewStream();
  const auto two = NewStream();
  two->Enqueue(FailWith(Code::kRtAicoreException, "earlier"));
  ASSERT_TRUE(two->Drain(kForEver));
  one->Enqueue(FailWith(Code::kRtAicoreException, "later"));
  EXPECT_EQ(ErrorOf([] { SynchronizeDevice(kForEver); }).message(), "earlier");
  EXPECT_NO_THROW(SynchronizeDevice(kForEver));
}

TEST_F(Devices, LeaveTheErrorsOfOtherDevicesAlone) {
  SetDevice(0);
  const auto other = NewStream();
  other->Enqueue(FailWith(Code::kRtAicoreException, "of device 0"));
  SetDevice(1);
  EXPECT_NO_THROW(SynchronizeDevice(kForEver));
  EXPECT_EQ(ErrorOf([&] { other->Synchronize(kForEver); }).message(), "of device 0");
}

TEST_F(Devices, CollectNothingWhenTheTimeIsOver) {
  SetDevice(1);
  const auto failing = NewStream();
  const auto held = NewStream();
  Gate started;
  Gate end;
  failing->Enqueue(FailWith(Code::kRtAicoreException, "kept"));
  ASSERT_TRUE(failing->Drain(kForEver));
  held->Enqueue(Hold(started, end));
  const Error late = ErrorOf([] { SynchronizeDevice(milliseconds(20)); });
  EXPECT_EQ(late.code(), Code::kRtStreamSyncTimeout);
  EXPECT_NE(late.message().find("device 1"), std::string::npos) << late.message();
  end.Open();
  EXPECT_EQ(ErrorOf([] { SynchronizeDevice(kForEver); }).message(), "kept");
}

TEST_F(Devices, HaveExplicitContextsToo) {
  void* const context = CreateContext(5);
  EXPECT_EQ(CurrentDevice(), 5);
  EXPECT_EQ(CurrentContextHandle(), context);
  std::int32_t device = -1;
  std::thread([&] {
    MakeCurrent(context);
    device = CurrentDevice();
    DestroyContext(context);
  }).join();
  EXPECT_EQ(device, 5);
  EXPECT_EQ(ErrorOf([] { (void)CurrentDevice(); }).code(), Code::kRtContextNull);
  EXPECT_EQ(ErrorOf([&] { DestroyContext(context); }).code(), Code::kRtInvalidHandle);
}

TEST_F(Devices, ReplaceAnImplicitContextThatWasDestroyed) {
  SetDevice(1);
  void* const first = CurrentContextHandle();
  DestroyContext(first);
  SetDevice(1);
  EXPECT_NE(CurrentContextHandle(), first);
  EXPECT_EQ(CurrentDevice(), 1);
}

TEST_F(Devices, ContextsHaveADefaultStreamThatEndsWithThem) {
  void* const context = CreateContext(1);
  void* const handle = CurrentContext()->DefaultStream();
  EXPECT_EQ(CurrentContext()->DefaultStream(), handle);
  EXPECT_EQ(FindStream(nullptr), FindStream(handle));
  const auto held = CurrentContext();
  bool ran = false;
  FindStream(nullptr)->Enqueue(Call([&] {
    std::this_thread::sleep_for(milliseconds(20));
    ran = true;
  }));
  DestroyContext(context);
  EXPECT_TRUE(ran);
  EXPECT_EQ(ErrorOf([&] { (void)FindStream(handle); }).code(), Code::kRtInvalidHandle);
  EXPECT_EQ(ErrorOf([&] { (void)held->DefaultStream(); }).code(), Code::kRtContextNull);
}

TEST_F(Devices, ContextsReplaceADefaultStreamThatWasDestroyed) {
  SetDevice(1);
  void* const first = CurrentContext()->DefaultStream();
  EXPECT_TRUE(DestroyStream(first, /*force=*/false));
  EXPECT_FALSE(DestroyStream(first, /*force=*/false));
  EXPECT_NE(CurrentContext()->DefaultStream(), first);
  EXPECT_NO_THROW(FindStream(nullptr)->Synchronize(kForEver));
}

}  // namespace
}  // namespace ferry::runtime
