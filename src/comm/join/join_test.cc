#include "comm/join/join.h"

#include <gtest/gtest.h>

#include "comm/join/join_for_tests.h"

namespace ferry::comm {
namespace {

std::vector<JoinRequest> All(std::int32_t size) {
  std::vector<JoinRequest> requests;
  for (std::int32_t rank = 0; rank < size; ++rank) requests.push_back(RequestForTests(rank, size));
  return requests;
}

void ExpectAllJoined(const std::vector<Outcome>& outcomes) {
  const Ticket expected = outcomes.front().ticket.value_or(Ticket{});
  for (std::size_t rank = 0; rank < outcomes.size(); ++rank) {
    ASSERT_TRUE(outcomes[rank].ticket) << rank << ": " << outcomes[rank].text;
    const Ticket& ticket = *outcomes[rank].ticket;
    EXPECT_EQ(ticket.key, "the key");
    EXPECT_EQ(ticket.name, expected.name);
    EXPECT_EQ(ticket.maker, HomeOfThisProcess("service of the maker"));
    ASSERT_EQ(ticket.ranks.size(), outcomes.size());
    EXPECT_EQ(ticket.ranks, expected.ranks);
    EXPECT_EQ(ticket.ranks[rank].device, static_cast<std::int32_t>(rank));
    EXPECT_EQ(ticket.ranks[rank].home, HomeOfThisProcess("service of " + std::to_string(rank)));
  }
}

Ticket MakeTicketForTests(const JoinedGroup& group) {
  return {.name = group.name,
          .key = "the key",
          .maker = HomeOfThisProcess("service of the maker"),
          .ranks = {}};
}

class JoinOfRanks : public testing::TestWithParam<std::int32_t> {};

TEST_P(JoinOfRanks, ByRootInfoOverIpv4GivesAllTheSameTicket) {
  const RootInfo root = OpenRootForTests();
  ExpectAllJoined(JoinTogether(All(GetParam()), [&](const auto& r) { return Join(root, r); }));
}

TEST_P(JoinOfRanks, ByRootInfoOverIpv6GivesAllTheSameTicket) {
  const Outcome opened = OutcomeOf([] { return (void)OpenRootForTests("::1"), Ticket{}; });
  if (opened.code == Code::kHcclUnavail) GTEST_SKIP() << "no IPv6 here: " << opened.text;
  const RootInfo root = OpenRootForTests("::1");
  ExpectAllJoined(JoinTogether(All(GetParam()), [&](const auto& r) { return Join(root, r); }));
}

// The port alone names the Unix socket; the same endpoint serves one group after another.
TEST_P(JoinOfRanks, AtALoopbackEndpointWithoutSecretWorksTwiceInARow) {
  const Endpoint endpoint{.address = "localhost", .port = PortForTests()};
  for (int round = 0; round < 2; ++round)
    ExpectAllJoined(JoinTogether(All(GetParam()), [&](const auto& r) {
      return JoinAt(endpoint, std::nullopt, r, MakeTicketForTests);
    }));
}

TEST_P(JoinOfRanks, AtAnEndpointWithASecretGivesAllTheSameTicket) {
  const Endpoint endpoint{.address = "127.0.0.1", .port = PortForTests()};
  ExpectAllJoined(JoinTogether(All(GetParam()), [&](const auto& r) {
    return JoinAt(endpoint, Secret{1, 2, 3}, r, MakeTicketForTests);
  }));
}

INSTANTIATE_TEST_SUITE_P(Sizes, JoinOfRanks, testing::Values(1, 2, 7, 64));

TEST(Join, TakesTheNameThatAnyRankWants) {
  const RootInfo root = OpenRootForTests();
  auto requests = All(3);
  requests[1].name = "ep0";
  const auto outcomes = JoinTogether(requests, [&](const auto& r) { return Join(root, r); });
  ExpectAllJoined(outcomes);
  EXPECT_EQ(outcomes[0].ticket->name, "ep0");
}

TEST(Join, NamesTheRanksThatHaveNotComeInTime) {
  const RootInfo root = OpenRootForTests();
  const std::vector<JoinRequest> two{RequestForTests(1, 4, std::chrono::milliseconds(400)),
                                     RequestForTests(3, 4)};
  for (const Outcome& outcome : JoinTogether(two, [&](const auto& r) { return Join(root, r); })) {
    EXPECT_EQ(outcome.code, Code::kHcclTimeout);
    EXPECT_EQ(outcome.text, "rank(s) 0, 2 did not join within 0.4 s");
  }
}

TEST(Join, FailsOnAllRanksWithTheTextOfATicketThatCannotBeMade) {
  const Endpoint endpoint{.address = "127.0.0.1", .port = PortForTests()};
  const auto outcomes = JoinTogether(All(3), [&](const auto& r) {
    return JoinAt(endpoint, Secret{1}, r, [](const JoinedGroup&) -> Ticket {
      throw Error(Code::kHcclMemory, "no memory for the board");
    });
  });
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.code, Code::kHcclMemory);
    EXPECT_EQ(outcome.text, "no memory for the board");
  }
}

TEST(Join, RefusesAnEndpointElsewhereWithoutASecret) {
  const Outcome outcome = OutcomeOf([] {
    return JoinAt({.address = "192.0.2.1", .port = 5000}, std::nullopt, RequestForTests(1, 2),
                  MakeTicketForTests);
  });
  EXPECT_EQ(outcome.code, Code::kHcclPara);
  EXPECT_EQ(outcome.text,
            "the root at 192.0.2.1:5000 needs a secret: FERRY_SECRET_FILE is not set, and without "
            "a secret only a loopback address is allowed");
}

TEST(Join, WithAnotherSecretFailsOnThatRankOnly) {
  const Endpoint endpoint{.address = "127.0.0.1", .port = PortForTests()};
  const auto join_with = [&](Secret secret) {
    return [&endpoint, secret](const JoinRequest& r) {
      return JoinAt(endpoint, secret, r, MakeTicketForTests);
    };
  };
  std::vector<Outcome> good;
  std::thread first([&] { good = JoinTogether({RequestForTests(0, 2)}, join_with(Secret{1})); });
  const Outcome wrong = JoinTogether({RequestForTests(1, 2)}, join_with(Secret{2})).front();
  const auto second = JoinTogether({RequestForTests(1, 2)}, join_with(Secret{1}));
  first.join();
  EXPECT_EQ(wrong.code, Code::kHcclPara);
  EXPECT_EQ(wrong.text, "the root at 127.0.0.1:" + std::to_string(endpoint.port) +
                            " is not the one that rank 1 looks for: it serves another "
                            "group, or has another secret");
  EXPECT_TRUE(good.front().ticket && second.front().ticket);
}

TEST(Join, SaysThatNoRootListensAnyMore) {
  const RootInfo root = OpenRootForTests();
  ExpectAllJoined(JoinTogether(All(2), [&](const auto& r) { return Join(root, r); }));
  const Outcome late = OutcomeOf([&] { return Join(root, RequestForTests(1, 2)); });
  EXPECT_EQ(late.code, Code::kHcclTcpConnect);
  EXPECT_NE(late.text.find("no root listens at 127.0.0.1:"), std::string::npos) << late.text;
}

}  // namespace
}  // namespace ferry::comm
