#include "info_command.h"

#include <acl/acl.h>
#include <ferry/ferry.h>
#include <fmt/format.h>

#include <cstdlib>

#include "api.h"

namespace ferry::tool {
namespace {

const char* EnvOr(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

double GiB(std::size_t bytes) {
  return static_cast<double>(bytes) / (1ULL << 30);
}

void PrintInfo() {
  std::uint32_t devices = 0;
  std::size_t free_bytes = 0;
  std::size_t total_bytes = 0;
  Check(aclInit(nullptr), "aclInit");
  Check(aclrtGetDeviceCount(&devices), "aclrtGetDeviceCount");
  Check(aclrtSetDevice(0), "aclrtSetDevice");
  Check(aclrtGetMemInfo(ACL_HBM_MEM, &free_bytes, &total_bytes), "aclrtGetMemInfo");
  fmt::print("version           {}\n", ferry_version());
  fmt::print("product           {} ({}), from FERRY_PRODUCT\n", EnvOr("FERRY_PRODUCT", "a3"),
             aclrtGetSocName());
  fmt::print("devices           {}, from FERRY_DEVICE_COUNT\n", devices);
  fmt::print("instruction set   {} chosen; this processor and build offer {}\n",
             ferry_instruction_set(), ferry_instruction_sets());
  fmt::print("device memory     {:.1f} GiB free of {:.1f} GiB, from FERRY_DEVICE_MEMORY\n",
             GiB(free_bytes), GiB(total_bytes));
  fmt::print("HCCL_BUFFSIZE     {} MiB\n", EnvOr("HCCL_BUFFSIZE", "200"));
  fmt::print("HCCL_EXEC_TIMEOUT {} s\n", EnvOr("HCCL_EXEC_TIMEOUT", "1836"));
  Check(aclrtResetDevice(0), "aclrtResetDevice");
  Check(aclFinalize(), "aclFinalize");
}

}  // namespace

void AddInfoCommand(CLI::App& app, int& status) {
  app.add_subcommand("info", "Version, product, devices, instruction sets, memory budget")
      ->callback([&status] {
        try {
          PrintInfo();
        } catch (const std::exception& error) {
          fmt::print(stderr, "ferry info: {}\n", error.what());
          status = 2;
        }
      });
}

}  // namespace ferry::tool
