#include "comm/join/secret_file.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "base/error.h"

namespace ferry::comm {
namespace {

class SecretFileTest : public ::testing::Test {
 protected:
  Secret Of(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    return ReadSecret(path_);
  }
  Code Refusal(const std::string& text) {
    try {
      (void)Of(text);
    } catch (const Error& error) {
      EXPECT_NE(error.message().find("FERRY_SECRET_FILE names " + path_), std::string::npos);
      return error.code();
    }
    return Code::kOk;
  }
  void TearDown() override { std::remove(path_.c_str()); }

  const std::string path_ = ::testing::TempDir() + "ferry_secret_" +
                            ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(SecretFileTest, DependsOnEveryByteButTheLineEnd) {
  EXPECT_EQ(Of("0123456789abcdef"), Of("0123456789abcdef\r\n"));
  EXPECT_NE(Of("0123456789abcdef"), Of("0123456789abcdeF"));
  EXPECT_NE(Of("0123456789abcdef"), Secret{});
}

TEST_F(SecretFileTest, IsSixteenToFourThousandBytesLong) {
  EXPECT_EQ(Refusal(std::string(15, 'x')), Code::kHcclPara);
  EXPECT_EQ(Refusal(std::string(16, 'x')), Code::kOk);
  EXPECT_EQ(Refusal(std::string(4096, 'x') + "\n"), Code::kOk);
  EXPECT_EQ(Refusal(std::string(4097, 'x')), Code::kHcclPara);
  EXPECT_EQ(Refusal(""), Code::kHcclPara);
}

TEST_F(SecretFileTest, ThatIsNotThereIsSaid) {
  EXPECT_THROW((void)ReadSecret(path_ + ".none"), Error);
}

}  // namespace
}  // namespace ferry::comm
