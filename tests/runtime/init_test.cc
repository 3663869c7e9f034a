// The runtime's beginning and end, and what needs neither device nor context.
#include <acl/acl.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

TEST(Init, ReferencesAreCounted) {
  EXPECT_EQ(aclInit(nullptr), ACL_SUCCESS);
  ExpectFailure(aclInit(nullptr), ACL_ERROR_REPEAT_INITIALIZE, {"aclInit: "});
  std::uint64_t left = 77;
  EXPECT_EQ(aclFinalizeReference(&left), ACL_SUCCESS);
  EXPECT_EQ(left, 1U);
  EXPECT_EQ(aclFinalizeReference(nullptr), ACL_SUCCESS);
  ExpectFailure(aclFinalizeReference(&left), ACL_ERROR_REPEAT_FINALIZE, {"aclFinalizeReference: "});
}

TEST(Init, FinalizeEndsItWhateverTheCount) {
  EXPECT_EQ(aclInit(nullptr), ACL_SUCCESS);
  EXPECT_EQ(aclInit(nullptr), ACL_ERROR_REPEAT_INITIALIZE);
  EXPECT_EQ(aclFinalize(), ACL_SUCCESS);
  ExpectFailure(aclFinalize(), ACL_ERROR_REPEAT_FINALIZE, {"aclFinalize: "});
}

TEST(Init, AMissingFileIsNamed) {
  ExpectFailure(aclInit("/no/such/file.json"), ACL_ERROR_INVALID_FILE,
                {"aclInit: ", "configPath", "/no/such/file.json"});
  EXPECT_EQ(aclFinalize(), ACL_ERROR_REPEAT_FINALIZE);
}

TEST(Init, EveryPointerOfTheVersionIsMandatory) {
  std::int32_t major = -1;
  std::int32_t minor = -1;
  std::int32_t patch = -1;
  EXPECT_EQ(aclrtGetVersion(&major, &minor, &patch), ACL_SUCCESS);
  EXPECT_GE(major, 1);
  EXPECT_GE(minor, 0);
  EXPECT_GE(patch, 0);
  ExpectFailure(aclrtGetVersion(nullptr, &minor, &patch), ACL_ERROR_INVALID_PARAM,
                {"aclrtGetVersion: majorVersion is null"});
  ExpectFailure(aclrtGetVersion(&major, nullptr, &patch), ACL_ERROR_INVALID_PARAM,
                {"minorVersion is null"});
  ExpectFailure(aclrtGetVersion(&major, &minor, nullptr), ACL_ERROR_INVALID_PARAM,
                {"patchVersion is null"});
}

TEST(DataTypeSize, IsInBytesAndZeroWhereThereIsNone) {
  EXPECT_EQ(aclDataTypeSize(ACL_INT8), 1U);
  EXPECT_EQ(aclDataTypeSize(ACL_UINT8), 1U);
  EXPECT_EQ(aclDataTypeSize(ACL_BOOL), 1U);
  EXPECT_EQ(aclDataTypeSize(ACL_FLOAT8_E4M3FN), 1U);
  EXPECT_EQ(aclDataTypeSize(ACL_FLOAT16), 2U);
  EXPECT_EQ(aclDataTypeSize(ACL_BF16), 2U);
  EXPECT_EQ(aclDataTypeSize(ACL_INT16), 2U);
  EXPECT_EQ(aclDataTypeSize(ACL_FLOAT), 4U);
  EXPECT_EQ(aclDataTypeSize(ACL_INT32), 4U);
  EXPECT_EQ(aclDataTypeSize(ACL_COMPLEX32), 4U);
  EXPECT_EQ(aclDataTypeSize(ACL_INT64), 8U);
  EXPECT_EQ(aclDataTypeSize(ACL_DOUBLE), 8U);
  EXPECT_EQ(aclDataTypeSize(ACL_COMPLEX64), 8U);
  EXPECT_EQ(aclDataTypeSize(ACL_COMPLEX128), 16U);
  EXPECT_EQ(aclDataTypeSize(ACL_DT_UNDEFINED), 0U);
  EXPECT_EQ(aclDataTypeSize(ACL_STRING), 0U);
  EXPECT_EQ(aclDataTypeSize(ACL_INT4), 0U);
}

TEST(Float16, ReadsInfinityAndNanAsOrdinaryNumbers) {
  EXPECT_EQ(aclFloat16ToFloat(0x7c00), 65536.0f);
  EXPECT_EQ(aclFloat16ToFloat(0xfc00), -65536.0f);
  for (const unsigned nan : {0x7e00U, 0x7c01U, 0x7fffU, 0xfe00U, 0xfc01U, 0xffffU}) {
    EXPECT_EQ(aclFloat16ToFloat(static_cast<aclFloat16>(nan)), 98304.0f);
  }
}

TEST(Float16, ConvertsBothWays) {
  EXPECT_EQ(aclFloat16ToFloat(0x3c00), 1.0f);
  EXPECT_EQ(aclFloat16ToFloat(0xc000), -2.0f);
  EXPECT_EQ(aclFloat16ToFloat(0x0001), std::ldexp(1.0f, -24));
  EXPECT_EQ(aclFloat16ToFloat(0x7bff), 65504.0f);
  EXPECT_TRUE(std::signbit(aclFloat16ToFloat(0x8000)));
  EXPECT_EQ(aclFloatToFloat16(1.0f), 0x3c00);
  EXPECT_EQ(aclFloatToFloat16(-2.0f), 0xc000);
  EXPECT_EQ(aclFloatToFloat16(std::ldexp(1.0f, -24)), 0x0001);
  for (std::uint32_t bits = 0; bits < 0x7c00; ++bits) {
    const auto half = static_cast<aclFloat16>(bits);
    ASSERT_EQ(aclFloatToFloat16(aclFloat16ToFloat(half)), half);
  }
}

}  // namespace
}  // namespace ferry::runtime_test
