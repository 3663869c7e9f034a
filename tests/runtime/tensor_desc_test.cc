// Tensor descriptors: what they are told, they hand back.
#include <acl/acl.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

class TensorDescTest : public ::testing::Test {
 protected:
  ~TensorDescTest() override { aclDestroyTensorDesc(desc_); }

  static aclTensorDesc* Make() {
    const std::int64_t dims[] = {2, 3, 5};
    return aclCreateTensorDesc(ACL_BF16, 3, dims, ACL_FORMAT_ND);
  }
  aclTensorDesc* const desc_ = Make();
};

TEST_F(TensorDescTest, HandsBackWhatItWasMadeOf) {
  EXPECT_EQ(aclGetTensorDescType(desc_), ACL_BF16);
  EXPECT_EQ(aclGetTensorDescFormat(desc_), ACL_FORMAT_ND);
  EXPECT_EQ(aclGetTensorDescNumDims(desc_), 3U);
  EXPECT_EQ(aclGetTensorDescElementCount(desc_), 30U);
  EXPECT_EQ(aclGetTensorDescSize(desc_), 60U);
  EXPECT_EQ(aclGetTensorDescDim(desc_, 2), 5);
  std::int64_t dim = 0;
  EXPECT_EQ(aclGetTensorDescDimV2(desc_, 1, &dim), ACL_SUCCESS);
  EXPECT_EQ(dim, 3);
  EXPECT_STREQ(aclGetTensorDescName(desc_), "");
}

TEST_F(TensorDescTest, ChangesAndKeepsTheRest) {
  const std::int64_t dims[] = {7};
  EXPECT_EQ(aclSetTensorShape(desc_, 1, dims), ACL_SUCCESS);
  EXPECT_EQ(aclSetTensorFormat(desc_, ACL_FORMAT_NCL), ACL_SUCCESS);
  aclSetTensorDescName(desc_, "x");
  const char* const name = aclGetTensorDescName(desc_);
  EXPECT_EQ(aclSetTensorOriginFormat(desc_, ACL_FORMAT_NCHW), ACL_SUCCESS);
  EXPECT_EQ(aclSetTensorOriginShape(desc_, 1, dims), ACL_SUCCESS);
  EXPECT_EQ(aclSetTensorStorageFormat(desc_, ACL_FORMAT_FRACTAL_NZ), ACL_SUCCESS);
  EXPECT_EQ(aclSetTensorStorageShape(desc_, 1, dims), ACL_SUCCESS);
  EXPECT_EQ(aclSetTensorPlaceMent(desc_, ACL_MEMTYPE_HOST), ACL_SUCCESS);
  EXPECT_EQ(aclSetTensorConst(desc_, desc_, 8), ACL_SUCCESS);
  EXPECT_EQ(aclSetTensorDynamicInput(desc_, "dynamic"), ACL_SUCCESS);
  std::int64_t values[][2] = {{0, 9}};
  EXPECT_EQ(aclSetTensorValueRange(desc_, 1, values), ACL_SUCCESS);
  EXPECT_STREQ(name, "x") << "a name outlives other changes";
  EXPECT_EQ(aclGetTensorDescFormat(desc_), ACL_FORMAT_NCL);
  EXPECT_EQ(aclGetTensorDescElementCount(desc_), 7U);
  EXPECT_EQ(aclGetTensorDescType(desc_), ACL_BF16);
  aclSetTensorDescName(desc_, nullptr);
  EXPECT_STREQ(aclGetTensorDescName(desc_), "");
}

TEST_F(TensorDescTest, RangesOfDimsAreReadBack) {
  std::int64_t ranges[][2] = {{1, 8}, {2, -1}};
  std::int64_t range[2] = {};
  ExpectFailure(aclGetTensorDescDimRange(desc_, 0, 2, range), ACL_ERROR_INVALID_PARAM,
                {"aclGetTensorDescDimRange: index is 0; must be in [0, 0)"});
  ASSERT_EQ(aclSetTensorShapeRange(desc_, 2, ranges), ACL_SUCCESS);
  ASSERT_EQ(aclGetTensorDescDimRange(desc_, 1, 2, range), ACL_SUCCESS);
  EXPECT_EQ(range[0], 2);
  EXPECT_EQ(range[1], -1);
  ExpectFailure(aclGetTensorDescDimRange(desc_, 1, 1, range), ACL_ERROR_INVALID_PARAM,
                {"dimRangeNum is 1; must be at least 2"});
  ExpectFailure(aclGetTensorDescDimRange(desc_, 2, 2, range), ACL_ERROR_INVALID_PARAM,
                {"index is 2"});
}

TEST(TensorDesc, SizesThatAreUnknownOrTooLargeAreZero) {
  const std::int64_t unknown_dim[] = {2, -1};
  const std::int64_t unknown_rank[] = {-2};
  const std::int64_t huge[] = {INT64_MAX, 3};
  aclTensorDesc* desc = aclCreateTensorDesc(ACL_FLOAT, 2, unknown_dim, ACL_FORMAT_ND);
  EXPECT_EQ(aclGetTensorDescSize(desc), 0U);
  EXPECT_EQ(aclGetTensorDescDim(desc, 1), -1);
  EXPECT_EQ(aclSetTensorShape(desc, 1, unknown_rank), ACL_SUCCESS);
  EXPECT_EQ(aclGetTensorDescNumDims(desc), ACL_UNKNOWN_RANK);
  EXPECT_EQ(aclSetTensorShape(desc, 2, huge), ACL_SUCCESS);
  EXPECT_EQ(aclGetTensorDescElementCount(desc), 0U);
  EXPECT_EQ(aclSetTensorShape(desc, 1, huge), ACL_SUCCESS);
  EXPECT_EQ(aclGetTensorDescSize(desc), 0U);
  EXPECT_EQ(aclSetTensorShape(desc, 0, nullptr), ACL_SUCCESS);
  EXPECT_EQ(aclGetTensorDescSize(desc), 4U) << "a scalar";
  aclDestroyTensorDesc(desc);
}

TEST_F(TensorDescTest, BadArgumentsAreRefusedAndChangeNothing) {
  const std::int64_t dims[] = {7};
  EXPECT_EQ(aclCreateTensorDesc(ACL_FLOAT, -1, dims, ACL_FORMAT_ND), nullptr);
  EXPECT_EQ(RecentMessage(), "aclCreateTensorDesc: numDims is -1; must be at least 0");
  EXPECT_EQ(aclCreateTensorDesc(ACL_FLOAT, 2, nullptr, ACL_FORMAT_ND), nullptr);
  EXPECT_EQ(RecentMessage(), "aclCreateTensorDesc: dims is null; must point to 2 dims");
  ExpectFailure(aclSetTensorShape(desc_, -3, dims), ACL_ERROR_INVALID_PARAM, {"numDims is -3"});
  ExpectFailure(aclSetTensorShape(desc_, 1, nullptr), ACL_ERROR_INVALID_PARAM, {"dims is null"});
  ExpectFailure(aclSetTensorShapeRange(desc_, 1, nullptr), ACL_ERROR_INVALID_PARAM,
                {"dimsRange is null; must point to 1 ranges"});
  ExpectFailure(aclSetTensorValueRange(desc_, 1, nullptr), ACL_ERROR_INVALID_PARAM,
                {"valueRange is null"});
  ExpectFailure(aclSetTensorConst(desc_, nullptr, 4), ACL_ERROR_INVALID_PARAM,
                {"dataBuffer is null; must point to 4 bytes"});
  ExpectFailure(aclSetTensorPlaceMent(desc_, Odd<aclMemType>(3)), ACL_ERROR_INVALID_PARAM,
                {"memType is 3; must be in [0, 2]"});
  ExpectFailure(aclSetTensorDynamicInput(desc_, nullptr), ACL_ERROR_INVALID_PARAM,
                {"dynamicInputName is null"});
  ExpectFailure(aclGetTensorDescDimV2(desc_, 0, nullptr), ACL_ERROR_INVALID_PARAM,
                {"dimSize is null"});
  std::int64_t dim = 0;
  ExpectFailure(aclGetTensorDescDimV2(desc_, 3, &dim), ACL_ERROR_INVALID_PARAM,
                {"aclGetTensorDescDimV2: index is 3; must be in [0, 3)"});
  EXPECT_EQ(aclGetTensorDescDim(desc_, 3), -1);
  ExpectFailure(aclGetTensorDescDimRange(desc_, 0, 2, nullptr), ACL_ERROR_INVALID_PARAM,
                {"dimRange is null"});
  EXPECT_EQ(aclGetTensorDescElementCount(desc_), 30U);
}

// Every function, with a descriptor that is none.
void ExpectRefusedEverywhere(aclTensorDesc* bad, aclError code, const std::string& part) {
  std::int64_t value = 0;
  std::int64_t range[1][2] = {};
  ExpectFailure(aclGetTensorDescDimV2(bad, 0, &value), code, {part});
  ExpectFailure(aclGetTensorDescDimRange(bad, 0, 2, range[0]), code, {part});
  ExpectFailure(aclSetTensorShapeRange(bad, 1, range), code, {part});
  ExpectFailure(aclSetTensorValueRange(bad, 1, range), code, {part});
  ExpectFailure(aclSetTensorFormat(bad, ACL_FORMAT_ND), code, {part});
  ExpectFailure(aclSetTensorShape(bad, 0, nullptr), code, {part});
  ExpectFailure(aclSetTensorOriginFormat(bad, ACL_FORMAT_ND), code, {part});
  ExpectFailure(aclSetTensorOriginShape(bad, 0, nullptr), code, {part});
  ExpectFailure(aclSetTensorStorageFormat(bad, ACL_FORMAT_ND), code, {part});
  ExpectFailure(aclSetTensorStorageShape(bad, 0, nullptr), code, {part});
  ExpectFailure(aclSetTensorPlaceMent(bad, ACL_MEMTYPE_HOST), code, {part});
  ExpectFailure(aclSetTensorConst(bad, &value, 8), code, {part});
  ExpectFailure(aclSetTensorDynamicInput(bad, "x"), code, {part});
  aclSetTensorDescName(bad, "x");
  EXPECT_EQ(RecentMessage().find("aclSetTensorDescName: " + part), 0U);
  EXPECT_EQ(aclGetTensorDescType(bad), ACL_DT_UNDEFINED);
  EXPECT_EQ(RecentMessage().find("aclGetTensorDescType: " + part), 0U);
  EXPECT_EQ(aclGetTensorDescFormat(bad), ACL_FORMAT_UNDEFINED);
  EXPECT_EQ(aclGetTensorDescSize(bad), 0U);
  EXPECT_EQ(aclGetTensorDescElementCount(bad), 0U);
  EXPECT_EQ(aclGetTensorDescNumDims(bad), 0U);
  EXPECT_EQ(aclGetTensorDescDim(bad, 0), -1);
  EXPECT_STREQ(aclGetTensorDescName(bad), "");
  EXPECT_EQ(RecentMessage().find("aclGetTensorDescName: " + part), 0U);
}

TEST_F(TensorDescTest, OneThatIsNoneIsRefusedEverywhere) {
  ExpectRefusedEverywhere(nullptr, ACL_ERROR_INVALID_PARAM, "desc is null");
  int local = 0;
  auto* const foreign = static_cast<aclTensorDesc*>(static_cast<void*>(&local));
  ExpectRefusedEverywhere(foreign, ACL_ERROR_RT_INVALID_HANDLE, "desc is 0x");
  aclTensorDesc* const destroyed = Make();
  aclDestroyTensorDesc(destroyed);
  EXPECT_EQ(aclGetRecentErrMsg(), nullptr);
  ExpectRefusedEverywhere(destroyed, ACL_ERROR_RT_INVALID_HANDLE, "desc is 0x");
  aclDestroyTensorDesc(destroyed);
  EXPECT_EQ(RecentMessage().find("aclDestroyTensorDesc: desc is 0x"), 0U);
  aclDestroyTensorDesc(nullptr);
  EXPECT_EQ(aclGetRecentErrMsg(), nullptr) << "null is allowed";
}

}  // namespace
}  // namespace ferry::runtime_test
