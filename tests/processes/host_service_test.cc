// The service by which processes get each other's memory: whom it answers, and what disturbs it.
#include <gtest/gtest.h>

#include <fmt/core.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "comm/host_client.h"
#include "comm/host_message.h"
#include "comm/host_service.h"
#include "memory/peer_file.h"
#include "memory/segment.h"

namespace ferry::testing {
namespace {

constexpr std::chrono::seconds kPatience{5};

// A process whose service answers until the object ends.
class Serving {
 public:
  // `then` runs in the process once its service does.
  explicit Serving(const std::function<void()>& then = [] {}) {
    int told[2];
    int hold[2];
    if (pipe(told) != 0 || pipe(hold) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      close(hold[1]);
      auto* const word = static_cast<int*>(memory::ProcessSegment().Allocate(4096, 0));
      *word = 4711;
      const std::string name = comm::HostServiceName();
      then();
      if (write(told[1], name.data(), name.size()) < 0) _exit(1);
      close(told[1]);
      char end = 0;
      (void)!read(hold[0], &end, 1);
      _exit(0);
    }
    close(told[1]);
    close(hold[0]);
    hold_ = UniqueFd(hold[1]);
    const UniqueFd from(told[0]);
    char name[128];
    const ssize_t length = read(from.get(), name, sizeof name);
    service_.assign(name, static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;
  ~Serving() { End(); }

  void End() {
    if (!hold_) return;
    hold_.Reset();
    waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] comm::Server server() const { return {pid_, service_}; }

 private:
  pid_t pid_ = 0;
  UniqueFd hold_;
  std::string service_;
};

// "4711" when the process's memory can be read, else why not.
std::string Read(const comm::Server& server) {
  try {
    memory::PeerFile file(comm::FetchSegment(server, {.deadline = Deadline::After(kPatience)}));
    return std::to_string(*reinterpret_cast<const int*>(file.At(0, sizeof(int))));
  } catch (const Error& error) {
    return error.message();
  }
}

UniqueFd ConnectTo(const comm::Server& server) {
  UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  socklen_t length = 0;
  const sockaddr_un address = comm::AbstractAddress(server.service, length);
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);
  return socket;
}

TEST(HostService, GivesItsMemoryToAProcessOfTheSameUser) {
  const Serving peer;
  EXPECT_EQ(Read(peer.server()), "4711");
}

TEST(HostService, IsNotDisturbedByStrangers) {
  const Serving peer;
  std::vector<UniqueFd> silent;
  for (int i = 0; i < 600; ++i) silent.push_back(ConnectTo(peer.server()));
  for (const std::size_t bytes : {1U, 7U, 80U, 81U, 4096U, 100'000U}) {
    const UniqueFd socket = ConnectTo(peer.server());
    const std::vector<char> garbage(bytes, 'x');
    EXPECT_GT(::send(socket.get(), garbage.data(), bytes, MSG_NOSIGNAL), 0);
    char answer[256];
    // Closed, or refused in words of the protocol: never memory.
    EXPECT_LE(::recv(socket.get(), answer, sizeof answer, 0),
              static_cast<ssize_t>(sizeof(comm::HostReply)));
    EXPECT_EQ(Read(peer.server()), "4711");
  }
}

TEST(HostService, IsHeardInSpiteOfSignals) {
  const Serving peer;
  struct sigaction act {};
  act.sa_handler = [](int) {};
  struct sigaction before {};
  ASSERT_EQ(sigaction(SIGUSR1, &act, &before), 0);  // without SA_RESTART
  kill(peer.server().pid, SIGSTOP);
  const pthread_t self = pthread_self();
  std::thread disturbing([&] {
    for (int i = 0; i < 20; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      pthread_kill(self, SIGUSR1);
    }
    kill(peer.server().pid, SIGCONT);
  });
  EXPECT_EQ(Read(peer.server()), "4711");
  disturbing.join();
  ASSERT_EQ(sigaction(SIGUSR1, &before, nullptr), 0);
}

TEST(HostService, RefusesABoardThatNobodyOffers) {
  const Serving peer;
  EXPECT_THROW((void)comm::FetchBoard(peer.server(), "no such key",
                                      Deadline::After(std::chrono::milliseconds(50))),
               Error);
  EXPECT_EQ(Read(peer.server()), "4711");
}

TEST(HostService, OfAnotherProcessIsNotTrusted) {
  const Serving peer;
  comm::Server wrong = peer.server();
  wrong.pid = getpid();
  EXPECT_NE(Read(wrong).find("another process answers"), std::string::npos) << Read(wrong);
}

TEST(HostService, EndsWithItsProcess) {
  Serving peer;
  peer.End();
  EXPECT_NE(Read(peer.server()).find("it has ended"), std::string::npos) << Read(peer.server());
}

TEST(HostService, AChildDoesNotAnswerForItsParentNorOutliveItsSocket) {
  int hold[2];
  int runs[2];  // the child closes its parent's socket when it runs, not when fork() returns
  ASSERT_EQ(pipe(hold), 0);
  ASSERT_EQ(pipe(runs), 0);
  Serving peer([&] {
    const std::string mine = comm::HostServiceName();
    char byte = 0;
    if (fork() == 0) {
      close(hold[1]);
      // The test sees the name of the child only as "not the parent's".
      if (comm::HostServiceName() == mine) _exit(1);
      (void)!write(runs[1], &byte, 1);
      (void)!read(hold[0], &byte, 1);  // until the test ends
      _exit(0);
    }
    close(runs[1]);
    (void)!read(runs[0], &byte, 1);
  });
  close(runs[1]);
  close(runs[0]);
  EXPECT_EQ(Read(peer.server()), "4711");
  peer.End();
  EXPECT_NE(Read(peer.server()).find("it has ended"), std::string::npos) << Read(peer.server());
  close(hold[0]);
  close(hold[1]);
}

}  // namespace
}  // namespace ferry::testing
