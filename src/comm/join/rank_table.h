// The rank table: a JSON file that names every rank's server and device, and so where rank 0
// listens.
#ifndef FERRY_COMM_JOIN_RANK_TABLE_H_
#define FERRY_COMM_JOIN_RANK_TABLE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "comm/join/join.h"

namespace ferry::comm {

struct TableRank {
  std::string server_id;
  std::int32_t device = 0;
  bool operator==(const TableRank&) const = default;
};

struct RankTable {
  Endpoint endpoint;             // host_ip and host_port of rank 0, for JoinAt
  std::vector<TableRank> ranks;  // by rank; as many as the table has device entries
};

// Throws Error{kHcclUnavail} for a table that is still being written, kHcclPara for anything that
// is no rank table of version 1.0 or 1.2; `path` is for messages. Without a host_port the endpoint
// has `base_port`.
[[nodiscard]] RankTable ParseRankTable(std::string_view json, const std::string& path,
                                       std::uint16_t base_port);

// The table in a file; HCCL_IF_BASE_PORT is the port. Throws Error{kHcclOpenFileFailure} too.
[[nodiscard]] RankTable ReadRankTable(const std::string& path);

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_RANK_TABLE_H_
