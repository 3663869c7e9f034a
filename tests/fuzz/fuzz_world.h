// Four ranks in one process for a fuzz target, on devices 0 to 3, with the groups of two
// topologies; made once.
#ifndef FERRY_TESTS_FUZZ_FUZZ_WORLD_H_
#define FERRY_TESTS_FUZZ_FUZZ_WORLD_H_

#include <cstdint>
#include <optional>
#include <string>

#include "acl/acl.h"
#include "aclnn/aclnn_base.h"
#include "hccl/hccl.h"

namespace ferry::fuzz {

inline constexpr int kRanks = 4;

enum class Topology : std::uint8_t { kEp4, kEp2Tp2 };

struct FuzzRank {
  aclrtContext context = nullptr;
  aclrtStream stream = nullptr;
  HcclComm comm = nullptr;  // of kEp4
  std::string ep4 = {};     // names of its groups
  std::string ep2 = {};
  std::string tp2 = {};
};

// Of a rank's call: numbers of 1 and 0, and no name, for what the topology lacks.
struct Place {
  std::int64_t ep_size = 1;
  std::int64_t ep_rank = 0;
  std::int64_t tp_size = 1;
  std::int64_t tp_rank = 0;
  std::string ep_group = {};
  std::optional<std::string> tp_group = {};
};

// The world of this process; made at the first call.
FuzzRank& RankOf(int rank);

Place PlaceOf(Topology topology, int rank);

// Makes the groups anew: for after a call that not all ranks of a TP group have taken part in. From
// then on their numbers differ, and no later call of theirs can meet.
void RenewGroups();

// Makes the rank's context current on this thread.
void UseRank(int rank);

// Ends the program, so that the fuzzer keeps the input, unless `ok`.
void Demand(bool ok, const char* what, std::int64_t value = 0);

// Demands that a refusal is one that `api` may give (codes of runtime.md section 4.3 that phase 1
// uses) and that its message names the API. Returns whether the code is 0.
bool Accepted(const char* api, std::int32_t code);

// Waits for all streams: 0 or 507015 on each, and in time. Returns whether all are 0.
bool Collect();

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_FUZZ_WORLD_H_
