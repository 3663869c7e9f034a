#include "comm/registry.h"

#include <fmt/core.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <utility>

#include "base/env.h"
#include "base/error.h"

namespace ferry::comm {
namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::pair<std::int32_t, std::string>, std::shared_ptr<Member>, std::less<>>
      members;  // guarded by mutex
};

// Never destroyed: a stream's worker may still end a call while the process exits.
// Forks wait for the lock, so that no child inherits it locked.
Registry& TheRegistry() {
  static auto* const registry = [] {
    auto* const made = new Registry;
    pthread_atfork([] { TheRegistry().mutex.lock(); }, [] { TheRegistry().mutex.unlock(); },
                   [] { TheRegistry().mutex.unlock(); });
    return made;
  }();
  return *registry;
}

}  // namespace

// `ferry_<host>_<pid>_<counter>`.
std::string FreshGroupName() {
  constexpr std::size_t kHostBytes = 64;
  // relaxed: only uniqueness counts.
  static std::atomic<std::uint64_t> counter{0};
  char host[kHostBytes + 1] = "host";
  if (gethostname(host, kHostBytes) != 0) host[0] = '\0';
  host[kHostBytes] = '\0';
  return fmt::format("ferry_{}_{}_{}", host, getpid(),
                     counter.fetch_add(1, std::memory_order_relaxed));
}

void CheckDevices(const std::vector<std::int32_t>& devices) {
  const std::int32_t count = env::DeviceCount();
  Require(!devices.empty() && devices.size() <= static_cast<std::size_t>(count), Code::kHcclPara,
          "ndev is {}; must be in [1, {}]", devices.size(), count);
  for (std::size_t i = 0; i < devices.size(); ++i) {
    Require(devices[i] >= 0 && devices[i] < count, Code::kHcclPara,
            "devices[{}] is {}; must be in [0, {})", i, devices[i], count);
    const auto earlier =
        std::find(devices.begin(), devices.begin() + static_cast<std::ptrdiff_t>(i), devices[i]);
    const auto at = static_cast<std::size_t>(earlier - devices.begin());
    Require(at == i, Code::kHcclPara,
            "devices[{}] is {}, as devices[{}]; every rank must have a device of its own", i,
            devices[i], at);
  }
}

std::vector<std::shared_ptr<Member>> CreateLocalCommunicator(
    const std::vector<std::int32_t>& devices, const MemberOptions& options) {
  CheckDevices(devices);
  const std::string name = FreshGroupName();
  const std::shared_ptr<Board> board =
      Board::Create(name, static_cast<std::int32_t>(devices.size()));
  std::vector<std::shared_ptr<Member>> members;
  for (std::size_t i = 0; i < devices.size(); ++i)
    members.push_back(
        std::make_shared<Member>(board, static_cast<std::int32_t>(i), devices[i], options));
  for (const std::shared_ptr<Member>& member : members) RegisterMember(member);
  return members;
}

void RegisterMember(const std::shared_ptr<Member>& member) {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  registry.members.emplace(std::pair(member->device(), member->name()), member);
}

std::shared_ptr<Member> FindMember(std::int32_t device, std::string_view name) {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  const auto found = registry.members.find(std::pair(device, std::string(name)));
  return found == registry.members.end() ? nullptr : found->second;
}

void DestroyMember(const std::shared_ptr<Member>& member) noexcept {
  member->Destroy();
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  registry.members.erase(std::pair(member->device(), member->name()));
}

}  // namespace ferry::comm
