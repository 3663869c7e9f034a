// Communicators from a launcher's variables.
#include <ferry/launch.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "rank_process.h"

namespace ferry::joined {
namespace {

// The variables as Open MPI sets them; the endpoint is this test's own.
void SetLaunch(int rank, int size) {
  for (const char* name : {"FERRY_RANK", "RANK", "MASTER_ADDR"}) ::unsetenv(name);
  ::setenv("OMPI_COMM_WORLD_RANK", std::to_string(rank).c_str(), 1);
  ::setenv("OMPI_COMM_WORLD_SIZE", std::to_string(size).c_str(), 1);
  ::setenv("OMPI_COMM_WORLD_LOCAL_RANK", std::to_string(rank).c_str(), 1);
  ::setenv("FERRY_ROOT", ("127.0.0.1:" + std::to_string(2000 + ::getppid() % 60000)).c_str(), 1);
}

void ExpectAllWell(const Ended& ended) {
  for (std::size_t r = 0; r < ended.status.size(); ++r)
    EXPECT_EQ(ended.status[r], 0) << r << ", step " << (ended.status[r] >> 8) << ": "
                                  << ended.texts[r];
}

TEST(Launched, ProcessesBecomeRanksOfOneCommunicator) {
  ExpectAllWell(RunRanks(3, [](Rank& rank) {
    SetLaunch(rank.rank, rank.size);
    std::uint32_t number = 9;
    std::uint32_t size = 9;
    std::uint32_t local = 9;
    if (ferry_launch_rank(&number, &size, &local) != HCCL_SUCCESS) return 1;
    if (ferry_launch_rank(nullptr, nullptr, nullptr) != HCCL_SUCCESS) return 2;
    if (number != static_cast<std::uint32_t>(rank.rank) || size != 3 || local != number) return 3;
    for (int again = 0; again < 2; ++again) {
      HcclComm comm = nullptr;
      if (ferry_comm_init_from_env(&comm) != HCCL_SUCCESS) return rank.Say(Message()), 4;
      std::uint32_t in_comm = 9;
      if (HcclGetRankId(comm, &in_comm) != HCCL_SUCCESS || in_comm != number) return 5;
      if (rank.Meet(comm) != 0) return 6;
      if (HcclCommDestroy(comm) != HCCL_SUCCESS) return 7;
    }
    return 0;
  }));
}

TEST(Launched, AProcessMayHaveSeveralRanks) {
  ExpectAllWell(RunRanks(2, [](Rank& rank) {
    SetLaunch(rank.rank, rank.size);
    std::int32_t devices[] = {0, 1, 2};
    HcclComm comms[3] = {};
    if (ferry_comm_init_all_from_env(3, devices, comms) != HCCL_SUCCESS)
      return rank.Say(Message()), 1;
    std::uint32_t size = 0;
    aclrtStream streams[3] = {};
    for (std::uint32_t i = 0; i < 3; ++i) {
      std::uint32_t in_comm = 9;
      if (HcclGetRankSize(comms[i], &size) != HCCL_SUCCESS || size != 6) return 2;
      if (HcclGetRankId(comms[i], &in_comm) != HCCL_SUCCESS) return 3;
      if (in_comm != static_cast<std::uint32_t>(rank.rank) * 3 + i) return 4;
      if (aclrtSetDevice(devices[i]) != 0 || aclrtCreateStream(&streams[i]) != 0) return 5;
      if (HcclBarrier(comms[i], streams[i]) != HCCL_SUCCESS) return 6;
    }
    for (aclrtStream stream : streams)
      if (aclrtSynchronizeStream(stream) != 0) return rank.Say(Message()), 7;
    return 0;
  }));
}

TEST(Launched, WrongCallsAreRefusedByName) {
  ExpectAllWell(RunRanks(1, [](Rank& rank) {
    const auto says = [&rank](const char* part) {
      const std::string message = Message();
      rank.Say(message);
      return message.find(part) != std::string::npos;
    };
    SetLaunch(0, 2);
    HcclComm comms[2] = {};
    std::int32_t devices[] = {1, 1};
    if (ferry_comm_init_from_env(nullptr) != HCCL_E_PTR) return 1;
    if (ferry_comm_init_all_from_env(1, nullptr, comms) != HCCL_E_PTR) return 2;
    if (ferry_comm_init_all_from_env(0, devices, comms) != HCCL_E_PARA) return 3;
    if (!says("ndev is 0; must be in [1, 16]")) return 4;
    if (ferry_comm_init_all_from_env(2, devices, comms) != HCCL_E_PARA) return 5;
    if (!says("devices[1] is 1, as devices[0]")) return 6;
    ::setenv("FERRY_ROOT", "192.0.2.1:5000", 1);
    if (ferry_comm_init_from_env(comms) != HCCL_E_PARA) return 7;
    if (!says("FERRY_SECRET_FILE is not set")) return 8;
    ::unsetenv("OMPI_COMM_WORLD_SIZE");
    if (ferry_launch_rank(nullptr, nullptr, nullptr) != HCCL_E_PARA) return 9;
    if (!says("OMPI_COMM_WORLD_SIZE is not set, but OMPI_COMM_WORLD_RANK is")) return 10;
    return 0;
  }));
}

}  // namespace
}  // namespace ferry::joined
