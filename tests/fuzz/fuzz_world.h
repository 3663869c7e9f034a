// Two ranks in one process for a fuzz target: devices 0 and 1, one EP group, made once.
#ifndef FERRY_TESTS_FUZZ_FUZZ_WORLD_H_
#define FERRY_TESTS_FUZZ_FUZZ_WORLD_H_

#include <cstdint>
#include <string>

#include "acl/acl.h"
#include "aclnn/aclnn_base.h"
#include "hccl/hccl.h"

namespace ferry::fuzz {

inline constexpr int kRanks = 2;

struct FuzzRank {
  aclrtContext context = nullptr;
  aclrtStream stream = nullptr;
  HcclComm comm = nullptr;
  std::string group = {};
};

// The world of this process; made at the first call.
FuzzRank& RankOf(int rank);

// Makes the rank's context current on this thread.
void UseRank(int rank);

// Ends the program, so that the fuzzer keeps the input, unless `ok`.
void Demand(bool ok, const char* what, std::int64_t value = 0);

// Demands that a refusal is one that `api` may give (codes of runtime.md section 4.3 that phase 1
// uses) and that its message names the API. Returns whether the code is 0.
bool Accepted(const char* api, std::int32_t code);

// Waits for both streams: 0 or 507015 on each, and in time. Returns whether both are 0.
bool Collect();

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_FUZZ_WORLD_H_
