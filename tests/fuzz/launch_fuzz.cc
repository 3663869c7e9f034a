// The variables of launchers, and the joins that they ask for: any text is a place in the launch or
// a refusal. A launch of one process is joined; one of several would wait for them.
#include <fuzzer/FuzzedDataProvider.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "acl/acl.h"
#include "ferry/launch.h"
#include "fuzz/call_arguments.h"
#include "fuzz/fuzz_world.h"

namespace ferry::fuzz {
namespace {

constexpr const char* kVariables[] = {"FERRY_RANK",
                                      "FERRY_WORLD_SIZE",
                                      "FERRY_LOCAL_RANK",
                                      "RANK",
                                      "WORLD_SIZE",
                                      "LOCAL_RANK",
                                      "LOCAL_WORLD_SIZE",
                                      "MASTER_PORT",
                                      "TORCHELASTIC_RUN_ID",
                                      "OMPI_COMM_WORLD_RANK",
                                      "OMPI_COMM_WORLD_SIZE",
                                      "OMPI_COMM_WORLD_LOCAL_RANK",
                                      "PMIX_NAMESPACE",
                                      "OMPI_COMM_WORLD_LOCAL_SIZE",
                                      "OMPI_MCA_ess_base_jobid",
                                      "SLURM_PROCID",
                                      "SLURM_NTASKS",
                                      "SLURM_LOCALID",
                                      "SLURM_STEP_NODELIST",
                                      "SLURM_NODELIST",
                                      "SLURM_JOB_ID",
                                      "SLURM_STEP_ID",
                                      "FERRY_ROOT",
                                      "MASTER_ADDR"};

std::string AnyValue(FuzzedDataProvider& data) {
  switch (data.ConsumeIntegralInRange<int>(0, 3)) {
    case 0:
      return data.ConsumeRandomLengthString(40).c_str();  // to its first zero
    case 1:
      return std::to_string(BorderingInteger(data));
    default:
      return data.ConsumeBool() ? "1" : "0";
  }
}

void SetVariables(FuzzedDataProvider& data) {
  for (const char* const name : kVariables) {
    if (data.ConsumeBool()) {
      ::setenv(name, AnyValue(data).c_str(), 1);
    } else {
      ::unsetenv(name);
    }
  }
}

// No other host is asked for its address, no other process for its port.
void StayHere() {
  ::setenv("FERRY_ROOT", ("127.0.0.1:" + std::to_string(1024 + ::getpid() % 60000)).c_str(), 1);
}

void End(HcclResult result, HcclComm comm) {
  if (result != HCCL_SUCCESS) {
    Demand(aclGetRecentErrMsg() != nullptr, "a message with each refusal");
  } else {
    Demand(HcclCommDestroy(comm) == HCCL_SUCCESS, "HcclCommDestroy");
  }
}

// A launch of one process; also devices that occur twice, do not exist, or are too many.
void JoinAlone(FuzzedDataProvider& data) {
  StayHere();
  UseRank(0);
  HcclComm comm = nullptr;
  End(ferry_comm_init_from_env(&comm), comm);
  std::array<std::int32_t, 4> devices = {0, 1, 2, 3};
  if (data.ConsumeBool())
    devices[data.ConsumeIntegralInRange<std::size_t>(0, 3)] =
        static_cast<std::int32_t>(BorderingInteger(data));
  const auto count = data.ConsumeBool() ? data.ConsumeIntegralInRange<std::uint32_t>(0, 4) : 4097U;
  std::array<HcclComm, 4> comms{};
  const HcclResult result = ferry_comm_init_all_from_env(
      count, data.ConsumeIntegralInRange(0, 7) == 0 ? nullptr : devices.data(), comms.data());
  End(result, comms[0]);
  for (std::size_t i = 1; i < comms.size(); ++i) {
    if (comms[i] != nullptr) End(result, comms[i]);
  }
}

}  // namespace
}  // namespace ferry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ferry::fuzz;
  static_cast<void>(RankOf(0));  // its threads read the environment before it changes
  FuzzedDataProvider data(bytes, size);
  SetVariables(data);
  std::uint32_t rank = 0;
  std::uint32_t processes = 0;
  std::uint32_t local_rank = 0;
  const HcclResult result = ferry_launch_rank(&rank, &processes, &local_rank);
  if (result != HCCL_SUCCESS) {
    Demand(result == HCCL_E_PARA, "a refusal of a value", result);
    Demand(ferry_comm_init_from_env(nullptr) == HCCL_E_PTR, "null before all else");
    HcclComm comm = nullptr;
    End(ferry_comm_init_from_env(&comm), comm);
    return 0;
  }
  Demand(processes >= 1 && processes <= 768, "a number of processes", processes);
  Demand(rank < processes && local_rank < processes, "a rank of them", rank);
  if (processes == 1) JoinAlone(data);
  return 0;
}
