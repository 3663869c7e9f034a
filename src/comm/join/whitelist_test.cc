#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "comm/join/host_address.h"

namespace ferry::comm {
namespace {

using Addresses = std::vector<std::string>;

class Whitelist : public ::testing::Test {
 protected:
  Whitelist() {
    ::setenv("HCCL_WHITELIST_DISABLE", "0", 1);
    ::setenv("HCCL_WHITELIST_FILE", path_.c_str(), 1);
  }
  ~Whitelist() override {
    ::unsetenv("HCCL_WHITELIST_DISABLE");
    ::unsetenv("HCCL_WHITELIST_FILE");
    std::remove(path_.c_str());
  }

  void Write(const std::string& text) const { std::ofstream(path_) << text; }
  static Error Refusal() {
    try {
      (void)ReadWhitelist();
    } catch (const Error& error) {
      return error;
    }
    return {Code::kOk, "accepted"};
  }

  const std::string path_ = ::testing::TempDir() + "ferry_whitelist_" +
                            ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(Whitelist, LetsAllInUnlessItIsWanted) {
  ::setenv("HCCL_WHITELIST_DISABLE", "1", 1);
  EXPECT_FALSE(ReadWhitelist());
  ::unsetenv("HCCL_WHITELIST_DISABLE");
  EXPECT_FALSE(ReadWhitelist());
}

TEST_F(Whitelist, HoldsAddressesAsTheSystemWritesThem) {
  Write(R"({"host_ip": ["192.168.1.2", "0:0:0:0:0:0:0:1", "FE80::0A"], "device_ip": [7]})");
  EXPECT_EQ(ReadWhitelist(), (Addresses{"192.168.1.2", "::1", "fe80::a"}));
  Write(R"({"host_ip": []})");
  EXPECT_EQ(ReadWhitelist(), Addresses{}) << "nobody";
}

TEST_F(Whitelist, ThatIsWantedMustHaveAFile) {
  EXPECT_EQ(Refusal().code(), Code::kHcclOpenFileFailure);
  EXPECT_NE(Refusal().message().find(path_), std::string::npos);
  ::setenv("HCCL_WHITELIST_FILE", "/", 1);
  EXPECT_EQ(Refusal().code(), Code::kHcclOpenFileFailure);
  EXPECT_EQ(Refusal().message(),
            "HCCL_WHITELIST_FILE names /, which cannot be read: it is a directory");
  ::unsetenv("HCCL_WHITELIST_FILE");
  EXPECT_EQ(Refusal().code(), Code::kHcclPara);
}

TEST_F(Whitelist, ThatIsNoObjectWithAListIsRefused) {
  for (const char* text : {"", "no JSON", "[]", "{}", R"({"host_ip": "1.2.3.4"})",
                           R"({"host_ip": {"0": "1.2.3.4"}})", R"({"host_ip": ["1.2.3.4"])"}) {
    Write(text);
    EXPECT_EQ(Refusal().code(), Code::kHcclPara) << text;
    EXPECT_NE(Refusal().message().find("must be a JSON object with a list host_ip"),
              std::string::npos)
        << text;
  }
}

TEST_F(Whitelist, HoldsNothingButAddresses) {
  for (const char* entry : {"1", "null", "\"\"", "\"localhost\"", "\"1.2.3\"", "\"1.2.3.4/8\"",
                            "[\"1.2.3.4\"]", "\"::1%lo\""}) {
    Write("{\"host_ip\": [\"10.0.0.1\", " + std::string(entry) + "]}");
    EXPECT_NE(Refusal().message().find("host_ip must hold IPv4 and IPv6 addresses as texts"),
              std::string::npos)
        << entry;
  }
}

}  // namespace
}  // namespace ferry::comm
