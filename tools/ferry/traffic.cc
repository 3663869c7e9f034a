#include "traffic.h"

#include <nlohmann/json.hpp>
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
                            {"staged_bytes", rank.total.staged_bytes}};
    for (const ferry_peer_stats& peer : rank.peers) {
      entry["rows_from"].push_back(peer.rows);
      entry["bytes_from"].push_back(peer.bytes);
      entry["waited_ns_for"].push_back(peer.waited_ns);
    }
    list.push_back(std::move(entry));
  }
  return list;
}

std::vector<RankTraffic> TrafficOf(const nlohmann::json& list) {
  std::vector<RankTraffic> traffic;
  for (const nlohmann::json& entry : list) {
    RankTraffic rank{.group = entry.at("group"), .world_rank = entry.at("rank")};
    rank.total.released_ns = entry.at("released_ns");
    rank.total.staged_bytes = entry.at("staged_bytes");
    rank.peers.resize(entry.at("rows_from").size());
    for (std::size_t p = 0; p < rank.peers.size(); ++p) {
      rank.peers[p].rows = entry.at("rows_from").at(p);
      rank.peers[p].bytes = entry.at("bytes_from").at(p);
      rank.peers[p].waited_ns = entry.at("waited_ns_for").at(p);
    }
    traffic.push_back(std::move(rank));
  }
  return traffic;
}

}  // namespace ferry::tool
