// Groups made of the ranks of another group.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <vector>

#include "rank_process.h"

namespace ferry::joined {
namespace {

TEST(Subgroups, ArePairsOfAGroupOfFourProcesses) {
  const Ended ended = RunRanks(4, [](Rank& rank) {
    HcclComm comm = nullptr;
    if (rank.Join(0, &comm) != HCCL_SUCCESS) return 1;
    // {0, 2} and {1, 3}, the first rank of each last in its parent's order.
    const auto parity = static_cast<std::uint32_t>(rank.rank % 2);
    std::uint32_t ranks[] = {parity + 2, parity};
    const std::uint32_t own = rank.rank >= 2 ? 0 : 1;
    HcclCommConfig config;
    HcclCommConfigInit(&config);
    std::snprintf(config.hcclCommName, sizeof(config.hcclCommName), "pair%u", parity);
    for (int round = 0; round < 3; ++round) {
      HcclComm pair = nullptr;
      if (HcclCreateSubCommConfig(&comm, 2, ranks, 7, own, &config, &pair) != HCCL_SUCCESS)
        return rank.Say(Message()), 2;
      char name[128] = {};
      std::uint32_t number = 9;
      if (HcclGetCommName(pair, name) != HCCL_SUCCESS ||
          HcclGetRankId(pair, &number) != HCCL_SUCCESS)
        return 3;
      if (number != own || std::string(name) != config.hcclCommName) return 4;
      if (rank.Meet(pair) != 0 || rank.Meet(comm) != 0) return rank.Say(Message()), 5;
      if (HcclCommDestroy(pair) != HCCL_SUCCESS) return 6;
    }
    return 0;
  });
  for (std::size_t r = 0; r < 4; ++r) EXPECT_EQ(ended.status[r], 0) << r << ": " << ended.texts[r];
}

TEST(Subgroups, LeaveOutARankThatSaysSo) {
  const Ended ended = RunRanks(2, [](Rank& rank) {
    HcclComm comm = nullptr;
    if (rank.Join(0, &comm) != HCCL_SUCCESS) return 1;
    HcclCommConfig config;
    HcclCommConfigInit(&config);
    std::uint32_t only = 0;
    HcclComm alone = &config;
    const HcclResult result =
        rank.rank == 0 ? HcclCreateSubCommConfig(&comm, 1, &only, 1, 0, &config, &alone)
                       : HcclCreateSubCommConfig(&comm, 0, nullptr, 0xffffffff, 0, &config, &alone);
    if (result != HCCL_SUCCESS) return rank.Say(Message()), 2;
    return (alone == nullptr) == (rank.rank == 1) ? 0 : 3;
  });
  for (std::size_t r = 0; r < 2; ++r) EXPECT_EQ(ended.status[r], 0) << r << ": " << ended.texts[r];
}

// The first rank of a group makes it; it ends before it does.
TEST(Subgroups, NameTheRankThatEndsInsteadOfMakingOne) {
  const Ended ended = RunRanks(3, [](Rank& rank) {
    HcclComm comm = nullptr;
    if (rank.Join(0, &comm) != HCCL_SUCCESS) return 1;
    if (rank.Meet(comm) != 0) return 2;
    if (rank.rank == 1) {
      ::usleep(300'000);  // the others have begun to ask
      ::kill(::getpid(), SIGKILL);
    }
    HcclCommConfig config;
    HcclCommConfigInit(&config);
    std::uint32_t ranks[] = {1, 0, 2};
    HcclComm sub = nullptr;
    const HcclResult result =
        HcclCreateSubCommConfig(&comm, 3, ranks, 1, rank.rank == 0 ? 1 : 2, &config, &sub);
    rank.Say(Message());
    return result == HCCL_E_REMOTE ? 0 : 3;
  });
  for (const std::size_t r : {0U, 2U}) {
    EXPECT_EQ(ended.status[r], 0) << r;
    const std::string& text = ended.texts[r];
    // Who asks when it is known already hears of it at once.
    const bool told_while_joining =
        text.find("HcclCreateSubCommConfig: rank 1 of group ") != std::string::npos &&
        text.find(" terminated while joining a group of 3 ranks of it") != std::string::npos;
    const bool told_before =
        text.find("HcclCreateSubCommConfig: rank(s) 1 of group ") != std::string::npos;
    EXPECT_TRUE(told_while_joining || told_before) << text;
  }
}

TEST(Subgroups, RefuseRanksThatCannotBe) {
  const Ended ended = RunRanks(1, [](Rank& rank) {
    HcclComm comm = nullptr;
    if (rank.Join(0, &comm) != HCCL_SUCCESS) return 1;
    HcclCommConfig config;
    HcclCommConfigInit(&config);
    HcclComm sub = nullptr;
    std::uint32_t twice[] = {0, 0};
    std::uint32_t far[] = {1};
    std::uint32_t own[] = {0};
    if (HcclCreateSubCommConfig(&comm, 2, twice, 1, 0, &config, &sub) != HCCL_E_PARA) return 2;
    if (HcclCreateSubCommConfig(&comm, 1, far, 1, 0, &config, &sub) != HCCL_E_PARA) return 3;
    if (Message().find("rankIds[0] is 1; must be in [0, 1)") == std::string::npos) return 4;
    if (HcclCreateSubCommConfig(&comm, 1, own, 1, 1, &config, &sub) != HCCL_E_PARA) return 5;
    if (Message().find("subCommRankId is 1; must be in [0, 1)") == std::string::npos) return 6;
    if (HcclCreateSubCommConfig(&comm, 1, own, 1, 0, nullptr, &sub) != HCCL_E_PTR) return 7;
    if (HcclCreateSubCommConfig(&comm, 1, nullptr, 1, 0, &config, &sub) != HCCL_E_PTR) return 8;
    return 0;
  });
  EXPECT_EQ(ended.status[0], 0) << ended.texts[0];
}

}  // namespace
}  // namespace ferry::joined
