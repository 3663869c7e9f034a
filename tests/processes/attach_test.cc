// Boards that ranks of several processes share: who may attach, and what ends the wait for all.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "comm/board_table.h"
#include "comm/home.h"
#include "comm/host_service.h"
#include "comm/member.h"
#include "comm/process.h"

namespace ferry::testing {
namespace {

using std::chrono::milliseconds;

// A process that lives until it is told to end.
class Sleeper {
 public:
  Sleeper() : pid_(fork()) {
    if (pid_ == 0) {
      alarm(20);
      pause();
      _exit(0);
    }
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  ~Sleeper() { End(); }
  void End() {
    if (pid_ == 0) return;
    kill(pid_, SIGKILL);
    waitpid(std::exchange(pid_, 0), nullptr, 0);
  }
  [[nodiscard]] comm::Home home() const {
    comm::Home home = comm::HomeOfThisProcess("ferry-nobody");
    home.pid = pid_;
    home.start_time = comm::ProcessStartTime(pid_).value_or(0);
    return home;
  }

 private:
  pid_t pid_;
};

comm::Home OwnHome() {
  return comm::HomeOfThisProcess(comm::HostServiceName());
}

// A group of this process (rank 0) and another one, as this process has it.
std::shared_ptr<comm::Board> GroupWith(const Sleeper& other, const std::string& key) {
  const Deadline deadline = Deadline::After(std::chrono::seconds(5));
  comm::MakeSharedBoard("g", {OwnHome(), other.home()}, key, deadline);
  return comm::FindSharedBoard(OwnHome(), key, deadline);
}

template <class F>
std::string MessageOf(F call) {
  try {
    call();
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

TEST(Attach, ARankThatDiesBeforeItAttachesIsNamedAtOnce) {
  Sleeper other;
  const auto board = GroupWith(other, "dies");
  const comm::Member member(board, 0, 0, {});
  const auto start = Clock::now();
  std::thread killer([&] {
    std::this_thread::sleep_for(milliseconds(50));
    other.End();
  });
  const std::string message =
      MessageOf([&] { comm::AwaitAttached(board, Deadline::After(std::chrono::seconds(20))); });
  killer.join();
  EXPECT_NE(message.find("rank(s) 1 terminated while joining"), std::string::npos) << message;
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(2));
}

TEST(Attach, ARankThatDoesNotComeIsNamedAtTheDeadline) {
  const Sleeper other;
  const auto board = GroupWith(other, "late");
  const comm::Member member(board, 0, 0, {});
  const std::string message =
      MessageOf([&] { comm::AwaitAttached(board, Deadline::After(milliseconds(30))); });
  EXPECT_NE(message.find("rank(s) 1 did not attach"), std::string::npos) << message;
}

TEST(Attach, ARankBelongsToTheProcessThatJoined) {
  const Sleeper other;
  const auto board = GroupWith(other, "whose");
  const std::string message = MessageOf([&] { const comm::Member taken(board, 1, 1, {}); });
  EXPECT_NE(message.find("belongs to process"), std::string::npos) << message;
}

TEST(Attach, AllRanksOfAProcessHaveOneBoard) {
  const Deadline deadline = Deadline::After(std::chrono::seconds(5));
  comm::MakeSharedBoard("g", {OwnHome(), OwnHome()}, "both", deadline);
  const auto first = comm::FindSharedBoard(OwnHome(), "both", deadline);
  EXPECT_EQ(first, comm::FindSharedBoard(OwnHome(), "both", deadline));
  const comm::Member zero(first, 0, 0, {});
  const comm::Member one(first, 1, 1, {});
  EXPECT_EQ(MessageOf([&] { comm::AwaitAttached(first, deadline); }), "");
  // All have it: it is offered no longer.
  EXPECT_FALSE(comm::OfferedMemory("both"));
}

TEST(Attach, AKeyIsOfferedOnce) {
  const Sleeper other;
  const auto board = GroupWith(other, "once");
  EXPECT_NE(MessageOf([&] { (void)GroupWith(other, "once"); }), "");
}

class MapBoard : public ::testing::Test {
 protected:
  static UniqueFd Memory(const std::string& text, unsigned seals) {
    UniqueFd fd(memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    EXPECT_EQ(write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    EXPECT_EQ(fcntl(fd.get(), F_ADD_SEALS, seals), 0);
    return fd;
  }
  static std::string Refusal(const UniqueFd& memory) {
    return MessageOf([&] { (void)comm::Board::Map(memory); });
  }
};

TEST_F(MapBoard, TakesABoardAndNothingElse) {
  const auto shared = comm::Board::CreateShared("g", 3);
  const auto mapped = comm::Board::Map(shared.memory);
  EXPECT_EQ(mapped->name(), "g");
  EXPECT_EQ(mapped->size(), 3);
  EXPECT_EQ(mapped->generation(), shared.board->generation());
  EXPECT_NE(Refusal(Memory("", F_SEAL_SHRINK | F_SEAL_GROW)), "");
  EXPECT_NE(Refusal(Memory(std::string(10'000, 'x'), F_SEAL_SHRINK | F_SEAL_GROW)), "");
  std::string header(sizeof(comm::Header), '\0');
  EXPECT_EQ(pread(shared.memory.get(), header.data(), header.size(), 0),
            static_cast<ssize_t>(header.size()));
  EXPECT_NE(Refusal(Memory(header, F_SEAL_SHRINK | F_SEAL_GROW)), "");  // its ranks are missing
  shared.board->header().magic += 1;
  EXPECT_NE(Refusal(shared.memory), "");
}

TEST_F(MapBoard, RefusesMemoryThatMayShrink) {
  EXPECT_NE(Refusal(Memory(std::string(100'000, 'x'), 0)).find("can shrink"), std::string::npos);
}

}  // namespace
}  // namespace ferry::testing
