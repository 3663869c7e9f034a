#include "fuzz/join_steps.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

#include "fuzz/fuzz_world.h"

namespace ferry::fuzz {
namespace {

constexpr std::size_t kMostRoots = 2;
constexpr std::uint32_t kMostJoined = 768;

// Before any thread: where roots listen. Other processes of this machine fuzz as well.
[[maybe_unused]] const int kListening =
    ::setenv("HCCL_IF_IP", "127.0.0.1", 1) +              // NOLINT
    ::setenv("HCCL_HOST_SOCKET_PORT_RANGE", "auto", 1) +  // NOLINT
    ::setenv("HCCL_IF_BASE_PORT",                         // NOLINT
             std::to_string(1024 + ::getpid() % 60000).c_str(), 1);

void Keep(Session& s, HcclComm comm) {
  s.handles.Add(comm);
  Own(s).own.Add(comm);
}

// A number of ranks and a rank that are legal for one rank alone, or not at all.
struct Place {
  std::uint32_t size = 1;
  std::uint32_t rank = 0;
};

Place AnyPlace(Session& s) {
  const auto number = s.number_as<std::uint32_t>();
  switch (s.data.ConsumeIntegralInRange<int>(0, 3)) {
    case 0:
      return {.size = number % 2 == 0 ? 0 : std::max(number, kMostJoined + 1), .rank = number};
    case 1:
      return {.size = 1 + number % kMostJoined, .rank = std::max(number, kMostJoined)};
    default:
      return {};
  }
}

// A configuration as HcclCommConfigInit begins it, with changes.
HcclCommConfig AnyConfig(Session& s) {
  HcclCommConfig config;
  HcclCommConfigInit(&config);
  if (s.data.ConsumeBool()) return config;
  const std::string name = s.text();
  std::memcpy(config.hcclCommName, name.data(), name.size());
  config.hcclExecTimeOut = s.data.ConsumeBool() ? -1 : s.number_as<std::int32_t>();
  switch (s.data.ConsumeIntegralInRange<int>(0, 4)) {
    case 0: {  // size, magic, version
      const auto bytes = s.data.ConsumeBytes<char>(sizeof(config.reserved));
      std::copy(bytes.begin(), bytes.end(), config.reserved);
      break;
    }
    case 1: {  // an older or a newer client's
      const std::size_t size = s.size();
      std::memcpy(config.reserved, &size, sizeof(size));
      break;
    }
    case 2:
      std::fill(std::begin(config.hcclCommName), std::end(config.hcclCommName), 'n');
      break;
    case 3: {  // what the library does not look at
      std::fill(std::begin(config.hcclAlgo), std::end(config.hcclAlgo), 'a');
      std::fill(std::begin(config.hcclUdi), std::end(config.hcclUdi), 'u');
      config.hcclBufferSize = s.number_as<std::uint32_t>();
      config.hcclQos = s.number_as<std::uint32_t>();
      break;
    }
    default:
      break;
  }
  return config;
}

std::int32_t GetRootInfo(Session& s) {
  if (Own(s).roots.size() >= kMostRoots) return HcclGetRootInfo(nullptr);
  HcclRootInfo root;
  const HcclResult result = HcclGetRootInfo(&root);
  if (result == HCCL_SUCCESS) Own(s).roots.push_back(root);
  return result;
}

// One that was made, also one whose group has been joined; damaged, or any bytes. Damage is found
// before anybody connects: the bytes have a sum.
HcclRootInfo AnyRootInfo(Session& s) {
  HcclRootInfo root{};
  const auto& roots = Own(s).roots;
  if (!roots.empty()) root = roots[s.data.ConsumeIntegralInRange<std::size_t>(0, roots.size() - 1)];
  if (s.data.ConsumeIntegralInRange<int>(0, 3) == 0) {
    const auto at = s.data.ConsumeIntegralInRange<std::size_t>(0, sizeof(root.internal) - 1);
    root.internal[at] = static_cast<char>(root.internal[at] ^ s.number_as<char>());
  }
  return root;
}

std::int32_t JoinByRootInfo(Session& s) {
  const HcclRootInfo root = AnyRootInfo(s);
  const HcclRootInfo* const passed = s.data.ConsumeIntegralInRange(0, 15) == 0 ? nullptr : &root;
  const auto [size, rank] = AnyPlace(s);
  HcclComm comm = nullptr;
  HcclResult result{};
  if (s.data.ConsumeBool()) {
    result = HcclCommInitRootInfo(size, passed, rank, &comm);
  } else {
    const HcclCommConfig config = AnyConfig(s);
    result = HcclCommInitRootInfoConfig(size, passed, rank,
                                        s.data.ConsumeBool() ? &config : nullptr, &comm);
  }
  Keep(s, comm);
  return result;
}

// Of one rank, on some device. One of several would be waited for.
std::string AnyRankTable(Session& s) {
  const std::string device = s.data.ConsumeBool() ? "0" : std::to_string(s.number());
  std::string table = R"({"status": "completed", "version": "1.0", "server_list": [)"
                      R"({"server_id": "here", "device": [{"device_id": ")" +
                      device + R"(", "rank_id": "0"}]}]})";
  if (s.data.ConsumeIntegralInRange<int>(0, 3) == 0) {
    table.resize(s.data.ConsumeIntegralInRange<std::size_t>(0, table.size()));
  }
  return table;
}

std::int32_t JoinByClusterInfo(Session& s) {
  static const int file = ::memfd_create("rank table", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  const std::string table = AnyRankTable(s);
  Demand(::ftruncate(file, 0) == 0, "an empty file");
  Demand(::pwrite(file, table.data(), table.size(), 0) == std::ssize(table), "a file");
  const std::string other = "/nowhere/" + s.text();
  const auto choice = s.data.ConsumeIntegralInRange<int>(0, 7);
  const char* const passed = choice == 0 ? nullptr : choice == 1 ? other.c_str() : path.c_str();
  const std::uint32_t rank = s.data.ConsumeBool() ? 0 : s.number_as<std::uint32_t>();
  HcclComm comm = nullptr;
  HcclResult result{};
  if (s.data.ConsumeBool()) {
    result = HcclCommInitClusterInfo(passed, rank, &comm);
  } else {
    HcclCommConfig config = AnyConfig(s);
    result = HcclCommInitClusterInfoConfig(passed, rank, s.data.ConsumeBool() ? &config : nullptr,
                                           &comm);
  }
  Keep(s, comm);
  return result;
}

// Of one rank; or of several of which one occurs twice, which is refused at once.
std::int32_t CreateSubgroup(Session& s) {
  std::array<std::uint32_t, 4> ranks{};
  for (std::uint32_t& rank : ranks) rank = s.number_as<std::uint32_t>();
  HcclComm parent = s.handle();
  std::uint32_t own_rank = 0;
  if (s.data.ConsumeBool() && HcclGetRankId(parent, &own_rank) == HCCL_SUCCESS) ranks[0] = own_rank;
  auto count = s.data.ConsumeBool() ? 1U : s.number_as<std::uint32_t>();
  if (count > 1) ranks[1] = ranks[0];
  if (count > ranks.size()) count = kMostJoined + 1;
  const std::uint32_t place = s.data.ConsumeBool() ? 0 : s.number_as<std::uint32_t>();
  HcclCommConfig config = AnyConfig(s);
  HcclComm comm = nullptr;
  const HcclResult result =
      HcclCreateSubCommConfig(s.data.ConsumeIntegralInRange(0, 15) == 0 ? nullptr : &parent, count,
                              s.data.ConsumeIntegralInRange(0, 7) == 0 ? nullptr : ranks.data(),
                              s.number_as<std::uint64_t>(), place,
                              s.data.ConsumeIntegralInRange(0, 7) == 0 ? nullptr : &config, &comm);
  Keep(s, comm);
  return result;
}

const Step kJoinSteps[] = {GetRootInfo, JoinByRootInfo, JoinByClusterInfo, CreateSubgroup};

}  // namespace

std::span<const Step> JoinSteps() {
  return kJoinSteps;
}

void EndRoots(HcclSession& session) {
  UseRank(0);
  for (const HcclRootInfo& root : session.roots) {
    HcclComm comm = nullptr;
    if (HcclCommInitRootInfo(1, &root, 0, &comm) == HCCL_SUCCESS) {
      Demand(HcclCommDestroy(comm) == HCCL_SUCCESS, "HcclCommDestroy");
    }
  }
}

}  // namespace ferry::fuzz
