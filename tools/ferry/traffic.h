// What the ranks of a run have exchanged, those of one process or of all: ferry_stats of every rank
// and group.
#ifndef FERRY_TOOLS_FERRY_TRAFFIC_H_
#define FERRY_TOOLS_FERRY_TRAFFIC_H_

#include <ferry/ferry.h>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "world.h"

namespace ferry::tool {

// One rank in one of its groups.
struct RankTraffic {
  std::string group;                      // "ep" or "tp"
  std::int32_t world_rank = 0;            // ep_rank * tp_size + tp_rank
  std::vector<ferry_peer_stats> peers{};  // by rank in the group
  ferry_comm_stats total{};
};

// Throws ApiError.
[[nodiscard]] RankTraffic ReadTraffic(HcclComm comm, std::string group, std::int32_t world_rank);
[[nodiscard]] std::vector<RankTraffic> ReadTraffic(const World& world);

// A list by peer for each number, so that a run of many ranks stays readable.
[[nodiscard]] nlohmann::json TrafficJson(const std::vector<RankTraffic>& traffic);
// A count that another process tells. Throws std::exception for anything but a number in [0, most].
[[nodiscard]] std::uint64_t CountOf(const nlohmann::json& value, std::uint64_t most);
// Of such a list, told by another process. Throws std::exception for another.
[[nodiscard]] std::vector<RankTraffic> TrafficOf(const nlohmann::json& list);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_TRAFFIC_H_
