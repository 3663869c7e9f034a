#include "base/caught.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ferry {
namespace {

constexpr Unforeseen kCodes = {Code::kRtMemoryAllocation, Code::kInner};

template <class Thrown>
Error CaughtAfter(const Thrown& thrown) {
  try {
    throw thrown;
  } catch (...) {
    return Caught(kCodes);
  }
}

TEST(Caught, AnErrorStaysAsItIs) {
  const Error error = CaughtAfter(Error(Code::kTiling, "x is 3; must be 2"));
  EXPECT_EQ(error.code(), Code::kTiling);
  EXPECT_EQ(error.message(), "x is 3; must be 2");
}

TEST(Caught, WhatNobodyForesawGetsTheCodesOfTheFamily) {
  EXPECT_EQ(CaughtAfter(std::bad_alloc()).code(), Code::kRtMemoryAllocation);
  EXPECT_EQ(CaughtAfter(std::bad_alloc()).message(), "this process is out of memory");
  EXPECT_EQ(CaughtAfter(std::runtime_error("why")).code(), Code::kInner);
  EXPECT_EQ(CaughtAfter(std::runtime_error("why")).message(), "internal error: why");
  EXPECT_EQ(CaughtAfter(7).code(), Code::kInner);
  EXPECT_EQ(CaughtAfter(7).message(), "internal error: an exception of unknown type");
}

}  // namespace
}  // namespace ferry
