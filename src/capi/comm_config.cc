#include "capi/comm_config.h"

#include <hccl/hccl.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>

#include "base/error.h"
#include "capi/hccl_guard.h"

namespace ferry::capi {
namespace {

struct Info {
  std::size_t size;
  std::uint32_t magic;
  std::uint32_t version;
};

// The client's structure, complemented by what it does not know.
HcclCommConfig Complete(const HcclCommConfig* config) {
  Info info{};
  std::memcpy(&info, config->reserved, sizeof(info));
  Require(info.magic == HCCL_COMM_CONFIG_MAGIC_WORD, Code::kHcclPara,
          "config begins with the magic word {:#x}; must be {:#x}: HcclCommConfigInit writes it",
          info.magic, HCCL_COMM_CONFIG_MAGIC_WORD);
  Require(info.size >= HCCL_COMM_CONFIG_INFO_BYTES, Code::kHcclPara,
          "config says that it has {} bytes; must be at least {}", info.size,
          HCCL_COMM_CONFIG_INFO_BYTES);
  Require(info.version >= 1, Code::kHcclPara, "config has version {}; must be at least 1",
          info.version);
  HcclCommConfig complete;
  HcclCommConfigInit(&complete);
  std::memcpy(&complete, config, std::min(info.size, sizeof(complete)));
  return complete;
}

std::string NameOf(const HcclCommConfig& config) {
  const std::size_t length = ::strnlen(config.hcclCommName, COMM_NAME_MAX_LENGTH);
  Require(length < COMM_NAME_MAX_LENGTH, Code::kHcclPara,
          "hcclCommName has no end; must be at most {} characters and a zero",
          COMM_NAME_MAX_LENGTH - 1);
  return {config.hcclCommName, length};
}

}  // namespace

CommOptions DefaultCommOptions() {
  return {.name = {}, .member = comm::MemberOptions::FromEnvironment()};
}

CommOptions ReadCommConfig(const HcclCommConfig* config) {
  RequireHcclNotNull(config, "config");
  const HcclCommConfig complete = Complete(config);
  CommOptions options = DefaultCommOptions();
  options.name = NameOf(complete);
  Require(complete.hcclExecTimeOut >= -1, Code::kHcclPara,
          "hcclExecTimeOut is {}; must be in [0, 2147483647] s, or -1 for HCCL_EXEC_TIMEOUT",
          complete.hcclExecTimeOut);
  if (complete.hcclExecTimeOut != -1)
    options.member.wait_limit = std::chrono::seconds(complete.hcclExecTimeOut);
  return options;
}

}  // namespace ferry::capi
