#include "runtime/context.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "runtime/device.h"
#include "runtime/task_for_tests.h"

namespace ferry::runtime {
namespace {

TEST(Context, AThreadHasNoneAtFirst) {
  std::thread([] {
    EXPECT_EQ(CurrentContextHandle(), nullptr);
    EXPECT_EQ(ErrorOf([] { (void)CurrentContext(); }).code(), Code::kRtContextNull);
    EXPECT_EQ(ErrorOf([] { (void)FindStream(nullptr); }).code(), Code::kRtContextNull);
  }).join();
}

TEST(Context, TheDefaultStreamIsMadeOnceAndLiesOnTheDevice) {
  void* const handle = CreateContext(1);
  const auto context = CurrentContext();
  EXPECT_EQ(context->device(), 1);
  void* const stream = context->DefaultStream();
  EXPECT_EQ(context->DefaultStream(), stream);
  EXPECT_EQ(FindStream(nullptr), Streams().Find(stream));
  EXPECT_EQ(FindStream(stream)->device(), 1);
  DestroyContext(handle);
  EXPECT_EQ(Streams().Find(stream), nullptr);
}

TEST(Context, ADestroyedDefaultStreamIsMadeAnew) {
  void* const handle = CreateContext(1);
  void* const stream = CurrentContext()->DefaultStream();
  EXPECT_TRUE(DestroyStream(stream, /*force=*/false));
  EXPECT_NE(FindStream(nullptr), nullptr);
  EXPECT_NE(CurrentContext()->DefaultStream(), stream);
  DestroyContext(handle);
}

TEST(Context, OneWithoutADefaultStreamCanBeDestroyed) {
  void* const handle = CreateContext(2);
  DestroyContext(handle);
  EXPECT_EQ(Contexts().Find(handle), nullptr);
  EXPECT_EQ(CurrentContextHandle(), nullptr);
  EXPECT_EQ(ErrorOf([&] { DestroyContext(handle); }).code(), Code::kRtInvalidHandle);
}

TEST(Context, DestroyingItElsewhereLeavesTheThreadWithoutOne) {
  void* const handle = CreateContext(2);
  const auto context = CurrentContext();
  std::thread([&] { DestroyContext(handle); }).join();
  EXPECT_EQ(ErrorOf([] { (void)CurrentContext(); }).code(), Code::kRtContextNull);
  EXPECT_EQ(ErrorOf([&] { (void)context->DefaultStream(); }).code(), Code::kRtContextNull);
}

TEST(Context, IsCurrentOnTheThreadThatMadeItSo) {
  void* const first = CreateContext(0);
  void* const second = CreateContext(3);
  EXPECT_EQ(CurrentContextHandle(), second);
  std::thread([&] {
    MakeCurrent(first);
    EXPECT_EQ(CurrentDevice(), 0);
  }).join();
  EXPECT_EQ(CurrentDevice(), 3);
  MakeCurrent(nullptr);
  EXPECT_EQ(CurrentContextHandle(), nullptr);
  DestroyContext(first);
  DestroyContext(second);
}

TEST(Context, ADestroyedStreamIsUnknown) {
  void* const handle = Streams().Add(std::make_shared<Stream>(0));
  const auto stream = FindStream(handle);
  EXPECT_TRUE(DestroyStream(handle, /*force=*/false));
  const Error error = ErrorOf([&] { (void)FindStream(handle); });
  EXPECT_EQ(error.code(), Code::kRtInvalidHandle);
  EXPECT_NE(error.message().find("stream is 0x"), std::string::npos) << error.message();
  EXPECT_FALSE(DestroyStream(handle, /*force=*/false));
  EXPECT_EQ(ErrorOf([&] { stream->Enqueue(Call([] {})); }).code(), Code::kRtInvalidHandle);
}

}  // namespace
}  // namespace ferry::runtime
