#include "fuzz/fuzz_world.h"

#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace ferry::fuzz {
namespace {

constexpr std::int32_t kFailedCollective = 507015;
constexpr std::int32_t kMilliseconds = 20'000;

std::array<FuzzRank, kRanks> MakeRanks() {
  std::array<FuzzRank, kRanks> ranks;
  std::array<std::int32_t, kRanks> devices{};
  std::array<HcclComm, kRanks> comms{};
  Demand(aclInit(nullptr) == 0, "aclInit");
  for (int r = 0; r < kRanks; ++r) {
    auto& rank = ranks[static_cast<std::size_t>(r)];
    devices[static_cast<std::size_t>(r)] = r;
    Demand(aclrtSetDevice(r) == 0, "aclrtSetDevice");
    Demand(aclrtCreateContext(&rank.context, r) == 0, "aclrtCreateContext");
    Demand(aclrtCreateStream(&rank.stream) == 0, "aclrtCreateStream");
  }
  Demand(HcclCommInitAll(kRanks, devices.data(), comms.data()) == HCCL_SUCCESS, "HcclCommInitAll");
  for (int r = 0; r < kRanks; ++r) {
    auto& rank = ranks[static_cast<std::size_t>(r)];
    rank.comm = comms[static_cast<std::size_t>(r)];
    char name[COMM_NAME_MAX_LENGTH] = {};
    Demand(HcclGetCommName(rank.comm, name) == HCCL_SUCCESS, "HcclGetCommName");
    rank.group = name;
  }
  return ranks;
}

}  // namespace

FuzzRank& RankOf(int rank) {
  static std::array<FuzzRank, kRanks> ranks = MakeRanks();
  return ranks[static_cast<std::size_t>(rank)];
}

void UseRank(int rank) {
  Demand(aclrtSetCurrentContext(RankOf(rank).context) == 0, "aclrtSetCurrentContext");
}

void Demand(bool ok, const char* what, std::int64_t value) {
  if (ok) return;
  std::fprintf(stderr, "demanded: %s (got %" PRId64 ")\n", what, value);
  std::abort();
}

bool Accepted(const char* api, std::int32_t code) {
  if (code == 0) return true;
  const bool known =
      code == 161001 || code == 161002 || code == 361001 || code == 561000 || code == 561002;
  Demand(known, "a documented code", code);
  const char* const message = aclGetRecentErrMsg();
  Demand(message != nullptr, "a message with each refusal", code);
  Demand(std::strstr(message, api) != nullptr, "a message that names the API", code);
  return false;
}

bool Collect() {
  bool ok = true;
  for (int r = 0; r < kRanks; ++r) {
    const std::int32_t code = aclrtSynchronizeStreamWithTimeout(RankOf(r).stream, kMilliseconds);
    Demand(code == 0 || code == kFailedCollective, "0 or 507015 at synchronise", code);
    if (code == 0) continue;
    ok = false;
    Demand(aclGetRecentErrMsg() != nullptr, "a message with each failure", code);
  }
  return ok;
}

}  // namespace ferry::fuzz
