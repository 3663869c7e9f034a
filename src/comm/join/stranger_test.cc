// Who must not get in, and must disturb nobody.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <list>
#include <random>

#include "comm/join/connection.h"
#include "comm/join/join_for_tests.h"
#include "comm/join/message.h"
#include "comm/join/socket.h"

namespace ferry::comm {
namespace {

// A stream to a root by which a test says what it likes.
class Stranger {
 public:
  explicit Stranger(const RootInfo& root)
      : connection_(Connect(Resolve(root.addresses.front(), root.port).front(),
                            Deadline::After(std::chrono::seconds(10))),
                    kMaxReplyFrame) {}

  // Bytes as they are; a root that has hung up is none of the tests' business.
  void SendRaw(std::string_view bytes) {
    (void)!::send(connection_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  // The next frame; nothing when the stream has ended.
  std::optional<std::string> Read() {
    while (true) {
      const bool open = connection_.Receive();
      if (auto frame = connection_.Next()) return frame;
      if (!open) return std::nullopt;
      pollfd entry{.fd = connection_.fd(), .events = POLLIN, .revents = 0};
      if (::poll(&entry, 1, 20'000) != 1) throw std::runtime_error("the root says nothing");
    }
  }
  Hello ReadHello() { return DecodeHello(Read().value_or("")); }

  // What the root answers to `answer`, proof and all.
  std::string Refusal(const Secret& secret, const Answer& answer, const Hello& hello) {
    SendRaw(MakeFrame(EncodeAnswer(answer)));
    const Reply reply = DecodeReply(Read().value_or(""));
    EXPECT_EQ(reply.kind, ReplyKind::kRefused);
    EXPECT_TRUE(IsSame(reply.proof, ProveReply(secret, hello, answer, reply)));
    return DecodeFailure(reply.body).message();
  }

 private:
  Connection connection_;
};

// Both ranks of a group of two can join, in spite of what has happened to the root.
void ExpectTwoCanJoin(const RootInfo& root) {
  const auto outcomes = JoinTogether({RequestForTests(0, 2), RequestForTests(1, 2)},
                                     [&](const auto& r) { return Join(root, r); });
  for (const Outcome& outcome : outcomes) EXPECT_TRUE(outcome.ticket) << outcome.text;
}

TEST(Stranger, WithoutTheSecretIsToldSo) {
  const RootInfo root = OpenRootForTests();
  Stranger stranger(root);
  const Hello hello = stranger.ReadHello();
  Answer answer{.request = EncodeRequest(RequestForTests(0, 2))};
  answer.proof = ProveRequest(Secret{}, hello, answer);
  EXPECT_EQ(stranger.Refusal(root.secret, answer, hello),
            "the proof is wrong: it does not know the secret");
  ExpectTwoCanJoin(root);
}

TEST(Stranger, CannotUseAProofOfAnotherConnection) {
  const RootInfo root = OpenRootForTests();
  Stranger one(root);
  Stranger two(root);
  Answer answer{.request = EncodeRequest(RequestForTests(0, 2))};
  answer.proof = ProveRequest(root.secret, one.ReadHello(), answer);
  const Hello other = two.ReadHello();
  EXPECT_EQ(two.Refusal(root.secret, answer, other),
            "the proof is wrong: it does not know the secret");
  ExpectTwoCanJoin(root);
}

TEST(Stranger, OfAnotherVersionIsToldSo) {
  const RootInfo root = OpenRootForTests();
  Stranger stranger(root);
  const Hello hello = stranger.ReadHello();
  const Answer answer{.version = 7};
  EXPECT_EQ(stranger.Refusal(root.secret, answer, hello),
            "this rank speaks version 7 of the join, the root version 1; all ranks need the same "
            "version of Ferry");
  ExpectTwoCanJoin(root);
}

TEST(Stranger, ThatSaysNothingOrTooMuchOrEndsDisturbsNobody) {
  const RootInfo root = OpenRootForTests();
  Stranger silent(root);
  { const Stranger gone(root); }
  Stranger oversized(root);
  oversized.SendRaw(std::string("\xff\xff\xff\x7f", 4));
  Stranger truncated(root);
  truncated.SendRaw(MakeFrame("a frame that never ends").substr(0, 9));
  Stranger garbage(root);
  garbage.SendRaw(MakeFrame("no CBOR at all"));
  Stranger deep(root);  // nested lists, which a careless parser follows until its stack ends
  deep.SendRaw(MakeFrame(std::string(60'000, '\x81')));
  ExpectTwoCanJoin(root);
}

// More of them than the root holds at a time.
TEST(Stranger, InACrowdThatSaysNothingDisturbsNobody) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit few{256, before.rlim_max};  // of which strangers get a quarter
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  {
    const RootInfo root = OpenRootForTests();
    std::list<Stranger> silent;
    for (int i = 0; i < 100; ++i) silent.emplace_back(root);
    const auto start = Clock::now();
    ExpectTwoCanJoin(root);
    EXPECT_LT(Clock::now() - start, std::chrono::seconds(5));
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(Stranger, WithRandomBytesDisturbsNobody) {
  const RootInfo root = OpenRootForTests();
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 50; ++i) {
    std::string bytes(random() % 2000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    Stranger(root).SendRaw(i % 2 == 0 ? bytes : MakeFrame(bytes));
  }
  ExpectTwoCanJoin(root);
}

// Waits until rank 0 of 2 is in, by asking for a rank that is out of range in any case.
void AwaitRankZero(const RootInfo& root) {
  std::string text;
  while (text.find("rank 0 said 2") == std::string::npos) {
    Stranger stranger(root);
    const Hello hello = stranger.ReadHello();
    Answer answer{.request = EncodeRequest(RequestForTests(9, 9))};
    answer.proof = ProveRequest(root.secret, hello, answer);
    text = stranger.Refusal(root.secret, answer, hello);
  }
}

// What `request` is told as the second of a group whose rank 0 of 2 waits already. The join of the
// right rank 1 succeeds afterwards.
std::string RefusalOf(const JoinRequest& request) {
  const RootInfo root = OpenRootForTests();
  std::vector<Outcome> first;
  JoinRequest zero = RequestForTests(0, 2);
  zero.name = "ep0";
  std::thread waiting(
      [&] { first = JoinTogether({zero}, [&](auto& r) { return Join(root, r); }); });
  AwaitRankZero(root);
  const Outcome refused = OutcomeOf([&] { return Join(root, request); });
  const Outcome second = OutcomeOf([&] { return Join(root, RequestForTests(1, 2)); });
  waiting.join();
  EXPECT_TRUE(second.ticket) << second.text;
  EXPECT_TRUE(first.front().ticket) << first.front().text;
  const std::string start = "the root at 127.0.0.1:";
  const std::size_t sentence = refused.text.find(" refused rank ");
  EXPECT_EQ(refused.text.substr(0, start.size()), start) << refused.text;
  return refused.text.substr(std::min(sentence + 1, refused.text.size()));
}

TEST(Refused, ARankThatIsThereAlready) {
  const std::string pid = std::to_string(::getpid());
  EXPECT_EQ(RefusalOf(RequestForTests(0, 2)),
            "refused rank 0: rank 0 has joined already, from pid " + pid + "; this is pid " + pid);
}

TEST(Refused, AnotherSize) {
  EXPECT_EQ(RefusalOf(RequestForTests(1, 3)),
            "refused rank 1: rank 1 says 3 ranks, rank 0 said 2; must be equal");
}

TEST(Refused, AnotherName) {
  JoinRequest request = RequestForTests(1, 2);
  request.name = "tp0";
  EXPECT_EQ(RefusalOf(request),
            "refused rank 1: rank 1 wants the name \"tp0\", others want \"ep0\"; must be equal or "
            "empty");
}

TEST(Refused, AnotherProduct) {
  JoinRequest request = RequestForTests(1, 2);
  request.product = "a2";
  EXPECT_EQ(RefusalOf(request),
            "refused rank 1: rank 1 has product \"a2\", rank 0 has \"a3\"; must be equal");
}

TEST(Refused, TheDeviceOfAnotherRankOfTheProcess) {
  JoinRequest request = RequestForTests(1, 2);
  request.device = 0;
  EXPECT_EQ(RefusalOf(request),
            "refused rank 1: ranks 0 and 1 of one process are both on device 0; must be on "
            "different devices");
}

TEST(Refused, AnotherHostOrUser) {
  JoinRequest request = RequestForTests(1, 2);
  request.home.boot_id = "another";
  request.home.hostname = "far";
  EXPECT_EQ(RefusalOf(request).substr(0, 41), "refused rank 1: rank 1 is on host far, th");
  request = RequestForTests(1, 2);
  ++request.home.uid;
  EXPECT_NE(RefusalOf(request).find("must be the same user"), std::string::npos);
}

TEST(Refused, IsToldInTheSentenceOfATimeout) {
  const RootInfo root = OpenRootForTests();
  std::vector<Outcome> first;
  std::thread waiting([&] {
    first = JoinTogether({RequestForTests(0, 2, std::chrono::milliseconds(1500))},
                         [&](auto& r) { return Join(root, r); });
  });
  AwaitRankZero(root);
  waiting.join();
  EXPECT_NE(first.front().text.find("rank(s) 1 did not join within 1.5 s; refused: 127.0.0.1: "),
            std::string::npos)
      << first.front().text;
  EXPECT_NE(first.front().text.find("rank 9 says 9 ranks, rank 0 said 2"), std::string::npos);
}

}  // namespace
}  // namespace ferry::comm
