// Joining, meeting, dying, and joining again.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "rank_process.h"

namespace ferry::joined {
namespace {

using std::chrono::steady_clock;

constexpr int kFailedCollective = 507015;

double SecondsSince(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

TEST(Processes, JoinByARootInfoAndMeet) {
  for (const int size : {1, 2, 4, 7, 16}) {
    const Ended ended = RunRanks(size, [](Rank& rank) {
      HcclComm comm = nullptr;
      if (rank.Join(0, &comm) != HCCL_SUCCESS) return rank.Say(Message()), 1;
      std::uint32_t number = 99;
      char name[128] = {};
      if (HcclGetRankId(comm, &number) != HCCL_SUCCESS ||
          number != static_cast<unsigned>(rank.rank))
        return 2;
      if (HcclGetCommName(comm, name) != HCCL_SUCCESS) return 3;
      rank.Say(name);
      for (int i = 0; i < 20; ++i)
        if (rank.Meet(comm) != 0) return 4;
      return HcclCommDestroy(comm) == HCCL_SUCCESS ? 0 : 5;
    });
    for (int r = 0; r < size; ++r) {
      EXPECT_EQ(ended.status[static_cast<std::size_t>(r)], 0)
          << size << " ranks, rank " << r << ": " << ended.texts[static_cast<std::size_t>(r)];
      EXPECT_EQ(ended.texts[static_cast<std::size_t>(r)], ended.texts[0]) << "one name";
    }
  }
}

// Rank 2 is killed; the others hear it within two seconds and make a new group in the same
// processes.
TEST(Processes, SurviveTheDeathOfOneAndJoinAnewWithoutIt) {
  const Ended ended = RunRanks(4, [](Rank& rank) {
    HcclComm comm = nullptr;
    if (rank.Join(0, &comm) != HCCL_SUCCESS) return 1;
    if (rank.Meet(comm) != 0) return 2;
    if (rank.rank == 2) ::kill(::getpid(), SIGKILL);
    const auto start = steady_clock::now();
    if (rank.Meet(comm) != kFailedCollective) return 3;
    rank.Say(Message());
    if (SecondsSince(start) > 2.0) return 4;
    HcclResult state = HCCL_SUCCESS;
    if (HcclGetCommAsyncError(comm, &state) != HCCL_SUCCESS || state != HCCL_E_REMOTE) return 5;
    if (HcclCommDestroy(comm) != HCCL_SUCCESS) return 6;
    Rank survivor = rank;
    survivor.size = 3;
    survivor.rank = rank.rank > 2 ? 2 : rank.rank;
    if (survivor.Join(1, &comm) != HCCL_SUCCESS) return 7;
    return survivor.Meet(comm) == 0 ? 0 : 8;
  });
  for (const std::size_t r : {0U, 1U, 3U}) {
    EXPECT_EQ(ended.status[r], 0) << "rank " << r << ": " << ended.texts[r];
    EXPECT_NE(ended.texts[r].find("failed: rank(s) 2 terminated"), std::string::npos)
        << ended.texts[r];
  }
  EXPECT_TRUE(WIFSIGNALED(ended.status[2]));
}

// A worker that a program forks may run its destructors; the rank is its parent's.
TEST(Processes, GoOnWhenAForkedChildDestroysTheHandle) {
  const Ended ended = RunRanks(2, [](Rank& rank) {
    HcclComm comm = nullptr;
    if (rank.Join(0, &comm) != HCCL_SUCCESS) return 1;
    if (rank.Meet(comm) != 0) return 2;
    if (rank.rank == 0) {
      const pid_t child = ::fork();
      if (child == 0) ::_exit(HcclCommDestroy(comm) == HCCL_SUCCESS ? 0 : 1);
      int status = -1;
      if (::waitpid(child, &status, 0) != child || status != 0) return 3;
    }
    if (rank.Meet(comm) != 0) return rank.Say(Message()), 4;
    return HcclCommDestroy(comm) == HCCL_SUCCESS ? 0 : 5;
  });
  for (const std::size_t r : {0U, 1U}) EXPECT_EQ(ended.status[r], 0) << r << ": " << ended.texts[r];
}

TEST(Processes, HearOfARankThatDiesWhileItJoins) {
  const Ended ended = RunRanks(3, [](Rank& rank) {
    if (rank.rank == 2) {
      if (!rank.Await(0, 2)) return 9;
      ::usleep(200'000);
      ::ualarm(100'000, 0);  // ends the process in the middle of its own join
      HcclComm none = nullptr;
      Rank late = rank;
      late.size = 4;  // never complete
      (void)late.Join(0, &none);
      return 8;
    }
    rank.shared->flags[0].fetch_add(1);
    const auto start = steady_clock::now();
    HcclComm comm = nullptr;
    Rank waiting = rank;
    waiting.size = 4;
    const HcclResult result = waiting.Join(0, &comm);
    rank.Say(Message());
    if (result != HCCL_E_REMOTE) return 1;
    return SecondsSince(start) < 5.0 ? 0 : 2;
  });
  for (const std::size_t r : {0U, 1U}) {
    EXPECT_EQ(ended.status[r], 0) << ended.texts[r];
    EXPECT_NE(ended.texts[r].find("rank(s) 2 left while joining"), std::string::npos)
        << ended.texts[r];
  }
}

}  // namespace
}  // namespace ferry::joined
