#include "base/env.h"

#include <atomic>
#include <cctype>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "base/error.h"
#include "base/log.h"

namespace ferry::env {
namespace {

constexpr std::int32_t kDefaultDeviceCount = 16;
constexpr std::int32_t kMaxDeviceCount = 4096;
constexpr std::int64_t kDefaultBuffSizeMiB = 200;
constexpr std::int64_t kDefaultExecTimeout = 1836;
constexpr std::int64_t kDefaultWatchdog = 10;
constexpr std::int64_t kMaxInt32 = std::numeric_limits<std::int32_t>::max();

std::optional<std::string> Get(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

// Digits only, at most max; nothing otherwise.
std::optional<std::int64_t> ParseWhole(std::string_view text, std::int64_t max) {
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + (digit - '0');
    if (value > max) return std::nullopt;
  }
  return value;
}

Product ParseProduct(const std::string& text) {
  if (text.empty() || text == "a3") return Product::kA3;
  if (text == "a2") return Product::kA2;
  return Product::kUnknown;
}

std::int32_t ReadDeviceCount() {
  const auto text = Get("FERRY_DEVICE_COUNT");
  if (!text || text->empty()) return kDefaultDeviceCount;
  const auto count = ParseWhole(*text, kMaxDeviceCount);
  if (count && *count >= 1) return static_cast<std::int32_t>(*count);
  log::Error(fmt::format("FERRY_DEVICE_COUNT is '{}'; must be in [1, {}]; using {}", *text,
                         kMaxDeviceCount, kDefaultDeviceCount));
  return kDefaultDeviceCount;
}

// Bytes of "12", "12K", "3G" …; nothing when malformed or beyond 64 bits.
std::optional<std::uint64_t> ParseBytes(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int shift = 0;
  switch (std::toupper(static_cast<unsigned char>(text.back()))) {
    case 'K':
      shift = 10;
      break;
    case 'M':
      shift = 20;
      break;
    case 'G':
      shift = 30;
      break;
    case 'T':
      shift = 40;
      break;
    default:
      break;
  }
  if (shift > 0) text.remove_suffix(1);
  const auto value = ParseWhole(text, std::numeric_limits<std::int64_t>::max() >> (shift + 4));
  if (!value || *value == 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value) << shift;
}

}  // namespace

std::string ProductText() {
  return Get("FERRY_PRODUCT").value_or("");
}

Product GetProduct() {
  static const Product product = ParseProduct(ProductText());
  return product;
}

std::int32_t DeviceCount() {
  static const std::int32_t count = ReadDeviceCount();
  return count;
}

std::int64_t HcclBuffSizeMiB() {
  const auto text = Get("HCCL_BUFFSIZE");
  if (!text) return kDefaultBuffSizeMiB;
  std::string_view rest = *text;
  while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest.front())) != 0) {
    rest.remove_prefix(1);
  }
  const bool negative = !rest.empty() && rest.front() == '-';
  if (negative || (!rest.empty() && rest.front() == '+')) rest.remove_prefix(1);
  std::size_t digits = 0;
  while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') ++digits;
  // -2147483648 is still an int; one more than the largest positive value.
  const auto value = ParseWhole(rest.substr(0, digits), kMaxInt32 + (negative ? 1 : 0));
  if (!value) return kDefaultBuffSizeMiB;
  return negative ? 0 : *value;
}

std::int64_t HcclExecTimeoutSeconds() {
  const auto text = Get("HCCL_EXEC_TIMEOUT");
  if (!text || text->empty()) return kDefaultExecTimeout;
  const auto seconds = ParseWhole(*text, kMaxInt32);
  if (!seconds) {
    Fail(Code::kHcclPara, "HCCL_EXEC_TIMEOUT is '{}'; must be in [0, {}] seconds", *text,
         kMaxInt32);
  }
  return *seconds;
}

std::int64_t WatchdogSeconds() {
  const auto text = Get("FERRY_WATCHDOG");
  if (!text) return kDefaultWatchdog;
  return ParseWhole(*text, kMaxInt32).value_or(kDefaultWatchdog);
}

std::optional<std::uint64_t> DeviceMemoryBytes() {
  const auto text = Get("FERRY_DEVICE_MEMORY");
  if (!text || text->empty()) return std::nullopt;
  const auto bytes = ParseBytes(*text);
  static std::atomic<bool> reported{false};
  if (!bytes && !reported.exchange(true)) {
    log::Error(fmt::format(
        "FERRY_DEVICE_MEMORY is '{}'; must be a positive number with an optional suffix K, M, G or "
        "T; using this machine's memory",
        *text));
  }
  return bytes;
}

LogLevel GetLogLevel() {
  const std::string text = Get("FERRY_LOG").value_or("error");
  if (text == "debug") return LogLevel::kDebug;
  if (text == "info") return LogLevel::kInfo;
  if (text == "warning") return LogLevel::kWarning;
  if (text == "off") return LogLevel::kOff;
  return LogLevel::kError;
}

}  // namespace ferry::env
