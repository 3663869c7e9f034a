// How `ferry run` over processes gathers results, with whom else a socket may bring.
#include "gathering.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"

namespace ferry::tool {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Texts = std::vector<std::string>;

std::string NewName() {
  return ::testing::UnitTest::GetInstance()->current_test_info()->name() +
         std::to_string(::getpid());
}

Share Of(std::int32_t process, std::int32_t num_processes) {
  return {.process = process, .num_processes = num_processes, .num_ranks = 1};
}

// Connected as a process of the run connects, when somebody listens; tells `bytes`.
UniqueFd Connected(const std::string& name, std::string_view bytes) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "ferry-run-" + name;
  std::memcpy(address.sun_path + 1, path.data(), path.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + path.size());
  for (const auto deadline = Deadline::After(seconds(30)); !deadline.Passed();) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0) {
      EXPECT_EQ(::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                static_cast<ssize_t>(bytes.size()));
      return fd;
    }
    std::this_thread::sleep_for(milliseconds(5));
  }
  ADD_FAILURE() << "nobody listens as " << path;
  return {};
}

std::string Number(std::uint32_t process) {
  return {reinterpret_cast<const char*>(&process), sizeof(process)};
}

// What process 0 of two says at the end: the text of process 1, or why there is none.
std::future<std::string> FirstOfTwo(const std::string& name, const GatheringTimes& times) {
  return std::async(std::launch::async, [name, times]() -> std::string {
    try {
      return Gathering(name, Of(0, 2), times).Gather("of 0").at(1);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  });
}

TEST(Gathering, BringsTheTextsOfAllToTheFirst) {
  const std::string name = NewName();
  const std::string long_text(3 << 20, 'x');
  std::vector<std::future<Texts>> others;
  for (const std::int32_t process : {2, 1})
    others.push_back(std::async(std::launch::async, [&, process] {
      return Gathering(name, Of(process, 3)).Gather(process == 1 ? long_text : "of 2");
    }));
  EXPECT_EQ(Gathering(name, Of(0, 3)).Gather("of 0"), (Texts{"of 0", long_text, "of 2"}));
  for (auto& other : others) EXPECT_EQ(other.get(), Texts{});
}

TEST(Gathering, IsNotHeldUpByStrangers) {
  const std::string name = NewName();
  auto first = FirstOfTwo(name, {.to_come = seconds(40), .to_say_who = seconds(30)});
  std::vector<UniqueFd> strangers;
  for (const std::string& says : {std::string(), std::string(1, '\1'), std::string(3, '\0'),
                                  Number(0), Number(2), Number(~0U)})
    strangers.push_back(Connected(name, says));
  const auto start = Clock::now();
  (void)Gathering(name, Of(1, 2)).Gather("of 1");
  EXPECT_EQ(first.get(), "of 1");
  EXPECT_LT(Clock::now() - start, seconds(20));
}

TEST(Gathering, DropsWhoDoesNotSayWhoItIs) {
  const std::string name = NewName();
  auto first = FirstOfTwo(name, {.to_come = seconds(30), .to_say_who = milliseconds(500)});
  const UniqueFd stranger = Connected(name, std::string(1, '\1'));
  char nothing = 0;
  EXPECT_EQ(::recv(stranger.get(), &nothing, 1, 0), 0) << "the end of the stream";
  const UniqueFd process = Connected(name, Number(1) + "of 1");
  ASSERT_EQ(::shutdown(process.get(), SHUT_WR), 0);
  EXPECT_EQ(first.get(), "of 1");
}

TEST(Gathering, HasOneStreamForEachNumber) {
  const std::string name = NewName();
  auto first =
      std::async(std::launch::async, [&] { return Gathering(name, Of(0, 3)).Gather("of 0"); });
  const UniqueFd process = Connected(name, Number(1) + "of 1");
  ASSERT_EQ(::shutdown(process.get(), SHUT_WR), 0);
  const UniqueFd second = Connected(name, Number(1) + "of another");
  (void)Gathering(name, Of(2, 3)).Gather("of 2");
  EXPECT_EQ(first.get(), (Texts{"of 0", "of 1", "of 2"}));
}

TEST(Gathering, SaysHowManyHaveCome) {
  const std::string name = NewName();
  auto first = FirstOfTwo(name, {.to_come = milliseconds(300)});
  const UniqueFd stranger = Connected(name, "a");
  EXPECT_EQ(first.get(), "1 of 2 processes have come within 0.3 s");
}

TEST(Gathering, SaysWhoDoesNotTell) {
  const std::string name = NewName();
  auto first = FirstOfTwo(name, {.to_tell = milliseconds(300)});
  const UniqueFd silent = Connected(name, Number(1) + "half a res");
  EXPECT_EQ(first.get(), "process 1 has not told its result within 0.3 s");
}

TEST(Gathering, IsOverInTimeWhenOneTellsWithoutEnd) {
  const std::string name = NewName();
  auto first = FirstOfTwo(name, {.to_tell = milliseconds(300)});
  const UniqueFd talker = Connected(name, Number(1));
  while (::send(talker.get(), "x", 1, MSG_NOSIGNAL) == 1)
    std::this_thread::sleep_for(milliseconds(1));
  EXPECT_EQ(first.get(), "process 1 has not told its result within 0.3 s");
}

TEST(Gathering, TellsAFirstThatDoesNotListenNoLongerThanItsTime) {
  const std::string name = NewName();
  std::promise<void> told;
  auto first = std::async(std::launch::async, [&, over = told.get_future()] {
    const Gathering gathering(name, Of(0, 2));
    over.wait();
  });
  Gathering second(name, Of(1, 2), {.to_tell = milliseconds(300)});
  try {
    (void)second.Gather(std::string(16 << 20, 'x'));
    ADD_FAILURE() << "16 MiB fit into a socket";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "process 0 has not heard the result of process 1 within 0.3 s");
  }
  told.set_value();
}

TEST(Gathering, WithoutAFirstIsGivenUp) {
  try {
    const Gathering alone(NewName(), Of(1, 2), {.to_come = milliseconds(300)});
    ADD_FAILURE() << "somebody listened";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "process 0 does not gather results within 0.3 s");
  }
}

}  // namespace
}  // namespace ferry::tool
