#include "moe/tp_add.h"

#include <array>
#include <cstddef>
#include <limits>

#include "base/error.h"
#include "kernels/add_rows.h"
#include "moe/extent.h"
#include "moe/published.h"

namespace ferry::moe {
namespace {

constexpr std::int64_t kMaxRows = std::numeric_limits<std::int32_t>::max();

using PairRecords = std::array<comm::PeerRecord, 2>;

bool BothAreGood(const PairRecords& records) {
  return records[0].values[kInputIsGood] != 0 && records[1].values[kInputIsGood] != 0;
}

void CheckDelivered(const PairRecords& records, std::int32_t ep_rank) {
  for (std::size_t tp_rank = 0; tp_rank < records.size(); ++tp_rank) {
    const std::int64_t needed = records[tp_rank].values[kRowsWanted];
    const std::int64_t delivered = records[1 - tp_rank].values[kNumRows];
    Require(
        delivered == needed, Code::kRtAicoreException,
        "rank {} with tpRankId {}: tpSendCounts[{}] is {}; must be {}, the last of epSendCounts "
        "of its TP peer",
        ep_rank, 1 - tp_rank, tp_rank, delivered, needed);
  }
}

}  // namespace

void PublishPeerRows(const ConstRows& held_rows, const HeldRows& held, comm::Record& record) {
  PublishRows(SliceRows(held_rows, held.own, held.peer), record);
  record.values[kRowsWanted] = held.own;
  record.values[kInputIsGood] = 1;
}

void AddPeerRows(const ConstRows& own, const Rows& sums, std::int32_t ep_rank, comm::Group& tp) {
  const PairRecords records{tp.Peer(0), tp.Peer(1)};
  if (!BothAreGood(records)) return;
  CheckDelivered(records, ep_rank);
  const std::int32_t peer_rank = 1 - tp.rank();
  const ConstRows rows = ReadRows(records[static_cast<std::size_t>(peer_rank)], peer_rank,
                                  {own.dtype, own.cols}, kMaxRows);
  if (!rows.rows_are_dense()) FailBadRecord(peer_rank, "the column stride", rows.col_stride);
  if (rows.rows != own.rows) FailBadRecord(peer_rank, "the number of rows", rows.rows);
  for (std::int64_t row = 0; row < own.rows; ++row) {
    kernels::AddRows(own.dtype, rows.row(row), own.row(row), sums.row(row), own.cols);
  }
  const auto num_rows = static_cast<std::uint64_t>(rows.rows);
  tp.CountRead(peer_rank, num_rows, num_rows * static_cast<std::uint64_t>(rows.row_bytes()));
}

}  // namespace ferry::moe
