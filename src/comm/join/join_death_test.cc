// Processes that end while they join: the others are told at once, and by name.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <thread>

#include "base/clock.h"
#include "comm/join/join_for_tests.h"

namespace ferry::comm {
namespace {

constexpr std::chrono::seconds kToldWithin{2};

// A child process, killed at the end at the latest.
class Child {
 public:
  explicit Child(const std::function<void()>& body) : pid_(::fork()) {
    if (pid_ != 0) return;
    ::signal(SIGALRM, SIG_DFL);
    ::alarm(60);
    body();
    ::_exit(0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { Kill(); }

  void Send(int signal) const { ::kill(pid_, signal); }
  void Kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    (void)::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_;
};

void Sleep(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

// A root in a process of its own.
struct RootProcess {
  explicit RootProcess(bool leaves_a_grandchild = false) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("pipe");
    process.emplace([&] {
      const auto bytes = EncodeRootInfo(OpenRootForTests());
      (void)!::write(ends[1], bytes.data(), bytes.size());
      if (leaves_a_grandchild) {
        Sleep(300);  // the ranks have joined: their streams are inherited
        if (::fork() == 0) ::alarm(5);
      }
      ::pause();
    });
    std::array<char, kRootInfoBytes> bytes{};
    (void)!::read(ends[0], bytes.data(), bytes.size());
    info = ParseRootInfo(bytes);
    ::close(ends[0]);
    ::close(ends[1]);
  }
  std::optional<Child> process;
  RootInfo info;
};

// Runs `event` when ranks 0 and 2 of 4 have waited for a while; how they end, after how long.
void ExpectToldAfter(const RootInfo& root, const std::function<void()>& event, Code code,
                     const std::string& text) {
  std::vector<Outcome> outcomes;
  std::thread ranks([&] {
    outcomes = JoinTogether({RequestForTests(0, 4), RequestForTests(2, 4)},
                            [&](const auto& request) { return Join(root, request); });
  });
  Sleep(500);
  const auto start = Clock::now();
  event();
  ranks.join();
  EXPECT_LT(Clock::now() - start, kToldWithin);
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.code, code);
    EXPECT_EQ(outcome.text.substr(0, text.size()), text);
  }
}

TEST(DeathWhileJoining, OfAnAcceptedRankIsToldToTheOthersAndToLateOnes) {
  RootProcess root;
  Child rank([&] { (void)OutcomeOf([&] { return Join(root.info, RequestForTests(1, 4)); }); });
  ExpectToldAfter(
      root.info, [&] { rank.Kill(); }, Code::kHcclRemote, "rank(s) 1 left while joining");
  const Outcome late = OutcomeOf([&] { return Join(root.info, RequestForTests(3, 4)); });
  EXPECT_EQ(late.code, Code::kHcclRemote);
  EXPECT_NE(late.text.find("refused rank 3: rank(s) 1 left while joining"), std::string::npos)
      << late.text;
}

// The dead rank's child keeps its stream open.
TEST(DeathWhileJoining, OfARankThatLeavesAChildIsNoticedToo) {
  RootProcess root;
  Child rank([&] {
    std::thread([&] {
      (void)OutcomeOf([&] { return Join(root.info, RequestForTests(1, 4)); });
    }).detach();
    Sleep(300);
    if (::fork() == 0) {
      ::alarm(5);
      ::pause();
    }
    ::pause();
  });
  ExpectToldAfter(
      root.info, [&] { rank.Kill(); }, Code::kHcclRemote, "rank(s) 1 left while joining");
}

TEST(DeathWhileJoining, BeforeBeingAcceptedDisturbsNobody) {
  RootProcess root;
  {
    Child rank([&] { (void)OutcomeOf([&] { return Join(root.info, RequestForTests(1, 2)); }); });
    // At once: it may not even have connected.
  }
  const Outcome probe =
      OutcomeOf([&] { return Join(root.info, RequestForTests(0, 1, std::chrono::seconds(5))); });
  EXPECT_TRUE(probe.ticket || probe.text.find("left while joining") != std::string::npos)
      << probe.text;
}

TEST(DeathWhileJoining, OfTheRootIsToldToAll) {
  RootProcess root;
  ExpectToldAfter(
      root.info, [&] { root.process->Kill(); }, Code::kHcclRemote,
      "the root at 127.0.0.1:" + std::to_string(root.info.port) + " ended while rank ");
}

TEST(DeathWhileJoining, OfARootThatLeavesAChildIsToldToAll) {
  RootProcess root(true);
  ExpectToldAfter(
      root.info, [&] { root.process->Kill(); }, Code::kHcclRemote,
      "the root at 127.0.0.1:" + std::to_string(root.info.port) + " ended while rank ");
}

TEST(DeathWhileJoining, AStoppedRootIsGivenUpAfterTheDeadline) {
  RootProcess root;
  root.process->Send(SIGSTOP);
  const auto start = Clock::now();
  const Outcome outcome = OutcomeOf(
      [&] { return Join(root.info, RequestForTests(0, 2, std::chrono::milliseconds(500))); });
  EXPECT_EQ(outcome.code, Code::kHcclTimeout);
  EXPECT_NE(outcome.text.find("has not answered rank 0 in time"), std::string::npos);
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(5));
}

// The survivors of a join that has failed can join another group from the same process.
TEST(DeathWhileJoining, LeavesTheSurvivorsAbleToJoinAgain) {
  RootProcess root;
  Child rank([&] { (void)OutcomeOf([&] { return Join(root.info, RequestForTests(1, 4)); }); });
  ExpectToldAfter(
      root.info, [&] { rank.Kill(); }, Code::kHcclRemote, "rank(s) 1 left");
  RootProcess next;
  for (const Outcome& outcome :
       JoinTogether({RequestForTests(0, 2), RequestForTests(1, 2)},
                    [&](const auto& request) { return Join(next.info, request); }))
    EXPECT_TRUE(outcome.ticket) << outcome.text;
}

}  // namespace
}  // namespace ferry::comm
