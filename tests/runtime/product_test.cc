// aclInit and the name of the chip under the FERRY_PRODUCT of the process, which is read once: this
// program is run once for each value (CMakeLists.txt).
#include <acl/acl.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

TEST(Product, DecidesAboutInitAndTheNameOfTheChip) {
  const char* const variable = std::getenv("FERRY_PRODUCT");
  const std::string product = variable != nullptr ? variable : "";
  EXPECT_STREQ(aclrtGetSocName(), product == "a2" ? "Ascend910B3" : "Ascend910_9391");
  std::int64_t cores = 0;
  EXPECT_EQ(aclGetDeviceCapability(0, ACL_DEVICE_INFO_AI_CORE_NUM, &cores), ACL_SUCCESS);
  EXPECT_EQ(cores, product == "a2" ? 20 : 24);
  if (product.empty() || product == "a3" || product == "a2") {
    EXPECT_EQ(aclInit(nullptr), ACL_SUCCESS);
    EXPECT_EQ(aclFinalize(), ACL_SUCCESS);
  } else {
    ExpectFailure(aclInit(nullptr), ACL_ERROR_INVALID_PARAM,
                  {"aclInit: ", "FERRY_PRODUCT is '" + product + "'", "'a3'", "'a2'"});
    EXPECT_EQ(aclFinalize(), ACL_ERROR_REPEAT_FINALIZE);
  }
}

}  // namespace
}  // namespace ferry::runtime_test
