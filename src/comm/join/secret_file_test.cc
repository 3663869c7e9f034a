#include "comm/join/secret_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "base/error.h"
#include "base/fd.h"

namespace ferry::comm {
namespace {

class SecretFileTest : public ::testing::Test {
 protected:
  Secret Of(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    EXPECT_EQ(::chmod(path_.c_str(), 0600), 0);
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
  static Error RefusalOf(const std::string& path) {
    try {
      (void)ReadSecret(path);
    } catch (const Error& error) {
      return error;
    }
    return {Code::kOk, "accepted"};
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
  const Error error = RefusalOf(path_ + ".none");
  EXPECT_EQ(error.code(), Code::kHcclOpenFileFailure);
  EXPECT_EQ(error.message(), "FERRY_SECRET_FILE names " + path_ +
                                 ".none, which cannot be read: No such file or directory");
}

TEST_F(SecretFileTest, IsReadableByNobodyElse) {
  const Secret secret = Of("0123456789abcdef");
  for (const mode_t mode : {0400, 0600, 0700}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    EXPECT_EQ(ReadSecret(path_), secret) << mode;
  }
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0610, 0601, 0644, 0777}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    const Error error = RefusalOf(path_);
    EXPECT_EQ(error.code(), Code::kHcclPara) << mode;
    EXPECT_EQ(error.message(),
              fmt::format("FERRY_SECRET_FILE names {}, whose mode is {:04o}; must give group and "
                          "others nothing: chmod 600 {}",
                          path_, mode, path_));
  }
}

TEST_F(SecretFileTest, BelongsToTheUserOfTheProcess) {
  (void)Of("0123456789abcdef");
  if (::chown(path_.c_str(), ::geteuid() + 1, static_cast<gid_t>(-1)) != 0)
    GTEST_SKIP() << "only root gives files away";
  const Error error = RefusalOf(path_);
  EXPECT_EQ(error.code(), Code::kHcclPara);
  EXPECT_NE(error.message().find(fmt::format("belongs to user {}; must belong to user {}",
                                             ::geteuid() + 1, ::geteuid())),
            std::string::npos)
      << error.message();
}

// A pipe without a writer would be waited for.
TEST_F(SecretFileTest, IsARegularFile) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  for (const std::string& path : {path_, ::testing::TempDir(), std::string("/dev/zero")}) {
    const Error error = RefusalOf(path);
    EXPECT_EQ(error.code(), Code::kHcclOpenFileFailure);
    EXPECT_NE(error.message().find(path + ", which cannot be read: it is "), std::string::npos)
        << error.message();
  }
}

// As `ferry launch` gives it.
TEST_F(SecretFileTest, MayBeMemoryWithoutAName) {
  const UniqueFd fd(::memfd_create("secret", MFD_CLOEXEC));
  ASSERT_EQ(::fchmod(fd.get(), 0600), 0);
  ASSERT_EQ(::write(fd.get(), "0123456789abcdef", 16), 16);
  EXPECT_EQ(ReadSecret(fmt::format("/proc/{}/fd/{}", ::getpid(), fd.get())),
            Of("0123456789abcdef"));
}

}  // namespace
}  // namespace ferry::comm
