// Tensor objects: what a program says of its memory, handed back as it was said.
#include <aclnn/aclnn_base.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

using Sizes = std::vector<std::int64_t>;
using Getter = aclnnStatus (*)(const aclTensor*, std::int64_t**, std::uint64_t*);

// What the getter hands out, which is the caller's to delete.
Sizes Get(Getter getter, const aclTensor* tensor) {
  std::int64_t* values = nullptr;
  std::uint64_t count = 99;
  EXPECT_EQ(getter(tensor, &values, &count), ACLNN_SUCCESS) << RecentMessage();
  const std::unique_ptr<std::int64_t[]> owned(values);
  return {values, values + count};
}

struct TensorArgs {
  Sizes dims = {2, 3};
  const std::int64_t* strides = nullptr;
  std::int64_t offset = 0;
  aclDataType type = ACL_BF16;
  aclFormat format = ACL_FORMAT_ND;
  Sizes storage = {6};
};

aclTensor* Create(const TensorArgs& args) {
  return aclCreateTensor(args.dims.data(), args.dims.size(), args.type, args.strides, args.offset,
                         args.format, args.storage.data(), args.storage.size(), nullptr);
}

std::int64_t OffsetOf(const aclTensor* tensor) {
  std::int64_t offset = -1;
  EXPECT_EQ(aclGetViewOffset(tensor, &offset), ACLNN_SUCCESS);
  return offset;
}

TEST(Tensor, HandsBackWhatItWasMadeOf) {
  const Sizes strides = {-10, 2};
  aclTensor* const tensor = Create(
      {.dims = {4, 5}, .strides = strides.data(), .offset = 30, .type = ACL_INT8, .storage = {64}});
  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(Get(aclGetViewShape, tensor), (Sizes{4, 5}));
  EXPECT_EQ(Get(aclGetViewStrides, tensor), strides);
  EXPECT_EQ(Get(aclGetStorageShape, tensor), Sizes{64});
  EXPECT_EQ(OffsetOf(tensor), 30);
  aclDataType type = ACL_DT_UNDEFINED;
  EXPECT_EQ(aclGetDataType(tensor, &type), ACLNN_SUCCESS);
  EXPECT_EQ(type, ACL_INT8);
  aclFormat format = ACL_FORMAT_UNDEFINED;
  EXPECT_EQ(aclGetFormat(tensor, &format), ACLNN_SUCCESS);
  EXPECT_EQ(format, ACL_FORMAT_ND);
  EXPECT_EQ(aclDestroyTensor(tensor), ACLNN_SUCCESS);
}

TEST(Tensor, IsContiguousWithoutStrides) {
  aclTensor* const tensor = Create({.dims = {2, 3, 5}});
  EXPECT_EQ(Get(aclGetViewStrides, tensor), (Sizes{15, 5, 1}));
  EXPECT_EQ(aclDestroyTensor(tensor), ACLNN_SUCCESS);
}

TEST(Tensor, CopiesItsDimsAndStrides) {
  Sizes dims = {2, 3};
  Sizes strides = {3, 1};
  Sizes storage = {6};
  aclTensor* const tensor = aclCreateTensor(dims.data(), 2, ACL_FLOAT, strides.data(), 0,
                                            ACL_FORMAT_ND, storage.data(), 1, nullptr);
  dims = {0, 0};
  strides = {0, 0};
  storage = {0};
  EXPECT_EQ(Get(aclGetViewShape, tensor), (Sizes{2, 3}));
  EXPECT_EQ(Get(aclGetViewStrides, tensor), (Sizes{3, 1}));
  EXPECT_EQ(Get(aclGetStorageShape, tensor), Sizes{6});
  EXPECT_EQ(aclDestroyTensor(tensor), ACLNN_SUCCESS);
}

TEST(Tensor, MayHaveNoDimsAtAll) {
  aclTensor* const tensor =
      aclCreateTensor(nullptr, 0, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, nullptr, 0, nullptr);
  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(Get(aclGetViewShape, tensor), Sizes{});
  EXPECT_EQ(Get(aclGetViewStrides, tensor), Sizes{});
  EXPECT_EQ(Get(aclGetStorageShape, tensor), Sizes{});
  EXPECT_EQ(aclDestroyTensor(tensor), ACLNN_SUCCESS);
}

// What it means is judged by the operator that uses it.
TEST(Tensor, TakesAnyNumbers) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  aclTensor* const tensor = Create({.dims = {kHuge, -1, 0, kHuge},
                                    .offset = -kHuge,
                                    .type = Odd<aclDataType>(1234),
                                    .format = Odd<aclFormat>(-77)});
  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(Get(aclGetViewShape, tensor), (Sizes{kHuge, -1, 0, kHuge}));
  EXPECT_EQ(OffsetOf(tensor), -kHuge);
  aclDataType type = ACL_FLOAT;
  EXPECT_EQ(aclGetDataType(tensor, &type), ACLNN_SUCCESS);
  EXPECT_EQ(static_cast<int>(type), 1234);
  aclFormat format = ACL_FORMAT_ND;
  EXPECT_EQ(aclGetFormat(tensor, &format), ACLNN_SUCCESS);
  EXPECT_EQ(static_cast<int>(format), -77);
  EXPECT_EQ(aclDestroyTensor(tensor), ACLNN_SUCCESS);
}

TEST(Tensor, IsNullOnlyWithoutTheDimsItCounts) {
  const Sizes dims = {2};
  EXPECT_EQ(
      aclCreateTensor(nullptr, 1, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, dims.data(), 1, nullptr),
      nullptr);
  EXPECT_EQ(RecentMessage(), "aclCreateTensor: viewDims is null; must point to 1 dims");
  EXPECT_EQ(
      aclCreateTensor(dims.data(), 1, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, nullptr, 3, nullptr),
      nullptr);
  EXPECT_EQ(RecentMessage(), "aclCreateTensor: storageDims is null; must point to 3 dims");
}

TEST(Tensor, NullIsDestroyedWithoutAnError) {
  EXPECT_EQ(aclDestroyTensor(nullptr), ACLNN_SUCCESS);
}

// Every getter with a tensor that is none.
void ExpectRefusedEverywhere(const aclTensor* bad, aclnnStatus code, const std::string& part) {
  std::int64_t* values = nullptr;
  std::uint64_t count = 0;
  std::int64_t offset = 0;
  aclDataType type = ACL_FLOAT;
  aclFormat format = ACL_FORMAT_ND;
  ExpectFailure(aclGetViewShape(bad, &values, &count), code, {"aclGetViewShape: " + part});
  ExpectFailure(aclGetStorageShape(bad, &values, &count), code, {"aclGetStorageShape: " + part});
  ExpectFailure(aclGetViewStrides(bad, &values, &count), code, {"aclGetViewStrides: " + part});
  ExpectFailure(aclGetViewOffset(bad, &offset), code, {"aclGetViewOffset: " + part});
  ExpectFailure(aclGetDataType(bad, &type), code, {"aclGetDataType: " + part});
  ExpectFailure(aclGetFormat(bad, &format), code, {"aclGetFormat: " + part});
  EXPECT_EQ(values, nullptr) << "a refused call writes nothing";
}

TEST(Tensor, OneThatIsNoneIsRefusedEverywhere) {
  ExpectRefusedEverywhere(nullptr, ACLNN_ERR_PARAM_NULLPTR, "tensor is null");
  aclTensor* const destroyed = Create({});
  ASSERT_EQ(aclDestroyTensor(destroyed), ACLNN_SUCCESS);
  int local = 0;
  const auto* const foreign = static_cast<const aclTensor*>(static_cast<void*>(&local));
  for (const aclTensor* const bad : {static_cast<const aclTensor*>(destroyed), foreign}) {
    ExpectRefusedEverywhere(bad, ACLNN_ERR_PARAM_INVALID, "tensor is 0x");
    ExpectFailure(aclDestroyTensor(bad), ACLNN_ERR_PARAM_INVALID, {"aclDestroyTensor: tensor is"});
  }
}

TEST(Tensor, GettersWantPlacesForWhatTheyGive) {
  aclTensor* const tensor = Create({});
  std::int64_t* values = nullptr;
  std::uint64_t count = 0;
  for (const Getter getter : {aclGetViewShape, aclGetStorageShape, aclGetViewStrides}) {
    ExpectFailure(getter(tensor, nullptr, &count), ACLNN_ERR_PARAM_NULLPTR, {"is null"});
    ExpectFailure(getter(tensor, &values, nullptr), ACLNN_ERR_PARAM_NULLPTR, {"is null"});
  }
  EXPECT_EQ(values, nullptr);
  ExpectFailure(aclGetViewOffset(tensor, nullptr), ACLNN_ERR_PARAM_NULLPTR, {"offset is null"});
  ExpectFailure(aclGetDataType(tensor, nullptr), ACLNN_ERR_PARAM_NULLPTR, {"dataType is null"});
  ExpectFailure(aclGetFormat(tensor, nullptr), ACLNN_ERR_PARAM_NULLPTR, {"format is null"});
  EXPECT_EQ(aclDestroyTensor(tensor), ACLNN_SUCCESS);
}

TEST(Tensor, IsMadeAndDestroyedOnDifferentThreads) {
  std::vector<aclTensor*> tensors(64, nullptr);
  std::thread([&] {
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      tensors[i] = Create({.offset = static_cast<std::int64_t>(i)});
    }
  }).join();
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(OffsetOf(tensors[i]), static_cast<std::int64_t>(i));
    EXPECT_EQ(aclDestroyTensor(tensors[i]), ACLNN_SUCCESS);
  }
}

TEST(AclnnInit, IsNeverRequiredAndAlwaysSucceeds) {
  EXPECT_EQ(aclnnInit(nullptr), ACLNN_SUCCESS);
  EXPECT_EQ(aclnnInit("/no/such/file.json"), ACLNN_SUCCESS);
  EXPECT_EQ(aclnnFinalize(), ACLNN_SUCCESS);
  EXPECT_EQ(aclnnFinalize(), ACLNN_SUCCESS);
}

}  // namespace
}  // namespace ferry::runtime_test
