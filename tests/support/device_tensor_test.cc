// The watcher watched: a harness that overlooks a wrong byte would make every other test worthless.
#include "support/device_tensor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "acl/acl.h"

namespace ferry::support {
namespace {

using Values = std::vector<std::int32_t>;

class DeviceTensorTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { Check(aclrtSetDevice(0), "aclrtSetDevice"); }
  static void TearDownTestSuite() { Check(aclrtResetDevice(0), "aclrtResetDevice"); }
};

// Where the library would write, for a test that plays the library.
std::int32_t* DataOf(const DeviceTensor& tensor) {
  return reinterpret_cast<std::int32_t*>(tensor.data());
}

TEST_F(DeviceTensorTest, ReadsBackWhatItWroteWhateverTheStrides) {
  const Values values = {1, 2, 3, 4, 5, 6};
  for (const Storage& storage :
       {Storage{}, Storage{.strides = {5, 1}, .offset = 2}, Storage{.strides = {1, 2}},
        Storage{.strides = {-4, 1}, .offset = 4}, Storage{.strides = {7, 2}, .foreign = true}}) {
    DeviceTensor tensor(ACL_INT32, {2, 3}, storage);
    tensor.Write(values);
    EXPECT_EQ(tensor.Read<std::int32_t>(6), values);
    EXPECT_TRUE(tensor.IsUntouched());
  }
}

TEST_F(DeviceTensorTest, AcceptsExactlyTheExpectedPrefix) {
  DeviceTensor tensor(ACL_INT32, {4});
  DataOf(tensor)[0] = 7;
  DataOf(tensor)[1] = 8;
  EXPECT_TRUE(tensor.Holds(Values{7, 8}));
}

TEST_F(DeviceTensorTest, NoticesAValueThatWasNotWritten) {
  DeviceTensor tensor(ACL_INT32, {4});
  DataOf(tensor)[0] = 7;
  EXPECT_FALSE(tensor.Holds(Values{7, 8}));
}

TEST_F(DeviceTensorTest, NoticesAWriteBehindTheExpectedPrefix) {
  DeviceTensor tensor(ACL_INT32, {4});
  DataOf(tensor)[0] = 7;
  DataOf(tensor)[3] = 0;
  EXPECT_FALSE(tensor.Holds(Values{7}));
}

TEST_F(DeviceTensorTest, NoticesAWriteBetweenTheRowsOfAStridedView) {
  DeviceTensor tensor(ACL_INT32, {2, 3}, {.strides = {5, 1}});
  tensor.Write(Values{1, 2, 3, 4, 5, 6});
  DataOf(tensor)[3] = 0;
  EXPECT_FALSE(tensor.IsUntouched());
}

TEST_F(DeviceTensorTest, NoticesAWriteBeforeAndBehindItsMemory) {
  DeviceTensor before(ACL_INT32, {4});
  DataOf(before)[-1] = 0;
  EXPECT_FALSE(before.IsUntouched());
  DeviceTensor behind(ACL_INT32, {4});
  DataOf(behind)[4] = 0;
  EXPECT_FALSE(behind.IsUntouched());
}

TEST_F(DeviceTensorTest, SharesItsMemoryWithAView) {
  DeviceTensor tensor(ACL_INT32, {4});
  DeviceTensor view(tensor, {2}, {.offset = 1});
  tensor.Write(Values{1, 2, 3, 4});
  DataOf(tensor)[1] = 9;
  DataOf(tensor)[2] = 10;
  EXPECT_FALSE(tensor.IsUntouched());
  EXPECT_TRUE(view.Holds(Values{9, 10}));
  EXPECT_TRUE(tensor.IsUntouched());
}

TEST_F(DeviceTensorTest, AssumesElementsFromAnyIndexOn) {
  DeviceTensor tensor(ACL_INT32, {2, 3}, {.strides = {-5, 1}, .offset = 5});
  tensor.Write(Values{1, 2, 3, 4, 5, 6});
  DataOf(tensor)[7] = 9;  // row 0, the last element
  DataOf(tensor)[0] = 10;
  EXPECT_FALSE(tensor.IsUntouched());
  tensor.Assume(Values{9, 10}, 2);
  EXPECT_TRUE(tensor.IsUntouched());
}

TEST_F(DeviceTensorTest, RepaintedForgetsWhatItHeldAndNoticesWritesAsBefore) {
  DeviceTensor tensor(ACL_INT32, {4});
  tensor.Write(Values{1, 2, 3, 4});
  tensor.Repaint();
  EXPECT_NE(tensor.Read<std::int32_t>(4), (Values{1, 2, 3, 4}));
  EXPECT_TRUE(tensor.IsUntouched());
  DataOf(tensor)[3] = 4;
  EXPECT_FALSE(tensor.IsUntouched());
}

TEST_F(DeviceTensorTest, AnyElementsStillExcludesGapsAndGuards) {
  DeviceTensor tensor(ACL_INT32, {2, 3}, {.strides = {5, 1}});
  DataOf(tensor)[2] = 1;
  tensor.AssumeAnyElements();
  EXPECT_TRUE(tensor.IsUntouched());
  DataOf(tensor)[3] = 1;
  tensor.AssumeAnyElements();
  EXPECT_FALSE(tensor.IsUntouched());
}

}  // namespace
}  // namespace ferry::support
