#include "traffic.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "api.h"

namespace ferry::tool {

RankTraffic ReadTraffic(HcclComm comm, std::string group, std::int32_t world_rank) {
  std::uint32_t size = 0;
  Check(HcclGetRankSize(comm, &size), "HcclGetRankSize");
  RankTraffic traffic{.group = std::move(group), .world_rank = world_rank};
  traffic.peers.resize(size);
  Check(ferry_stats(comm, traffic.peers.data(), size, &traffic.total), "ferry_stats");
  return traffic;
}

std::vector<RankTraffic> ReadTraffic(const World& world) {
  std::vector<RankTraffic> traffic;
  for (const RankState& rank : world.ranks()) {
    traffic.push_back(ReadTraffic(rank.ep_comm, "ep", rank.world_rank));
    if (rank.tp_comm != nullptr)
      traffic.push_back(ReadTraffic(rank.tp_comm, "tp", rank.world_rank));
  }
  return traffic;
}

nlohmann::json TrafficJson(const std::vector<RankTraffic>& traffic) {
  nlohmann::json list = nlohmann::json::array();
  for (const RankTraffic& rank : traffic) {
    nlohmann::json entry = {{"rank", rank.world_rank},
                            {"group", rank.group},
                            {"released_ns", rank.total.released_ns},
                            {"staged_bytes", rank.total.staged_bytes},
                            {"rows_from", nlohmann::json::array()},
                            {"bytes_from", nlohmann::json::array()},
                            {"waited_ns_for", nlohmann::json::array()},
                            {"staged_bytes_by", nlohmann::json::array()}};
    for (const ferry_peer_stats& peer : rank.peers) {
      entry["rows_from"].push_back(peer.rows);
      entry["bytes_from"].push_back(peer.bytes);
      entry["waited_ns_for"].push_back(peer.waited_ns);
      entry["staged_bytes_by"].push_back(peer.staged_bytes);
    }
    list.push_back(std::move(entry));
  }
  return list;
}

std::uint64_t CountOf(const nlohmann::json& value, std::uint64_t most) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most)
    throw std::runtime_error(fmt::format("a count must be an integer in [0, {}]", most));
  return value.get<std::uint64_t>();
}

std::vector<RankTraffic> TrafficOf(const nlohmann::json& list) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  std::vector<RankTraffic> traffic;
  for (const nlohmann::json& entry : list) {
    RankTraffic rank{.group = entry.at("group").get<std::string>(),
                     .world_rank = static_cast<std::int32_t>(
                         CountOf(entry.at("rank"), std::numeric_limits<std::int32_t>::max()))};
    rank.total.released_ns = CountOf(entry.at("released_ns"), kMost);
    rank.total.staged_bytes = CountOf(entry.at("staged_bytes"), kMost);
    rank.peers.resize(entry.at("rows_from").size());
    for (std::size_t p = 0; p < rank.peers.size(); ++p) {
      rank.peers[p].rows = CountOf(entry.at("rows_from").at(p), kMost);
      rank.peers[p].bytes = CountOf(entry.at("bytes_from").at(p), kMost);
      rank.peers[p].waited_ns = CountOf(entry.at("waited_ns_for").at(p), kMost);
      rank.peers[p].staged_bytes = CountOf(entry.at("staged_bytes_by").at(p), kMost);
    }
    traffic.push_back(std::move(rank));
  }
  return traffic;
}

}  // namespace ferry::tool
