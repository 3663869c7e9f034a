// What a rank has moved and waited for.
#include <ferry/ferry.h>

#include <cstdint>

#include "capi/communicators.h"
#include "capi/hccl_guard.h"

namespace {

using ferry::comm::Traffic;

ferry_peer_stats StatsOf(const Traffic& traffic, std::int32_t peer) {
  return {.rows = traffic.rows_from(peer),
          .bytes = traffic.bytes_from(peer),
          .waited_ns = static_cast<std::uint64_t>(traffic.waited_for(peer).count()),
          .staged_bytes = traffic.staged_by(peer)};
}

}  // namespace

int ferry_stats(void* comm, ferry_peer_stats* peers, size_t count, ferry_comm_stats* total) {
  return ferry::capi::HcclGuard("ferry_stats", [&] {
    const auto member = ferry::capi::FindCommunicator(comm);
    const auto size = static_cast<std::size_t>(member->size());
    ferry::Require(peers == nullptr || count >= size, ferry::Code::kHcclPara,
                   "count is {}; must be at least {}, the ranks of the communicator", count, size);
    const Traffic& traffic = member->traffic();
    ferry_comm_stats sum{};
    for (std::size_t peer = 0; peer < size; ++peer) {
      const ferry_peer_stats stats = StatsOf(traffic, static_cast<std::int32_t>(peer));
      sum.rows += stats.rows;
      sum.bytes += stats.bytes;
      sum.waited_ns += stats.waited_ns;
      if (peers != nullptr) peers[peer] = stats;
    }
    sum.released_ns = static_cast<std::uint64_t>(traffic.waited_in_release().count());
    sum.staged_bytes = traffic.staged();
    if (total != nullptr) *total = sum;
  });
}
