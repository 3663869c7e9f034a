#include "comm/join/rank_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <utility>

#include "base/error.h"

namespace ferry::comm {
namespace {

constexpr const char* kOneServer = R"({"status": "completed", "version": "1.0",
  "server_list": [{"server_id": "s0", "device": [
    {"device_id": "3", "rank_id": "1"}, {"device_id": "2", "rank_id": "0"}]}]})";

RankTable Parse(std::string_view text) {
  return ParseRankTable(text, "table.json", 60000);
}

// kOneServer with `from` replaced; its refusal.
Error RefusalWith(const std::string& from, const std::string& to) {
  std::string text = kOneServer;
  text.replace(text.find(from), from.size(), to);
  try {
    (void)Parse(text);
  } catch (const Error& error) {
    return error;
  }
  return {Code::kOk, "accepted"};
}

TEST(RankTable, OfOneServerListensOnLoopbackAndOrdersRanks) {
  const RankTable table = Parse(kOneServer);
  EXPECT_EQ(table.endpoint.address, "127.0.0.1");
  EXPECT_EQ(table.endpoint.port, 60000);
  EXPECT_EQ(table.ranks, (std::vector<TableRank>{{"s0", 2}, {"s0", 3}}));
}

TEST(RankTable, TakesHostIpAndHostPortOfRankZero) {
  const RankTable table = Parse(R"({"status": "completed", "version": "1.2", "server_count": "2",
    "super_pod_list": [], "server_list": [
    {"server_id": "b", "host_ip": "10.0.0.2", "device": [{"device_id": "0", "rank_id": "1"}]},
    {"server_id": "a", "host_ip": "10.0.0.1", "device": [
      {"device_id": "0", "rank_id": "0", "host_port": "5000"}]}]})");
  EXPECT_EQ(table.endpoint.address, "10.0.0.1");
  EXPECT_EQ(table.endpoint.port, 5000);
  EXPECT_EQ(table.ranks.size(), 2U);
}

TEST(RankTable, StillBeingWrittenIsUnavailable) {
  const Error error = RefusalWith("completed", "initializing");
  EXPECT_EQ(error.code(), Code::kHcclUnavail);
  EXPECT_EQ(error.message(),
            "rank table table.json: status is \"initializing\"; must be \"completed\" before it is "
            "used");
}

TEST(RankTable, ThatIsWrongIsRefusedWithASentence) {
  const struct {
    const char *from, *to, *sentence;
  } cases[] = {
      {"1.0", "1.1", "version is \"1.1\"; must be 1.0 or 1.2"},
      {"\"3\"", "3", "device_id must be a text"},
      {"\"3\"", "\"x\"", "device_id is \"x\"; must be in [0, 4095]"},
      {"\"3\"", "\"2\"", "server s0 has device_id 2 twice"},
      {"\"1\"", "\"0\"", "rank_id 0 occurs twice"},
      {"\"1\"", "\"2\"", "rank_id 1 is missing; 2 devices must have 0..1"},
      {"\"rank_id\": \"1\"", "\"x\": \"1\"", "rank_id is missing"},
      {"\"s0\"", "\"\"", "server_id must have 1 to 64 characters"},
      {"server_list", "servers", "server_list must be a list of objects"},
      {"{\"status\"", "[\"status\"", "is not a JSON object"},
  };
  for (const auto& [from, to, sentence] : cases) {
    const Error error = RefusalWith(from, to);
    EXPECT_EQ(error.code(), Code::kHcclPara);
    EXPECT_NE(error.message().find(sentence), std::string::npos) << error.message();
  }
}

TEST(RankTable, WithInterleavedServersIsRefused) {
  const std::string text = R"({"status": "completed", "version": "1.0", "server_list": [
    {"server_id": "a", "host_ip": "::1", "device": [
      {"device_id": "0", "rank_id": "0"}, {"device_id": "1", "rank_id": "2"}]},
    {"server_id": "b", "device": [{"device_id": "0", "rank_id": "1"}]}]})";
  try {
    (void)Parse(text);
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(),
              "rank table table.json: the ranks of server a are interleaved with others at rank_id "
              "2");
  }
}

TEST(RankTable, ThatCannotBeReadIsAnOpenFailure) {
  for (const auto& [path, reason] :
       {std::pair{"/no/such/table", "No such file or directory"},
        std::pair{"/", "it is a directory"}, std::pair{"/dev/null", "it is no regular file"}}) {
    try {
      (void)ReadRankTable(path);
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kHcclOpenFileFailure);
      EXPECT_EQ(error.message(), fmt::format("rank table {} cannot be read: {}", path, reason));
    }
  }
}

}  // namespace
}  // namespace ferry::comm
