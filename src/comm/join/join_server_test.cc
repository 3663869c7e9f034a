#include "comm/join/join_server.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include "comm/join/join_for_tests.h"
#include "comm/join/socket.h"

namespace ferry::comm {
namespace {

// Its port and its thread are given back.
TEST(JoinServer, EndsWhenNobodyComesToJoin) {
  const UniqueFd stop(::eventfd(0, EFD_CLOEXEC));
  JoinServer server(Listen(Resolve("127.0.0.1", 0).front()),
                    {.id = {},
                     .secret = {},
                     .make_ticket = nullptr,
                     .whitelist = std::nullopt,
                     .unused_limit = std::chrono::milliseconds(50)});
  const auto start = Clock::now();
  server.Run(stop.get());
  EXPECT_GE(Clock::now() - start, std::chrono::milliseconds(50));
}

}  // namespace
}  // namespace ferry::comm
