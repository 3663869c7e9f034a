// Ranks whose memory lies in segments of their own, which the others map as they read.
#include <gtest/gtest.h>

#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "base/abort_flag.h"
#include "base/clock.h"
#include "base/error.h"
#include "comm/home.h"
#include "comm/host_client.h"
#include "comm/presence.h"
#include "memory/peer_file.h"
#include "memory/segment.h"
#include "processes/cases.h"
#include "processes/exchange.h"
#include "processes/launch.h"

namespace ferry::testing {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

LaunchOptions Segments(std::int32_t num_ranks) {
  LaunchOptions options;
  options.distance = Distance::kSegments;
  options.num_ranks = num_ranks;
  return options;
}

// Bytes that only this rank's block of this call has.
std::byte ByteOf(std::int32_t rank, int call, std::size_t at) {
  const std::uint64_t mixed =
      (static_cast<std::uint64_t>(rank) * 1000003 + static_cast<std::uint64_t>(call) * 7919 + at) *
      0x9E3779B97F4A7C15;
  return static_cast<std::byte>(mixed >> 56);
}

// The ends of a block are enough to know it by; its middle may be huge.
std::vector<std::size_t> Places(std::size_t bytes) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < std::min<std::size_t>(bytes, 4096); ++i) {
    places.push_back(i);
    places.push_back(bytes - 1 - i);
  }
  return places;
}

void Write(std::byte* block, std::size_t bytes, std::int32_t rank, int call) {
  for (const std::size_t at : Places(bytes)) block[at] = ByteOf(rank, call, at);
}

void Check(const comm::Group& group, int call, std::size_t bytes) {
  for (std::int32_t peer = 0; peer < group.size(); ++peer) {
    const comm::Part part = group.Peer(peer).parts[0];
    Require(part.bytes == bytes, Code::kRtAicoreException, "rank {} shows {} bytes", peer,
            part.bytes);
    for (const std::size_t at : Places(bytes))
      Require(part.data[at] == ByteOf(peer, call, at), Code::kRtAicoreException,
              "byte {} of rank {} is wrong", at, peer);
  }
}

comm::Record RecordOf(const std::byte* block, std::size_t bytes) {
  comm::Record record;
  record.attributes = {{"operator", "show"}};
  record.parts[0] = {block, bytes};
  return record;
}

// Shows a block to all ranks, who check it.
std::string Show(const RankRun& run, const std::byte* block, std::size_t bytes, int call) {
  return RunOne(run, [&](comm::Group& ep, comm::Group*) {
    ep.Publish(RecordOf(block, bytes));
    ep.Meet();
    Check(ep, call, bytes);
    ep.Release();
  });
}

std::string ShowDeviceMemory(const RankRun& run, std::size_t bytes, int call) {
  memory::Segment& segment = memory::ProcessSegment();
  auto* const block = static_cast<std::byte*>(segment.Allocate(bytes, 0));
  segment.Commit(block, std::min<std::size_t>(bytes, 4096));
  Write(block, bytes, run.rank, call);
  const std::string end = Show(run, block, bytes, call);
  segment.Free(block);
  return end;
}

TEST(Segments, DeviceMemoryThatIsFreedAndAllocatedBetweenCallsIsReadBitEqual) {
  const auto ends = Launch(Segments(4), [](RankRun& run) {
    for (int call = 1; call <= 40; ++call) {
      // Of one size in all ranks, small ones that share an extent and large ones in turn.
      const std::size_t bytes = 600 + static_cast<std::size_t>(call % 7) * 377'777;
      const std::string end = ShowDeviceMemory(run, bytes, call);
      if (end != "ok") run.say(end);
    }
    run.say(fmt::format("staged {}", run.ep->traffic().staged()));
  });
  ExpectAllSay(ends, {"staged 0"});
}

TEST(Segments, MemoryThatGrowsFarBeyondWhatWasMappedIsRead) {
  const auto ends = Launch(Segments(3), [](RankRun& run) {
    int call = 0;
    for (const std::size_t bytes : {kMiB, 40 * kMiB, 100 * kMiB, 300 * kMiB, 2 * kMiB})
      run.say(ShowDeviceMemory(run, bytes, ++call));
  });
  ExpectAllSay(ends, {"ok", "ok", "ok", "ok", "ok"});
}

TEST(Segments, HostMemoryIsCopiedForOtherProcessesAndCounted) {
  const auto ends = Launch(Segments(3), [](RankRun& run) {
    std::vector<std::byte> block(10'000);
    for (int call = 1; call <= 3; ++call) {
      Write(block.data(), block.size(), run.rank, call);
      run.say(Show(run, block.data(), block.size(), call));
    }
    block.resize(500'000);
    Write(block.data(), block.size(), run.rank, 4);
    run.say(Show(run, block.data(), block.size(), 4));
    run.say(fmt::format("staged {}", run.ep->traffic().staged()));
  });
  ExpectAllSay(ends, {"ok", "ok", "ok", "ok", "staged 530000"});
}

TEST(Segments, ARankWithoutRowsIsRead) {
  const auto ends = Launch(Segments(2), [](RankRun& run) { run.say(Show(run, nullptr, 0, 1)); });
  ExpectAllSay(ends, {"ok"});
}

TEST(Segments, OfADeadRankStayReadableAndTheCallNamesIt) {
  const auto ends = Launch(Segments(3), [](RankRun& run) {
    memory::Segment& segment = memory::ProcessSegment();
    auto* const block = static_cast<std::byte*>(segment.Allocate(kMiB, 0));
    segment.Fill(block, 0, kMiB);
    Write(block, kMiB, run.rank, 1);
    run.say(RunOne(run, [&](comm::Group& ep, comm::Group*) {
      ep.Publish(RecordOf(block, kMiB));
      ep.Meet();
      Check(ep, 1, kMiB);
      AwaitAll(run, 1);  // all have mapped all
      if (run.rank == 1) kill(getpid(), SIGKILL);
      for (int i = 0; i < 20; ++i) {
        Check(ep, 1, kMiB);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      run.say("read");
      ep.Release();
    }));
  });
  EXPECT_EQ(ends[1].signal, SIGKILL);
  for (const std::size_t r : {0U, 2U})
    EXPECT_EQ(ends[r].lines,
              (std::vector<std::string>{
                  "read", "exchange call 1 on group \"g0\" failed: rank(s) 1 terminated"}));
}

TEST(Segments, OfARankThatDiedBeforeAnybodyMappedThemGiveItsDeathAsTheCause) {
  const auto ends = Launch(Segments(3), [](RankRun& run) {
    const auto start = std::chrono::steady_clock::now();
    run.say(RunOne(run, [&](comm::Group& ep, comm::Group*) {
      std::byte* const row = ep.ScratchFor(comm::Group::Scratch::kRows, 64);
      ep.Publish(RecordOf(row, 64));
      ep.Meet();
      AwaitAll(run, 1);
      if (run.rank == 1) kill(getpid(), SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      (void)ep.Peer(1);
      ep.Release();
    }));
    run.say(IsQuick(start));
  });
  EXPECT_EQ(ends[1].signal, SIGKILL);
  for (const std::size_t r : {0U, 2U})
    EXPECT_EQ(ends[r].lines,
              (std::vector<std::string>{
                  "exchange call 1 on group \"g0\" failed: rank(s) 1 terminated", "quick"}));
}

TEST(Segments, TimeIsCountedForTheRankThatAllWaitedFor) {
  const auto ends = Launch(Segments(3), [](RankRun& run) {
    if (run.rank == 1) std::this_thread::sleep_for(std::chrono::milliseconds(60));
    run.say(RunExchange(run));
    const bool long_wait = run.ep->traffic().waited_for(1) >= std::chrono::milliseconds(20);
    run.say(long_wait == (run.rank != 1) ? "right" : "wrong");
  });
  ExpectAllSay(ends, {"ok", "right"});
}

#if !defined(__SANITIZE_ADDRESS__)  // it opens a pipe to look at an object
TEST(Segments, ThatCannotBeReachedAreTheFailureOfTheRankThatReads) {
  const auto ends = Launch(Segments(2), [](RankRun& run) {
    const auto call = TakeOne(run);
    const AbortFlag abort;
    const std::string end = RunTaken(*call, abort, [&](comm::Group& ep, comm::Group*) {
      ep.Publish({});
      ep.Meet();
      if (run.rank == 0) {
        const auto first_free = static_cast<rlim_t>(UniqueFd(dup(0)).get());
        const rlimit none{first_free, first_free};
        setrlimit(RLIMIT_NOFILE, &none);
        (void)ep.Peer(1);
      }
      ep.Release();
    });
    const std::string pid = std::to_string(run.ep->board().rank(1).pid.load());
    const bool named = end.find("failed: rank 0 cannot reach the memory of rank 1: process " + pid +
                                " of this host does not give its memory: ") != std::string::npos;
    run.say(named ? "named" : end);
  });
  ExpectAllSay(ends, {"named"});
}
#endif

// A process that forks after it has read its peers: the child must not take over what it cannot
// read, and is a rank of its own in a group of its own.
TEST(Segments, AreMappedAnewByAForkedChild) {
  const auto ends = Launch(Segments(2), [](RankRun& run) {
    run.say(RunExchange(run));
    AwaitAll(run, 1);  // nobody overwrites rows any more
    if (run.rank == 0) {
      // The child reads rank 1's memory by itself, while rank 1 waits.
      const pid_t child = fork();
      if (child == 0) {
        alarm(10);
        const auto& state = run.ep->board().rank(1);
        const comm::Server server{state.pid.load(), state.service};
        const auto board = comm::Board::Create("child", 2);
        comm::Home home = comm::HomeOfThisProcess(server.service);
        home.pid = server.pid;
        comm::Reserve(*board, 1, home);
        // Copied first: a fresh mapping may come to lie where the parent's was.
        std::byte read[64];
        const comm::Patience patience{Deadline::After(std::chrono::seconds(5))};
        board->peer_files().Reach(*board, 1, patience);
        std::memcpy(read, board->peer_files().At(1, 0, sizeof read), sizeof read);
        memory::PeerFile own(comm::FetchSegment(server, patience));
        _exit(std::memcmp(read, own.At(0, sizeof read), sizeof read) == 0 ? 0 : 1);
      }
      int status = 0;
      waitpid(child, &status, 0);
      run.say(status == 0 ? "the child reads" : fmt::format("status {}", status));
    } else {
      run.say("the child reads");
    }
    AwaitAll(run, 2);
    run.say(RunExchange(run));
  });
  ExpectAllSay(ends, {"ok", "the child reads", "ok"});
}

}  // namespace
}  // namespace ferry::testing
