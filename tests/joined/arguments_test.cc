// Wrong calls of the functions that join.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <string>

#include "rank_process.h"

namespace ferry::joined {
namespace {

// In a process of its own, so that this one has not used the library.
void ExpectInAProcess(int (*body)(Rank&)) {
  const Ended ended = RunRanks(1, body);
  EXPECT_EQ(ended.status[0], 0) << "step " << (ended.status[0] >> 8) << ": " << ended.texts[0];
}

bool Says(const char* part) {
  return Message().find(part) != std::string::npos;
}

TEST(JoinArguments, AreCheckedBeforeAnybodyIsAsked) {
  ExpectInAProcess([](Rank&) {
    HcclRootInfo info;
    HcclComm comm = nullptr;
    if (HcclGetRootInfo(nullptr) != HCCL_E_PTR) return 1;
    if (HcclGetRootInfo(&info) != HCCL_SUCCESS) return 2;
    if (HcclCommInitRootInfo(2, nullptr, 0, &comm) != HCCL_E_PTR) return 3;
    if (HcclCommInitRootInfo(2, &info, 0, nullptr) != HCCL_E_PTR) return 4;
    if (HcclCommInitRootInfo(0, &info, 0, &comm) != HCCL_E_PARA) return 5;
    if (HcclCommInitRootInfo(769, &info, 0, &comm) != HCCL_E_PARA) return 6;
    if (!Says("nRanks is 769; must be in [1, 768]")) return 7;
    if (HcclCommInitRootInfo(2, &info, 2, &comm) != HCCL_E_PARA) return 8;
    if (!Says("rank is 2; must be in [0, 2)")) return 9;
    return 0;
  });
}

TEST(JoinArguments, DamagedRootInfosAreRefused) {
  ExpectInAProcess([](Rank&) {
    HcclRootInfo info;
    HcclComm comm = nullptr;
    std::memset(&info, 0, sizeof(info));
    if (HcclCommInitRootInfo(1, &info, 0, &comm) != HCCL_E_PARA) return 1;
    if (HcclGetRootInfo(&info) != HCCL_SUCCESS) return 2;
    for (const std::size_t at : {0U, 9U, 20U, 60U, 100U}) {
      HcclRootInfo bent = info;
      bent.internal[at] = static_cast<char>(bent.internal[at] ^ 1);
      const HcclResult result = HcclCommInitRootInfo(1, &bent, 0, &comm);
      if (result != HCCL_E_PARA && result != HCCL_E_NOT_SUPPORT) return 3;
    }
    return HcclCommInitRootInfo(1, &info, 0, &comm) == HCCL_SUCCESS ? 0 : 4;
  });
}

TEST(JoinArguments, AConfigurationNamesTheGroupAndIsChecked) {
  ExpectInAProcess([](Rank&) {
    HcclRootInfo info;
    HcclComm comm = nullptr;
    HcclCommConfig config;
    std::memset(&config, 0, sizeof(config));
    if (HcclGetRootInfo(&info) != HCCL_SUCCESS) return 1;
    if (HcclCommInitRootInfoConfig(1, &info, 0, nullptr, &comm) != HCCL_E_PTR) return 2;
    if (HcclCommInitRootInfoConfig(1, &info, 0, &config, &comm) != HCCL_E_PARA) return 3;
    if (!Says("HcclCommConfigInit writes it")) return 4;
    HcclCommConfigInit(&config);
    config.hcclExecTimeOut = -2;
    if (HcclCommInitRootInfoConfig(1, &info, 0, &config, &comm) != HCCL_E_PARA) return 5;
    if (!Says("hcclExecTimeOut is -2")) return 6;
    config.hcclExecTimeOut = 5;
    std::memset(config.hcclCommName, 'n', sizeof(config.hcclCommName));
    if (HcclCommInitRootInfoConfig(1, &info, 0, &config, &comm) != HCCL_E_PARA) return 7;
    std::strcpy(config.hcclCommName, "mine");
    if (HcclCommInitRootInfoConfig(1, &info, 0, &config, &comm) != HCCL_SUCCESS) return 8;
    char name[128] = {};
    if (HcclGetCommName(comm, name) != HCCL_SUCCESS || std::strcmp(name, "mine") != 0) return 9;
    // A second group of this name on this device would hide the first.
    if (HcclGetRootInfo(&info) != HCCL_SUCCESS) return 10;
    if (HcclCommInitRootInfoConfig(1, &info, 0, &config, &comm) != HCCL_E_PARA) return 11;
    return 0;
  });
}

TEST(JoinArguments, ARankTableMakesAGroup) {
  const std::string path =
      ::testing::TempDir() + "ferry_rank_table." + std::to_string(::getpid()) + ".json";
  std::ofstream(path) << R"({"status": "completed", "version": "1.0", "server_list": [
    {"server_id": "here", "device": [{"device_id": "0", "rank_id": "0"},
                                     {"device_id": "1", "rank_id": "1"}]}]})";
  static std::string table;
  table = path;
  const Ended ended = RunRanks(2, [](Rank& rank) {
    HcclComm comm = nullptr;
    if (HcclCommInitClusterInfo(nullptr, 0, &comm) != HCCL_E_PTR) return 1;
    for (const char* unreadable : {"/no/such/table", "/"})
      if (HcclCommInitClusterInfo(unreadable, 0, &comm) != HCCL_E_OPEN_FILE_FAILURE) return 2;
    if (HcclCommInitClusterInfo(table.c_str(), 2, &comm) != HCCL_E_PARA) return 3;
    if (aclrtSetDevice(2) != 0) return 6;
    if (HcclCommInitClusterInfo(table.c_str(), 1, &comm) != HCCL_E_PARA) return 7;
    if (!Says("the current device is 2; must be 1, the device_id of rank 1")) return 8;
    if (aclrtSetDevice(rank.rank) != 0 || aclrtCreateStream(&rank.stream) != 0) return 9;
    if (HcclCommInitClusterInfo(table.c_str(), static_cast<unsigned>(rank.rank), &comm) !=
        HCCL_SUCCESS)
      return rank.Say(Message()), 4;
    return rank.Meet(comm) == 0 ? 0 : 5;
  });
  for (std::size_t r = 0; r < 2; ++r) EXPECT_EQ(ended.status[r], 0) << r << ": " << ended.texts[r];
  std::remove(path.c_str());
}

}  // namespace
}  // namespace ferry::joined
