// Which of the program's objects are alive, and where they were created: for the report of leaks
// under FERRY_STRICT=1. Without it nothing is kept.
#ifndef FERRY_BASE_LIVE_OBJECTS_H_
#define FERRY_BASE_LIVE_OBJECTS_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/env.h"

namespace ferry::live {

struct Kind {
  const char* noun = nullptr;      // "stream"
  const char* ended_by = nullptr;  // "aclrtDestroyStream"
};
inline constexpr Kind kDeviceMemory = {"allocation", "aclrtFree"};
inline constexpr Kind kHostMemory = {"host allocation", "aclrtFreeHost"};

// Thread-safe. A key is an address or a handle, and alive only once.
class Registry {
 public:
  // Notes the place of the call, too.
  void Add(const Kind& kind, const void* key, std::size_t bytes, std::int32_t device);
  void Remove(const void* key);
  // The object is gone with its device, though the program never ended it. Nothing if the key is
  // none of an object that is alive.
  void Lose(const void* key);
  // The device's memory is gone, though the program never ended its allocations.
  void LoseDevice(std::int32_t device);

  // What is alive or lost, by kind and place of creation, in at most `most` lines behind a first
  // one that counts; nothing if there is nothing. The registry is empty afterwards, so that nothing
  // is told twice.
  [[nodiscard]] std::vector<std::string> TakeReport(std::size_t most);

  // A forked child begins with an empty one.
  static Registry& OfProcess();

 private:
  struct Object {
    Kind kind;
    std::size_t bytes = 0;
    std::int32_t device = -1;
    std::string site;
  };

  std::mutex mutex_;
  std::unordered_map<const void*, Object> alive_;  // guarded by mutex_
  std::vector<Object> lost_;                       // guarded by mutex_
};

// For those who create and end the program's objects. `device` < 0: on none.
inline void Born(const Kind& kind, const void* key, std::size_t bytes = 0,
                 std::int32_t device = -1) {
  if (env::Strict()) [[unlikely]]
    Registry::OfProcess().Add(kind, key, bytes, device);
}
inline void Died(const void* key) {
  if (env::Strict()) [[unlikely]]
    Registry::OfProcess().Remove(key);
}
inline void Lost(const void* key) {
  if (env::Strict()) [[unlikely]]
    Registry::OfProcess().Lose(key);
}
inline void DeviceLost(std::int32_t device) {
  if (env::Strict()) [[unlikely]]
    Registry::OfProcess().LoseDevice(device);
}
// Writes the report to stderr.
void ReportLeaks();

}  // namespace ferry::live

#endif  // FERRY_BASE_LIVE_OBJECTS_H_
