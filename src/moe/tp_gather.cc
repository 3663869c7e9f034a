#include "moe/tp_gather.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string>

#include "base/error.h"
#include "moe/extent.h"
#include "moe/published.h"
#include "moe/read_once.h"

namespace ferry::moe {
namespace {

constexpr std::int64_t kMaxRows = std::numeric_limits<std::int32_t>::max();

// A tensor that takes a row or an element for each of the n + m rows.
struct RoomInRecord {
  std::size_t value;  // of the record: how many it can take
  const char* tensor;
  const char* unit;
};
constexpr RoomInRecord kExpandXRoom{kRowsAvailable, "expandX", "rows"};
constexpr RoomInRecord kDynamicScalesRoom{kScalesAvailable, "dynamicScales", "elements"};

// Who made the rows exceed the capacity: the lowest rank of the first group that has one.
std::string DuplicatesOf(const std::array<comm::PeerRecord, 2>& records) {
  for (std::size_t tp_rank = 0; tp_rank < records.size(); ++tp_rank) {
    const std::int64_t source = records[tp_rank].values[kDuplicatesFrom];
    if (source == kNoRank) continue;
    return fmt::format(" (a token of rank {} with tpRankId {} names an expert twice)", source,
                       tp_rank);
  }
  return "";
}

// Both ranks must have room for n + m rows. They look at both records in the same order.
void CheckBothFit(const std::array<comm::PeerRecord, 2>& records, std::int32_t ep_rank,
                  const RoomInRecord& room) {
  const std::int64_t needed = records[0].values[kNumRows] + records[1].values[kNumRows];
  for (std::size_t tp_rank = 0; tp_rank < records.size(); ++tp_rank) {
    const std::int64_t available = records[tp_rank].values[room.value];
    Require(needed <= available, Code::kRtAicoreException,
            "rank {} with tpRankId {}: {} rows needed ({} + {}), {} has {} {} available{}", ep_rank,
            tp_rank, needed, records[tp_rank].values[kNumRows],
            records[1 - tp_rank].values[kNumRows], room.tensor, available, room.unit,
            DuplicatesOf(records));
  }
}

// One scale a row.
Rows ScaleRows(const Vector<float>& scales) {
  constexpr auto kBytes = static_cast<std::int64_t>(sizeof(float));
  return {reinterpret_cast<std::byte*>(scales.data),
          DType::kFloat32,
          scales.size,
          1,
          scales.stride * kBytes,
          kBytes};
}

// Where the m rows of the peer go, `own_rows` rows behind the first.
void MoveBehind(const Rows& to, std::int64_t own_rows, const ConstRows& rows, CopyHint hint,
                comm::Group& ep) {
  const Rows behind = SliceRows(to, own_rows, rows.rows);
  const Extent extent = ExtentOf(AsConst(behind));
  if (extent.bytes != 0) ep.Commit(extent.begin, extent.bytes);
  MoveRows(behind, rows, hint);
}

}  // namespace

void PublishOwnRows(const OwnPart& own, comm::Group& tp, comm::Record& record) {
  const std::span<const std::int32_t> totals = own.layout.running_rows;
  auto* words = reinterpret_cast<std::int32_t*>(
      tp.ScratchFor(comm::Group::Scratch::kPlan, totals.size_bytes()));
  std::copy(totals.begin(), totals.end(), words);
  PublishIndex({words, totals.size()}, record);
  const std::int64_t num_rows = own.layout.num_rows;
  PublishRows(SliceRows(AsConst(own.output.expand_x), 0, num_rows), record);
  record.values[kRowsAvailable] = own.output.expand_x.rows;
  if (!own.config.quantizes()) return;
  PublishRows(SliceRows(AsConst(ScaleRows(own.output.dynamic_scales)), 0, num_rows), record,
              kScalesSlot);
  record.values[kScalesAvailable] = own.output.dynamic_scales.size;
}

std::int64_t GatherFromPeer(const OwnPart& own, CopyHint hint, comm::Group& ep, comm::Group& tp) {
  const std::array<comm::PeerRecord, 2> records{tp.Peer(0), tp.Peer(1)};
  const std::int32_t peer_rank = 1 - tp.rank();
  const comm::PeerRecord& peer = records[static_cast<std::size_t>(peer_rank)];
  const MoeConfig& config = own.config;
  const ConstRows rows =
      ReadRows(peer, peer_rank, {config.dispatched_type(), config.hidden}, kMaxRows);
  const auto num_totals = static_cast<std::size_t>(config.ep_size);
  const std::span<const std::int32_t> totals = ReadIndex(peer, peer_rank, num_totals);
  CheckBothFit(records, ep.rank(), kExpandXRoom);
  if (config.quantizes()) CheckBothFit(records, ep.rank(), kDynamicScalesRoom);

  MoveBehind(own.output.expand_x, own.layout.num_rows, rows, hint, ep);
  if (config.quantizes()) {
    const ConstRows scales =
        ReadRows(peer, peer_rank, {DType::kFloat32, 1}, rows.rows, kScalesSlot);
    if (scales.rows != rows.rows) FailBadRecord(peer_rank, "the number of scales", scales.rows);
    MoveBehind(ScaleRows(own.output.dynamic_scales), own.layout.num_rows, scales, CopyHint::kCached,
               ep);
  }
  const auto row_bytes =
      static_cast<std::uint64_t>(rows.row_bytes()) + (config.quantizes() ? sizeof(float) : 0);
  const auto num_rows = static_cast<std::uint64_t>(rows.rows);
  tp.CountRead(peer_rank, num_rows, num_rows * row_bytes);
  for (std::int64_t q = 0; q < config.ep_size; ++q) {
    own.output.ep_recv_counts[config.ep_size + q] = ReadOnce(totals[static_cast<std::size_t>(q)]);
  }
  return rows.rows;
}

}  // namespace ferry::moe
