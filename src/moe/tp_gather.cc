#include "moe/tp_gather.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include "base/error.h"
#include "moe/extent.h"
#include "moe/published.h"
#include "moe/read_once.h"

namespace ferry::moe {
namespace {

constexpr std::int64_t kMaxRows = std::numeric_limits<std::int32_t>::max();

// Both expandX must hold n + m rows. The ranks of the pair look at both records in the same order.
void CheckBothFit(const std::array<comm::PeerRecord, 2>& records, std::int32_t ep_rank) {
  const std::int64_t needed = records[0].values[kNumRows] + records[1].values[kNumRows];
  for (std::size_t tp_rank = 0; tp_rank < records.size(); ++tp_rank) {
    const std::int64_t available = records[tp_rank].values[kRowsAvailable];
    Require(needed <= available, Code::kRtAicoreException,
            "rank {} with tpRankId {}: {} rows needed ({} + {}), expandX has {} rows available",
            ep_rank, tp_rank, needed, records[tp_rank].values[kNumRows],
            records[1 - tp_rank].values[kNumRows], available);
  }
}

}  // namespace

void PublishOwnRows(const Rows& expand_x, const RowLayout& layout, comm::Group& tp,
                    comm::Record& record) {
  const std::span<const std::int32_t> totals = layout.running_rows;
  auto* words = reinterpret_cast<std::int32_t*>(
      tp.ScratchFor(comm::Group::Scratch::kPlan, totals.size_bytes()));
  std::copy(totals.begin(), totals.end(), words);
  PublishIndex({words, totals.size()}, record);
  PublishRows(SliceRows(AsConst(expand_x), 0, layout.num_rows), record);
  record.values[kRowsAvailable] = expand_x.rows;
}

std::int64_t GatherFromPeer(const GatherPlan& plan, const DispatchOutput& output, comm::Group& ep,
                            comm::Group& tp) {
  const std::array<comm::PeerRecord, 2> records{tp.Peer(0), tp.Peer(1)};
  const std::int32_t peer_rank = 1 - tp.rank();
  const comm::PeerRecord& peer = records[static_cast<std::size_t>(peer_rank)];
  const MoeConfig& config = plan.config;
  const ConstRows rows = ReadRows(peer, peer_rank, {config.x_type, config.hidden}, kMaxRows);
  const auto num_totals = static_cast<std::size_t>(config.ep_size);
  const std::span<const std::int32_t> totals = ReadIndex(peer, peer_rank, num_totals);
  CheckBothFit(records, ep.rank());

  const Rows behind = SliceRows(output.expand_x, plan.own_rows, rows.rows);
  const Extent extent = ExtentOf(AsConst(behind));
  if (extent.bytes != 0) ep.Commit(extent.begin, extent.bytes);
  MoveRows(behind, rows, plan.hint);
  for (std::int64_t q = 0; q < config.ep_size; ++q) {
    output.ep_recv_counts[config.ep_size + q] = ReadOnce(totals[static_cast<std::size_t>(q)]);
  }
  return rows.rows;
}

}  // namespace ferry::moe
