#include "runtime/message.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace ferry::runtime {
namespace {

TEST(Message, IsPendingUntilItIsTaken) {
  SetRecentMessage(Code::kRtParamInvalid, "the text");
  EXPECT_STREQ(TakeRecentMessage(), "the text");
  EXPECT_EQ(TakeRecentMessage(), nullptr);
}

TEST(Message, OfALaterErrorTakesTheEarlierOnesPlace) {
  SetRecentMessage(Code::kRtParamInvalid, "first");
  SetRecentMessage(Code::kRtContextNull, "second");
  EXPECT_STREQ(TakeRecentMessage(), "second");
}

TEST(Message, StaysReadableUntilTheNextOneIsTaken) {
  const std::string long_text(1000, 'x');
  SetRecentMessage(Code::kRtParamInvalid, long_text);
  const char* const taken = TakeRecentMessage();
  SetRecentMessage(Code::kRtParamInvalid, "a later error");
  EXPECT_EQ(taken, long_text);
  EXPECT_STREQ(TakeRecentMessage(), "a later error");
}

TEST(Message, CanBeEmptyAndIsThenStillPending) {
  SetRecentMessage(Code::kRtParamInvalid, "");
  EXPECT_STREQ(TakeRecentMessage(), "");
  EXPECT_EQ(TakeRecentMessage(), nullptr);
}

TEST(Message, BelongsToItsThread) {
  SetRecentMessage(Code::kRtParamInvalid, "of the main thread");
  std::string other = "?";
  Code other_error = Code::kRtAicoreException;
  std::thread([&] {
    const char* const taken = TakeRecentMessage();
    other = taken == nullptr ? "null" : taken;
    other_error = PeekLastError();
    SetRecentMessage(Code::kRtContextNull, "of the other thread");
  }).join();
  EXPECT_EQ(other, "null");
  EXPECT_EQ(other_error, Code::kOk);
  EXPECT_STREQ(TakeRecentMessage(), "of the main thread");
  EXPECT_EQ(TakeLastError(), Code::kRtParamInvalid);
}

TEST(LastError, IsKeptByPeekAndClearedByTake) {
  SetRecentMessage(Code::kRtInvalidHandle, "text");
  EXPECT_EQ(PeekLastError(), Code::kRtInvalidHandle);
  EXPECT_STREQ(TakeRecentMessage(), "text");
  EXPECT_EQ(PeekLastError(), Code::kRtInvalidHandle) << "taking the message is not asking for it";
  EXPECT_EQ(TakeLastError(), Code::kRtInvalidHandle);
  EXPECT_EQ(TakeLastError(), Code::kOk);
}

}  // namespace
}  // namespace ferry::runtime
