// Tensor objects that change after they were made: described anew, or moved to other storage.
#include <aclnn/aclnn_base.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

using Sizes = std::vector<std::int64_t>;

const Sizes kDims = {2, 3};

aclTensor* NewTensor(void* data) {
  return aclCreateTensor(kDims.data(), 2, ACL_BF16, nullptr, 5, ACL_FORMAT_ND, kDims.data(), 2,
                         data);
}

void* AddressOf(const aclTensor* tensor) {
  void* address = nullptr;
  EXPECT_EQ(aclGetRawTensorAddr(tensor, &address), ACLNN_SUCCESS) << RecentMessage();
  return address;
}

Sizes ShapeOf(const aclTensor* tensor) {
  std::int64_t* dims = nullptr;
  std::uint64_t count = 0;
  EXPECT_EQ(aclGetViewShape(tensor, &dims, &count), ACLNN_SUCCESS);
  const std::unique_ptr<std::int64_t[]> owned(dims);
  return {dims, dims + count};
}

class TensorChange : public ::testing::Test {
 protected:
  ~TensorChange() override { EXPECT_EQ(aclDestroyTensor(tensor_), ACLNN_SUCCESS); }

  std::array<std::byte, 64> first_{};
  std::array<std::byte, 64> second_{};
  aclTensor* const tensor_ = NewTensor(first_.data());
};

TEST_F(TensorChange, TheStorageAddressIsSetAndReadBack) {
  EXPECT_EQ(AddressOf(tensor_), first_.data()) << "without the view's offset";
  EXPECT_EQ(aclSetRawTensorAddr(tensor_, second_.data()), ACLNN_SUCCESS);
  EXPECT_EQ(AddressOf(tensor_), second_.data());
  EXPECT_EQ(aclSetRawTensorAddr(tensor_, nullptr), ACLNN_SUCCESS);
  EXPECT_EQ(AddressOf(tensor_), nullptr);
  EXPECT_EQ(ShapeOf(tensor_), kDims) << "nothing else changes";
}

TEST_F(TensorChange, InitDescribesOtherMemoryWithTheSameObject) {
  const Sizes dims = {7};
  const Sizes strides = {-2};
  const Sizes storage = {100};
  ASSERT_EQ(aclInitTensor(tensor_, dims.data(), 1, ACL_INT32, strides.data(), 20, ACL_FORMAT_NCL,
                          storage.data(), 1, second_.data()),
            ACLNN_SUCCESS);
  EXPECT_EQ(ShapeOf(tensor_), dims);
  EXPECT_EQ(AddressOf(tensor_), second_.data());
  std::int64_t offset = 0;
  aclDataType type = ACL_FLOAT;
  aclFormat format = ACL_FORMAT_ND;
  EXPECT_EQ(aclGetViewOffset(tensor_, &offset), ACLNN_SUCCESS);
  EXPECT_EQ(aclGetDataType(tensor_, &type), ACLNN_SUCCESS);
  EXPECT_EQ(aclGetFormat(tensor_, &format), ACLNN_SUCCESS);
  EXPECT_EQ(offset, 20);
  EXPECT_EQ(type, ACL_INT32);
  EXPECT_EQ(format, ACL_FORMAT_NCL);
}

TEST_F(TensorChange, ARefusedInitLeavesTheTensorAsItWas) {
  ExpectFailure(aclInitTensor(tensor_, nullptr, 1, ACL_INT32, nullptr, 0, ACL_FORMAT_ND,
                              kDims.data(), 1, nullptr),
                ACLNN_ERR_PARAM_NULLPTR, {"aclInitTensor: viewDims is null; must point to 1 dims"});
  ExpectFailure(aclInitTensor(tensor_, kDims.data(), 1, ACL_INT32, nullptr, 0, ACL_FORMAT_ND,
                              nullptr, 2, nullptr),
                ACLNN_ERR_PARAM_NULLPTR,
                {"aclInitTensor: storageDims is null; must point to 2 dims"});
  EXPECT_EQ(ShapeOf(tensor_), kDims);
  EXPECT_EQ(AddressOf(tensor_), first_.data());
}

// Every function that changes a tensor, with one that is none.
void ExpectRefusedEverywhere(aclTensor* bad, aclnnStatus code, const std::string& part) {
  void* address = &bad;
  ExpectFailure(aclInitTensor(bad, kDims.data(), 2, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND,
                              kDims.data(), 2, nullptr),
                code, {"aclInitTensor: " + part});
  ExpectFailure(aclSetRawTensorAddr(bad, nullptr), code, {"aclSetRawTensorAddr: " + part});
  ExpectFailure(aclGetRawTensorAddr(bad, &address), code, {"aclGetRawTensorAddr: " + part});
  EXPECT_EQ(address, &bad) << "a refused call writes nothing";
}

TEST(TensorChanges, WantATensor) {
  ExpectRefusedEverywhere(nullptr, ACLNN_ERR_PARAM_NULLPTR, "tensor is null");
  aclTensor* const destroyed = NewTensor(nullptr);
  ASSERT_EQ(aclDestroyTensor(destroyed), ACLNN_SUCCESS);
  ExpectRefusedEverywhere(destroyed, ACLNN_ERR_PARAM_INVALID, "tensor is 0x");
  int local = 0;
  ExpectRefusedEverywhere(static_cast<aclTensor*>(static_cast<void*>(&local)),
                          ACLNN_ERR_PARAM_INVALID, "tensor is 0x");
}

TEST_F(TensorChange, TheAddressWantsAPlace) {
  ExpectFailure(aclGetRawTensorAddr(tensor_, nullptr), ACLNN_ERR_PARAM_NULLPTR, {"addr is null"});
}

TEST_F(TensorChange, ThreadsThatChangeOneTensorLeaveItWhole) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      void* const mine = t % 2 == 0 ? first_.data() : second_.data();
      for (int i = 0; i < 200; ++i) {
        ASSERT_EQ(aclSetRawTensorAddr(tensor_, mine), ACLNN_SUCCESS);
        void* const seen = AddressOf(tensor_);
        ASSERT_TRUE(seen == first_.data() || seen == second_.data());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ShapeOf(tensor_), kDims);
}

}  // namespace
}  // namespace ferry::runtime_test
