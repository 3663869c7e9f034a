#include "base/env.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"

namespace ferry::env {

std::optional<std::string> Get(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return std::nullopt;
  return text;
}

namespace {

// Says once per variable that its value is not used; as an error line, because the default level
// prints nothing else. `reported` is set first: writing a line reads FERRY_LOG.
void ReportOnce(std::atomic<bool>& reported, const char* name, std::string_view text,
                std::string_view allowed, std::string_view taken) {
  // relaxed: the flag publishes nothing, it only lets one thread through.
  if (reported.exchange(true, std::memory_order_relaxed)) return;
  log::Error(fmt::format("{} is \"{}\"; must be {}; {} is used", name, text, allowed, taken));
}

std::int32_t ReadDeviceCount() {
  constexpr std::int32_t kDefault = 16;
  constexpr std::int64_t kMost = 4096;
  static std::atomic<bool> reported{false};
  const auto text = Get("FERRY_DEVICE_COUNT");
  if (!text) return kDefault;
  const auto count = ParseInteger(*text);
  if (count && *count >= 1 && *count <= kMost) return static_cast<std::int32_t>(*count);
  ReportOnce(reported, "FERRY_DEVICE_COUNT", *text, "in [1, 4096]", "the default 16");
  return kDefault;
}

// Held by pointer and never freed, so that threads which outlive main can still read it.
const std::string& ProductOnce() {
  static const auto* const text = new std::string(Get("FERRY_PRODUCT").value_or(""));
  return *text;
}

// A switch: 0 or 1, default 0.
bool GetSwitch(const char* name, std::atomic<bool>& reported) {
  const auto text = Get(name);
  if (!text) return false;
  if (*text != "0" && *text != "1") ReportOnce(reported, name, *text, "0 or 1", "0");
  return *text == "1";
}

bool ReadStrict() {
  static std::atomic<bool> reported{false};
  return GetSwitch("FERRY_STRICT", reported);
}

std::optional<std::int64_t> ReadJitterSeed() {
  static std::atomic<bool> reported{false};
  const auto text = Get("FERRY_JITTER");
  if (!text) return std::nullopt;
  const auto seed = ParseInteger(*text);
  if (!seed) ReportOnce(reported, "FERRY_JITTER", *text, "an integer, the seed", "no seed");
  return seed;
}

// The variable as a number in [least, most], or `otherwise` when it is unset. Throws outside.
std::int64_t IntegerIn(const char* name, std::int64_t least, std::int64_t most,
                       std::int64_t otherwise) {
  const auto text = Get(name);
  if (!text) return otherwise;
  const auto value = ParseInteger(*text);
  Require(value && *value >= least && *value <= most, Code::kHcclPara,
          "{} is \"{}\"; must be in [{}, {}]", name, *text, least, most);
  return *value;
}

bool IsBlank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

Product ParseProduct(std::string_view text) {
  if (text.empty() || text == "a3") return Product::kA3;
  return text == "a2" ? Product::kA2 : Product::kUnknown;
}

Product GetProduct() {
  return ParseProduct(ProductOnce());
}

std::string ProductText() {
  return ProductOnce();
}

std::int32_t DeviceCount() {
  static const std::int32_t count = ReadDeviceCount();
  return count;
}

std::int64_t HcclBuffSizeMiB() {
  constexpr std::int64_t kDefault = 200;
  constexpr std::int64_t kIntMax = std::numeric_limits<std::int32_t>::max();
  const char* text = std::getenv("HCCL_BUFFSIZE");
  if (text == nullptr) return kDefault;
  while (IsBlank(*text)) ++text;
  const bool negative = *text == '-';
  if (*text == '-' || *text == '+') ++text;
  if (!IsDigit(*text)) return kDefault;
  std::int64_t value = 0;
  for (; IsDigit(*text); ++text) {
    value = value * 10 + (*text - '0');
    if (value > kIntMax + (negative ? 1 : 0)) return kDefault;
  }
  return negative ? 0 : value;
}

std::int64_t HcclExecTimeoutSeconds() {
  constexpr std::int64_t kDefault = 1836;
  const auto text = Get("HCCL_EXEC_TIMEOUT");
  if (!text) return kDefault;
  const auto seconds = ParseInteger(*text);
  Require(seconds && *seconds >= 0 && *seconds <= std::numeric_limits<std::int32_t>::max(),
          Code::kHcclPara, "HCCL_EXEC_TIMEOUT is \"{}\"; must be in [0, 2147483647] seconds",
          *text);
  return *seconds;
}

std::int64_t HcclConnectTimeoutSeconds() {
  return IntegerIn("HCCL_CONNECT_TIMEOUT", 120, 7200, 120);
}

std::string HcclIfIp() {
  return Get("HCCL_IF_IP").value_or("");
}

std::string HcclSocketIfname() {
  return Get("HCCL_SOCKET_IFNAME").value_or("");
}

std::string HcclHostSocketPortRange() {
  return Get("HCCL_HOST_SOCKET_PORT_RANGE").value_or("");
}

std::optional<SocketFamily> HcclSocketFamily() {
  const auto text = Get("HCCL_SOCKET_FAMILY");
  if (!text) return std::nullopt;
  if (*text == "AF_INET") return SocketFamily::kIpv4;
  if (*text == "AF_INET6") return SocketFamily::kIpv6;
  Fail(Code::kHcclPara, "HCCL_SOCKET_FAMILY is \"{}\"; must be AF_INET or AF_INET6", *text);
}

std::uint16_t HcclIfBasePort() {
  return static_cast<std::uint16_t>(IntegerIn("HCCL_IF_BASE_PORT", 1024, 65520, 60000));
}

std::optional<std::string> HcclWhitelistFile() {
  if (IntegerIn("HCCL_WHITELIST_DISABLE", 0, 1, 1) == 1) return std::nullopt;
  auto file = Get("HCCL_WHITELIST_FILE");
  Require(file.has_value(), Code::kHcclPara,
          "HCCL_WHITELIST_FILE is not set; must name a file when HCCL_WHITELIST_DISABLE is 0");
  return file;
}

void CheckHcclVariables() {
  (void)HcclConnectTimeoutSeconds();
  (void)HcclExecTimeoutSeconds();
  (void)HcclIfBasePort();
  (void)HcclSocketFamily();
}

std::string SecretFile() {
  return Get("FERRY_SECRET_FILE").value_or("");
}

std::string HostId() {
  return Get("FERRY_HOST_ID").value_or("");
}

std::int64_t WatchdogSeconds() {
  constexpr std::int64_t kDefault = 10;
  static std::atomic<bool> reported{false};
  const auto text = Get("FERRY_WATCHDOG");
  if (!text) return kDefault;
  const auto seconds = ParseInteger(*text);
  if (seconds && *seconds >= 0) return *seconds;
  ReportOnce(reported, "FERRY_WATCHDOG", *text, "a number of seconds, 0 or more", "the default 10");
  return kDefault;
}

bool Trace() {
  static std::atomic<bool> reported{false};
  return GetSwitch("FERRY_TRACE", reported);
}

bool DumpSignal() {
  static std::atomic<bool> reported{false};
  return GetSwitch("FERRY_DUMP_SIGNAL", reported);
}

std::optional<std::uint64_t> DeviceMemoryBytes() {
  static std::atomic<bool> reported{false};
  const auto text = Get("FERRY_DEVICE_MEMORY");
  if (!text) return std::nullopt;
  const auto bytes = ParseBytes(*text);
  if (!bytes)
    ReportOnce(reported, "FERRY_DEVICE_MEMORY", *text, "bytes, with K, M, G or T if you like",
               "the machine's memory");
  return bytes;
}

LogLevel GetLogLevel() {
  static std::atomic<bool> reported{false};
  const char* variable = std::getenv("FERRY_LOG");
  const std::string_view text = variable == nullptr ? "" : variable;
  if (text.empty() || text == "error") return LogLevel::kError;
  if (text == "off") return LogLevel::kOff;
  if (text == "warning") return LogLevel::kWarning;
  if (text == "info") return LogLevel::kInfo;
  if (text == "debug") return LogLevel::kDebug;
  ReportOnce(reported, "FERRY_LOG", text, "debug, info, warning, error or off", "error");
  return LogLevel::kError;
}

std::string IsaText() {
  return Get("FERRY_ISA").value_or("");
}

bool Strict() {
  static const bool strict = ReadStrict();
  return strict;
}

std::optional<std::int64_t> JitterSeed() {
  static const std::optional<std::int64_t> seed = ReadJitterSeed();
  return seed;
}

}  // namespace ferry::env
