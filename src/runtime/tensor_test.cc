#include "runtime/tensor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

namespace ferry::runtime {
namespace {

using Sizes = std::vector<std::int64_t>;

TEST(ContiguousStrides, CountsElementsFromTheLastDim) {
  EXPECT_EQ(ContiguousStrides({2, 3, 5}), (Sizes{15, 5, 1}));
  EXPECT_EQ(ContiguousStrides({7}), Sizes{1});
  EXPECT_EQ(ContiguousStrides({}), Sizes{});
}

TEST(ContiguousStrides, TakesEmptyDims) {
  EXPECT_EQ(ContiguousStrides({4, 0, 3}), (Sizes{0, 3, 1}));
}

TEST(ContiguousStrides, IsDefinedForDimsThatOverflow) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  const Sizes strides = ContiguousStrides({2, kHuge, kHuge});
  ASSERT_EQ(strides.size(), 3U);
  EXPECT_EQ(strides[1], kHuge);
  EXPECT_EQ(strides[0], 0);
}

TEST(Tensors, AreFoundByTheirHandleUntilRemoved) {
  Tensor tensor;
  tensor.view_dims = {2, 3};
  tensor.dtype = DType::kBFloat16;
  void* const handle = Tensors().Add(std::make_shared<const Tensor>(tensor));
  ASSERT_NE(Tensors().Find(handle), nullptr);
  EXPECT_EQ(Tensors().Find(handle)->view_dims, (Sizes{2, 3}));
  Tensors().Remove(handle);
  EXPECT_EQ(Tensors().Find(handle), nullptr);
}

}  // namespace
}  // namespace ferry::runtime
