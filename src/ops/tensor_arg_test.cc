#include "ops/tensor_arg.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "ops/example_calls.h"

namespace ferry::ops {
namespace {

using testing::MakeTensor;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST(TensorArg, AbsentTensorsAnswerZero) {
  const OptionalTensor none;
  EXPECT_EQ(Rank(none), 0);
  EXPECT_EQ(Dim(none, 1), 0);
  EXPECT_EQ(NumElements(none), 0);
  EXPECT_EQ(ExtentOf(none).end, 0);
  EXPECT_FALSE(IsNullData(none));
  EXPECT_TRUE(StaysInMemory(none));
  EXPECT_EQ(ShapeText(none), "null");
}

TEST(TensorArg, AMissingDimIsZero) {
  EXPECT_EQ(Dim(MakeTensor({3}, DType::kInt32), 1), 0);
}

TEST(TensorArg, ExtentFollowsStridesOfBothSigns) {
  TensorArg tensor = MakeTensor({3, 4}, DType::kInt32);
  EXPECT_EQ(ExtentOf(tensor).begin, 0);
  EXPECT_EQ(ExtentOf(tensor).end, 48);
  tensor.strides = {-10, 2};
  tensor.offset = 25;
  EXPECT_EQ(ExtentOf(tensor).begin, (25 - 20) * 4);
  EXPECT_EQ(ExtentOf(tensor).end, (25 + 6 + 1) * 4);
}

TEST(TensorArg, EmptyTensorsTouchNothing) {
  TensorArg tensor = MakeTensor({0, kMax}, DType::kInt32);
  tensor.data = nullptr;
  EXPECT_EQ(ExtentOf(tensor).end, 0);
  EXPECT_FALSE(IsNullData(tensor));
  EXPECT_TRUE(StaysInMemory(tensor));
}

TEST(TensorArg, ElementsWithoutStorageAreSeen) {
  TensorArg tensor = MakeTensor({1}, DType::kInt32);
  tensor.data = nullptr;
  EXPECT_TRUE(IsNullData(tensor));
}

TEST(TensorArg, AddressesMustSuitTheElement) {
  TensorArg tensor = MakeTensor({1}, DType::kInt32);
  EXPECT_FALSE(IsMisaligned(tensor));
  tensor.data += 2;
  EXPECT_TRUE(IsMisaligned(tensor));
  tensor.dtype = DType::kBFloat16;
  EXPECT_FALSE(IsMisaligned(tensor));
  tensor.data += 1;
  tensor.dtype = DType::kInt8;
  EXPECT_FALSE(IsMisaligned(tensor));
}

TEST(TensorArg, ReachIsMeasuredAgainstTheAllocationOnBothSides) {
  TensorArg tensor = MakeTensor({4}, DType::kInt32);
  const auto data = reinterpret_cast<std::uintptr_t>(tensor.data);
  tensor.allocation = MemoryRange{data - 8, data + 16};
  EXPECT_TRUE(StaysInMemory(tensor));
  tensor.offset = 1;
  EXPECT_FALSE(StaysInMemory(tensor));
  tensor.offset = -2;
  EXPECT_TRUE(StaysInMemory(tensor));
  tensor.offset = -3;
  EXPECT_FALSE(StaysInMemory(tensor));
}

TEST(TensorArg, TheAllocationIsToldInBytesFromTheData) {
  OptionalTensor tensor = MakeTensor({4}, DType::kInt32);
  const auto data = reinterpret_cast<std::uintptr_t>(tensor->data);
  tensor->allocation = MemoryRange{data - 8, data + 16};
  EXPECT_EQ(MemoryText(tensor), "the allocation around it, bytes [-8, 16)");
  tensor->allocation = MemoryRange{data, data + 16};
  EXPECT_EQ(MemoryText(tensor), "the allocation around it, bytes [0, 16)");
}

TEST(TensorArg, ForeignMemoryMustLieInTheAddressSpace) {
  TensorArg tensor = MakeTensor({kMax / 8}, DType::kInt8);
  EXPECT_TRUE(StaysInMemory(tensor));
  tensor.strides = {8};
  EXPECT_TRUE(StaysInMemory(tensor));
  tensor.strides = {9};
  EXPECT_FALSE(StaysInMemory(tensor));
  tensor.strides = {-8};  // before address 0
  EXPECT_FALSE(StaysInMemory(tensor));
}

TEST(TensorArg, NamesUnknownTypesByNumber) {
  EXPECT_EQ(NameOf(DType::kBFloat16), "BF16");
  EXPECT_EQ(NameOf(static_cast<DType>(41)), "aclDataType 41");
}

}  // namespace
}  // namespace ferry::ops
