#include "runtime/init.h"

#include <sys/stat.h>
#include <unistd.h>

#include <mutex>

#include "base/env.h"
#include "base/error.h"
#include "base/live_objects.h"
#include "runtime/device.h"

namespace ferry::runtime {
namespace {

struct References {
  std::mutex mutex;
  std::uint64_t count = 0;  // guarded by mutex
};

References& AllReferences() {
  static auto* const references = new References;
  return *references;
}

bool IsReadableFile(const char* path) {
  struct stat status {};
  return ::stat(path, &status) == 0 && !S_ISDIR(status.st_mode) && ::access(path, R_OK) == 0;
}

}  // namespace

void Initialize(const char* config_path) {
  Require(env::GetProduct() != env::Product::kUnknown, Code::kAclInvalidParam,
          "FERRY_PRODUCT is '{}'; must be 'a3' or 'a2'", env::ProductText());
  Require(config_path == nullptr || IsReadableFile(config_path), Code::kAclInvalidFile,
          "configPath is '{}'; must be null or a file that can be read",
          config_path == nullptr ? "" : config_path);
  References& references = AllReferences();
  const std::lock_guard lock(references.mutex);
  const std::uint64_t count = ++references.count;
  Require(count == 1, Code::kAclRepeatInitialize, "aclInit was called before; this is reference {}",
          count);
}

void Finalize() {
  References& references = AllReferences();
  {
    const std::lock_guard lock(references.mutex);
    Require(references.count > 0, Code::kAclRepeatFinalize,
            "the runtime is not initialised, or was finalised before");
    references.count = 0;
  }
  live::ReportLeaks();
  ReleaseAllDevices();
}

std::uint64_t FinalizeReference() {
  References& references = AllReferences();
  std::uint64_t left = 0;
  {
    const std::lock_guard lock(references.mutex);
    Require(references.count > 0, Code::kAclRepeatFinalize,
            "the runtime is not initialised, or was finalised before");
    left = --references.count;
  }
  if (left > 0) return left;
  live::ReportLeaks();
  ReleaseAllDevices();
  return left;
}

}  // namespace ferry::runtime
