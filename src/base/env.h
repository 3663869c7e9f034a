// Every environment variable that Ferry reads, in one place; those of launchers are in
// base/launch.h.
//
// Functions read the variable anew on each call unless they say "once": tests and callers may
// change the environment between calls, as CANN's callers do.
#ifndef FERRY_BASE_ENV_H_
#define FERRY_BASE_ENV_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::env {

// The text of any variable; nothing when it is unset or empty, which Ferry takes as the same.
[[nodiscard]] std::optional<std::string> Get(const char* name);

enum class Product : std::uint8_t { kA3, kA2, kUnknown };

// FERRY_PRODUCT, once per process: unset, "" and "a3" are A3, "a2" is A2, anything else kUnknown.
[[nodiscard]] Product GetProduct();
// What a text of FERRY_PRODUCT means.
[[nodiscard]] Product ParseProduct(std::string_view text);
// The text of FERRY_PRODUCT, for messages.
[[nodiscard]] std::string ProductText();

// FERRY_DEVICE_COUNT, once per process: 1..4096, default 16. A value outside is reported and the
// default taken.
[[nodiscard]] std::int32_t DeviceCount();

// HCCL_BUFFSIZE in MiB as operators parse it (spec runtime.md section 10): default 200, below 1 is
// 0.
[[nodiscard]] std::int64_t HcclBuffSizeMiB();

// HCCL_CONNECT_TIMEOUT in seconds, 120..7200, default 120, as it is written: a join waits 20 s
// longer. Throws Error{kHcclPara} outside.
[[nodiscard]] std::int64_t HcclConnectTimeoutSeconds();

// HCCL_IF_IP, HCCL_SOCKET_IFNAME and HCCL_HOST_SOCKET_PORT_RANGE as they are written, "" when
// unset; comm/join/host_address.h reads them.
[[nodiscard]] std::string HcclIfIp();
[[nodiscard]] std::string HcclSocketIfname();
[[nodiscard]] std::string HcclHostSocketPortRange();

enum class SocketFamily : std::uint8_t { kIpv4, kIpv6 };
// HCCL_SOCKET_FAMILY: AF_INET (default) or AF_INET6; throws Error{kHcclPara} otherwise. Nothing
// when unset.
[[nodiscard]] std::optional<SocketFamily> HcclSocketFamily();

// HCCL_IF_BASE_PORT: 1024..65520, default 60000; throws Error{kHcclPara} outside.
[[nodiscard]] std::uint16_t HcclIfBasePort();

// HCCL_WHITELIST_FILE when HCCL_WHITELIST_DISABLE is 0; nothing when every peer is welcome, which
// is the default. Throws Error{kHcclPara} when the switch is neither 0 nor 1, or no file is named.
[[nodiscard]] std::optional<std::string> HcclWhitelistFile();

// Throws Error{kHcclPara} for the first of HCCL_CONNECT_TIMEOUT, HCCL_EXEC_TIMEOUT,
// HCCL_IF_BASE_PORT and HCCL_SOCKET_FAMILY that is outside its range, so that every way of making a
// communicator refuses the same (spec runtime.md section 10).
void CheckHcclVariables();

// FERRY_SECRET_FILE: a file with the secret of joins without a root info; "" when unset.
[[nodiscard]] std::string SecretFile();

// FERRY_HOST_ID: takes the place of the kernel's boot id where hosts are compared; "" when unset.
[[nodiscard]] std::string HostId();

// HCCL_EXEC_TIMEOUT in seconds, 0 = for ever, default 1836. Throws Error{kHcclPara} outside
// 0..2147483647.
[[nodiscard]] std::int64_t HcclExecTimeoutSeconds();

// FERRY_WATCHDOG: seconds after which a waiting rank reports who is missing; default 10, 0 = never.
[[nodiscard]] std::int64_t WatchdogSeconds();

// FERRY_TRACE: 1 records who calls phase 2, for reports and failures; default 0.
[[nodiscard]] bool Trace();

// FERRY_DUMP_SIGNAL: 1 lets SIGUSR1 print the state of all groups; default 0.
[[nodiscard]] bool DumpSignal();

// FERRY_DEVICE_MEMORY: bytes of one virtual device, with optional suffix K, M, G or T; nothing when
// unset or malformed (malformed is reported once).
[[nodiscard]] std::optional<std::uint64_t> DeviceMemoryBytes();

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError, kOff };
// FERRY_LOG: debug, info, warning, error (default), off.
[[nodiscard]] LogLevel GetLogLevel();

// FERRY_ISA: portable, avx2 or avx512, to hold the kernels back; "" when unset.
[[nodiscard]] std::string IsaText();

// FERRY_STRICT, once per process: "1" turns the sanitizer for callers on (docs/strict-mode.md),
// "0", "" and unset leave it off. Another text is reported and taken as 0.
[[nodiscard]] bool Strict();

// FERRY_JITTER, once per process: the seed of the delays between steps (base/jitter.h); nothing
// when unset or empty. A text that is no integer is reported and taken as unset.
[[nodiscard]] std::optional<std::int64_t> JitterSeed();

}  // namespace ferry::env

#endif  // FERRY_BASE_ENV_H_
