// Roots and ranks for the tests of joining.
#ifndef FERRY_COMM_JOIN_JOIN_FOR_TESTS_H_
#define FERRY_COMM_JOIN_JOIN_FOR_TESTS_H_

#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "comm/join/join.h"

namespace ferry::comm {

// A root on loopback, at any free port.
inline RootInfo OpenRootForTests(const char* address = "127.0.0.1") {
  ::setenv("HCCL_IF_IP", address, 1);
  ::setenv("HCCL_HOST_SOCKET_PORT_RANGE", "auto", 1);
  return OpenRoot([](const JoinedGroup& group) {
    return Ticket{.name = group.name.empty() ? "made up" : group.name,
                  .key = "the key",
                  .maker = HomeOfThisProcess("service of the maker"),
                  .ranks = {}};
  });
}

// A port that no other test program uses at the same time.
inline std::uint16_t PortForTests() {
  return static_cast<std::uint16_t>(20'000 + ::getpid() % 10'000);
}

inline JoinRequest RequestForTests(std::int32_t rank, std::int32_t size,
                                   std::chrono::milliseconds timeout = std::chrono::seconds(60)) {
  return {.size = size,
          .rank = rank,
          .device = rank,
          .product = "a3",
          .home = HomeOfThisProcess("service of " + std::to_string(rank)),
          .timeout = timeout};
}

// How a join ended.
struct Outcome {
  std::optional<Ticket> ticket{};
  Code code = Code::kOk;
  std::string text{};
};

template <class F>
Outcome OutcomeOf(F join) {
  try {
    return {.ticket = join()};
  } catch (const Error& error) {
    return {.code = error.code(), .text = error.message()};
  }
}

// Each request on a thread of its own.
template <class F>
std::vector<Outcome> JoinTogether(const std::vector<JoinRequest>& requests, F join) {
  std::vector<Outcome> outcomes(requests.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < requests.size(); ++i)
    threads.emplace_back([&, i] { outcomes[i] = OutcomeOf([&] { return join(requests[i]); }); });
  for (std::thread& thread : threads) thread.join();
  return outcomes;
}

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_JOIN_FOR_TESTS_H_
