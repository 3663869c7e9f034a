#include "fuzz/fuzz_world.h"

#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace ferry::fuzz {
namespace {

constexpr std::int32_t kFailedCollective = 507015;
constexpr std::int32_t kMilliseconds = 20'000;

using Ranks = std::array<FuzzRank, kRanks>;

FuzzRank& At(Ranks& ranks, std::int32_t rank) {
  return ranks[static_cast<std::size_t>(rank)];
}

struct World {
  Ranks ranks;
  std::vector<HcclComm> comms;  // of all groups
};

// A communicator of these ranks; each keeps its name in `name`.
void MakeGroup(World& world, std::vector<std::int32_t> members, std::string FuzzRank::*name) {
  std::vector<HcclComm> comms(members.size());
  Demand(HcclCommInitAll(static_cast<std::uint32_t>(members.size()), members.data(),
                         comms.data()) == HCCL_SUCCESS,
         "HcclCommInitAll");
  for (std::size_t i = 0; i < members.size(); ++i) {
    char text[COMM_NAME_MAX_LENGTH] = {};
    Demand(HcclGetCommName(comms[i], text) == HCCL_SUCCESS, "HcclGetCommName");
    At(world.ranks, members[i]).*name = text;
  }
  world.comms.insert(world.comms.end(), comms.begin(), comms.end());
}

void MakeGroups(World& world) {
  MakeGroup(world, {0, 1, 2, 3}, &FuzzRank::ep4);
  for (std::int32_t r = 0; r < kRanks; ++r) {
    At(world.ranks, r).comm = world.comms[static_cast<std::size_t>(r)];
  }
  MakeGroup(world, {0, 2}, &FuzzRank::ep2);
  MakeGroup(world, {1, 3}, &FuzzRank::ep2);
  MakeGroup(world, {0, 1}, &FuzzRank::tp2);
  MakeGroup(world, {2, 3}, &FuzzRank::tp2);
}

World MakeWorld() {
  World world;
  Demand(aclInit(nullptr) == 0, "aclInit");
  for (std::int32_t r = 0; r < kRanks; ++r) {
    FuzzRank& rank = At(world.ranks, r);
    Demand(aclrtSetDevice(r) == 0, "aclrtSetDevice");
    Demand(aclrtCreateContext(&rank.context, r) == 0, "aclrtCreateContext");
    Demand(aclrtCreateStream(&rank.stream) == 0, "aclrtCreateStream");
  }
  MakeGroups(world);
  return world;
}

World& TheWorld() {
  static World world = MakeWorld();
  return world;
}

}  // namespace

FuzzRank& RankOf(int rank) {
  return At(TheWorld().ranks, rank);
}

void RenewGroups() {
  World& world = TheWorld();
  for (HcclComm comm : world.comms) {
    Demand(HcclCommDestroy(comm) == HCCL_SUCCESS, "HcclCommDestroy");
  }
  world.comms.clear();
  MakeGroups(world);
}

Place PlaceOf(Topology topology, int rank) {
  const FuzzRank& of = RankOf(rank);
  if (topology == Topology::kEp4) return {.ep_size = 4, .ep_rank = rank, .ep_group = of.ep4};
  return {.ep_size = 2,
          .ep_rank = rank / 2,
          .tp_size = 2,
          .tp_rank = rank % 2,
          .ep_group = of.ep2,
          .tp_group = of.tp2};
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
