#include "base/env.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "base/error.h"

namespace ferry {
namespace {

// Sets a variable for one scope; null unsets it.
class ScopedEnv {
 public:
  ScopedEnv(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    Set(value);
  }
  ScopedEnv(const ScopedEnv&) = delete;
  ScopedEnv& operator=(const ScopedEnv&) = delete;
  ~ScopedEnv() { Set(old_ ? old_->c_str() : nullptr); }

 private:
  void Set(const char* value) {
    if (value == nullptr) {
      ::unsetenv(name_);
    } else {
      ::setenv(name_, value, 1);
    }
  }

  const char* name_;
  std::optional<std::string> old_;
};

std::int64_t BuffSize(const char* text) {
  const ScopedEnv scope("HCCL_BUFFSIZE", text);
  return env::HcclBuffSizeMiB();
}

// Runs `check` in a child, where what is read once has not been read yet.
template <class F>
bool HoldsInAFreshProcess(F check) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(check() ? 0 : 1);
  int status = -1;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

TEST(HcclBuffSize, Is200ByDefault) {
  EXPECT_EQ(BuffSize(nullptr), 200);
}

TEST(HcclBuffSize, TakesLeadingDigitsAndIgnoresTheRest) {
  EXPECT_EQ(BuffSize("1"), 1);
  EXPECT_EQ(BuffSize("512MB"), 512);
  EXPECT_EQ(BuffSize(" \t\n+64"), 64);
  EXPECT_EQ(BuffSize("1.9"), 1);
  EXPECT_EQ(BuffSize("0x10"), 0);
  EXPECT_EQ(BuffSize("00012"), 12);
}

TEST(HcclBuffSize, DoesNotWrapAt65536) {
  EXPECT_EQ(BuffSize("65537"), 65537);
}

TEST(HcclBuffSize, WithoutDigitsIs200) {
  for (const char* text : {"", " ", "+", "-", "+-1", "- 1", "abc", "MB5", ".5"})
    EXPECT_EQ(BuffSize(text), 200) << '"' << text << '"';
}

TEST(HcclBuffSize, OutsideTheIntRangeIs200) {
  EXPECT_EQ(BuffSize("2147483647"), 2147483647);
  EXPECT_EQ(BuffSize("2147483648"), 200);
  EXPECT_EQ(BuffSize("99999999999999999999999"), 200);
  EXPECT_EQ(BuffSize("-2147483649"), 200);
  EXPECT_EQ(BuffSize("-2147483648"), 0);
}

TEST(HcclBuffSize, BelowOneIsZero) {
  EXPECT_EQ(BuffSize("0"), 0);
  EXPECT_EQ(BuffSize("-5"), 0);
}

TEST(HcclExecTimeout, TakesItsRange) {
  for (const auto& [text, seconds] : {std::pair<const char*, std::int64_t>{nullptr, 1836},
                                      {"", 1836},
                                      {"0", 0},
                                      {"68", 68},
                                      {"2147483647", 2147483647}}) {
    const ScopedEnv scope("HCCL_EXEC_TIMEOUT", text);
    EXPECT_EQ(env::HcclExecTimeoutSeconds(), seconds);
  }
}

TEST(HcclExecTimeout, RefusesWhatLiesOutside) {
  for (const char* text : {"-1", "2147483648", "x", "1s", " 1"}) {
    const ScopedEnv scope("HCCL_EXEC_TIMEOUT", text);
    try {
      (void)env::HcclExecTimeoutSeconds();
      ADD_FAILURE() << '"' << text << "\" was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kHcclPara);
      EXPECT_EQ(error.message(), std::string("HCCL_EXEC_TIMEOUT is \"") + text +
                                     "\"; must be in [0, 2147483647] seconds");
    }
  }
}

// What `read` says with the variable set to `text`: nothing when it is refused as it must be.
template <class F>
auto ReadWith(const char* name, const char* text, F read) -> std::optional<decltype(read())> {
  const ScopedEnv scope(name, text);
  try {
    return read();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kHcclPara);
    EXPECT_NE(error.message().find(std::string(name) + " is \"" + text + "\"; must be "),
              std::string::npos)
        << error.message();
    return std::nullopt;
  }
}

TEST(HcclConnectTimeout, IsBetween120And7200Seconds) {
  const auto with = [](const char* text) {
    return ReadWith("HCCL_CONNECT_TIMEOUT", text, env::HcclConnectTimeoutSeconds);
  };
  EXPECT_EQ(with(nullptr), 120);
  EXPECT_EQ(with("120"), 120);
  EXPECT_EQ(with("7200"), 7200);
  for (const char* text : {"119", "7201", "-1", "x", "120s"}) EXPECT_EQ(with(text), std::nullopt);
}

TEST(HcclIfBasePort, IsBetween1024And65520) {
  const auto with = [](const char* text) {
    return ReadWith("HCCL_IF_BASE_PORT", text, env::HcclIfBasePort);
  };
  EXPECT_EQ(with(nullptr), 60000);
  EXPECT_EQ(with("1024"), 1024);
  EXPECT_EQ(with("65520"), 65520);
  for (const char* text : {"1023", "65521", "0", "port"}) EXPECT_EQ(with(text), std::nullopt);
}

TEST(HcclSocketFamily, IsOneOfTwoWords) {
  const auto with = [](const char* text) {
    return ReadWith("HCCL_SOCKET_FAMILY", text, env::HcclSocketFamily);
  };
  EXPECT_EQ(with("AF_INET"), env::SocketFamily::kIpv4);
  EXPECT_EQ(with("AF_INET6"), env::SocketFamily::kIpv6);
  EXPECT_EQ(with("")->has_value(), false);
  EXPECT_EQ(with("IPv6"), std::nullopt);
}

TEST(HcclWhitelist, IsReadOnlyWhenTheSwitchIsZero) {
  const ScopedEnv file("HCCL_WHITELIST_FILE", "/etc/peers.json");
  const auto with = [](const char* text) {
    return ReadWith("HCCL_WHITELIST_DISABLE", text, env::HcclWhitelistFile);
  };
  EXPECT_EQ(with(nullptr)->has_value(), false);
  EXPECT_EQ(with("1")->has_value(), false);
  EXPECT_EQ(with("0"), std::optional<std::string>("/etc/peers.json"));
  EXPECT_EQ(with("2"), std::nullopt);
  const ScopedEnv no_file("HCCL_WHITELIST_FILE", nullptr);
  const ScopedEnv on("HCCL_WHITELIST_DISABLE", "0");
  EXPECT_THROW((void)env::HcclWhitelistFile(), Error);
}

TEST(Watchdog, IsTenSecondsUnlessGiven) {
  const ScopedEnv unset("FERRY_WATCHDOG", nullptr);
  EXPECT_EQ(env::WatchdogSeconds(), 10);
  const ScopedEnv off("FERRY_WATCHDOG", "0");
  EXPECT_EQ(env::WatchdogSeconds(), 0);
  const ScopedEnv three("FERRY_WATCHDOG", "3");
  EXPECT_EQ(env::WatchdogSeconds(), 3);
}

TEST(Watchdog, ReportsAMalformedValueOnce) {
  const ScopedEnv scope("FERRY_WATCHDOG", "-3");
  testing::internal::CaptureStderr();
  EXPECT_EQ(env::WatchdogSeconds(), 10);
  EXPECT_EQ(env::WatchdogSeconds(), 10);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "[ferry] FERRY_WATCHDOG is \"-3\"; must be a number of seconds, 0 or more; "
            "the default 10 is used\n");
}

TEST(DeviceMemory, TakesBytesWithASuffix) {
  const ScopedEnv unset("FERRY_DEVICE_MEMORY", nullptr);
  EXPECT_EQ(env::DeviceMemoryBytes(), std::nullopt);
  const ScopedEnv large("FERRY_DEVICE_MEMORY", "64G");
  EXPECT_EQ(env::DeviceMemoryBytes(), std::uint64_t{64} << 30);
}

TEST(DeviceMemory, ReportsAMalformedValueOnce) {
  const ScopedEnv scope("FERRY_DEVICE_MEMORY", "lots");
  testing::internal::CaptureStderr();
  EXPECT_EQ(env::DeviceMemoryBytes(), std::nullopt);
  EXPECT_EQ(env::DeviceMemoryBytes(), std::nullopt);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "[ferry] FERRY_DEVICE_MEMORY is \"lots\"; must be bytes, with K, M, G or T if you "
            "like; the machine's memory is used\n");
}

TEST(Product, KnowsItsNames) {
  const auto is = [](const char* text, env::Product product) {
    return HoldsInAFreshProcess([=] {
      const ScopedEnv scope("FERRY_PRODUCT", text);
      return env::GetProduct() == product && env::ProductText() == (text == nullptr ? "" : text);
    });
  };
  EXPECT_TRUE(is(nullptr, env::Product::kA3));
  EXPECT_TRUE(is("", env::Product::kA3));
  EXPECT_TRUE(is("a3", env::Product::kA3));
  EXPECT_TRUE(is("a2", env::Product::kA2));
  EXPECT_TRUE(is("A3", env::Product::kUnknown));
  EXPECT_TRUE(is("910b", env::Product::kUnknown));
}

TEST(Product, IsReadOnce) {
  EXPECT_TRUE(HoldsInAFreshProcess([] {
    const ScopedEnv before("FERRY_PRODUCT", "a2");
    const bool first = env::GetProduct() == env::Product::kA2;
    const ScopedEnv after("FERRY_PRODUCT", "a3");
    return first && env::GetProduct() == env::Product::kA2;
  }));
}

TEST(DeviceCount, TakesItsRangeAndIsReadOnce) {
  const auto is = [](const char* text, std::int32_t count) {
    return HoldsInAFreshProcess([=] {
      ::close(STDERR_FILENO);
      const ScopedEnv scope("FERRY_DEVICE_COUNT", text);
      const bool first = env::DeviceCount() == count;
      const ScopedEnv after("FERRY_DEVICE_COUNT", "3");
      return first && env::DeviceCount() == count;
    });
  };
  EXPECT_TRUE(is(nullptr, 16));
  EXPECT_TRUE(is("1", 1));
  EXPECT_TRUE(is("4096", 4096));
  EXPECT_TRUE(is("0", 16));
  EXPECT_TRUE(is("4097", 16));
  EXPECT_TRUE(is("two", 16));
}

bool IsStrictWith(const char* text) {
  const ScopedEnv scope("FERRY_STRICT", text);
  return HoldsInAFreshProcess([] { return env::Strict(); });
}

TEST(Strict, IsOnForOneOnly) {
  EXPECT_TRUE(IsStrictWith("1"));
  EXPECT_FALSE(IsStrictWith("0"));
  EXPECT_FALSE(IsStrictWith(""));
  EXPECT_FALSE(IsStrictWith(nullptr));
  EXPECT_FALSE(IsStrictWith("yes"));
}

TEST(Switches, AreOnForOneOnlyAndReadEachTime) {
  using Switch = bool (*)();
  const std::pair<const char*, Switch> switches[] = {{"FERRY_TRACE", env::Trace},
                                                     {"FERRY_DUMP_SIGNAL", env::DumpSignal}};
  for (const auto& [name, is_on] : switches) {
    for (const char* off : {static_cast<const char*>(nullptr), "", "0", "yes"}) {
      const ScopedEnv scope(name, off);
      EXPECT_FALSE(is_on()) << name;
    }
    const ScopedEnv scope(name, "1");
    EXPECT_TRUE(is_on()) << name;
  }
}

TEST(JitterSeed, IsAnIntegerOrNothing) {
  const auto seed_is = [](const char* text, std::optional<std::int64_t> seed) {
    const ScopedEnv scope("FERRY_JITTER", text);
    return HoldsInAFreshProcess([seed] { return env::JitterSeed() == seed; });
  };
  EXPECT_TRUE(seed_is("17", 17));
  EXPECT_TRUE(seed_is("0", 0));
  EXPECT_TRUE(seed_is(nullptr, std::nullopt));
  EXPECT_TRUE(seed_is("", std::nullopt));
  EXPECT_TRUE(seed_is("often", std::nullopt));
}

}  // namespace
}  // namespace ferry
