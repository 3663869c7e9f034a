#include "moe/published.h"

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "moe/extent.h"
#include "moe/read_once.h"

namespace ferry::moe {

comm::Record TpRecord(const std::vector<comm::Attribute>& agreement, std::int32_t ep_rank) {
  comm::Record record;
  record.attributes = agreement;
  record.attributes.push_back({"epRankId", std::to_string(ep_rank)});
  return record;
}

void PublishRows(const ConstRows& rows, comm::Record& record, const RowsSlot& slot) {
  const Extent extent = ExtentOf(rows);
  record.parts[slot.part] = {extent.begin, extent.bytes};
  record.values[slot.first_value + kNumRows] = rows.rows;
  record.values[slot.first_value + kRowsOrigin] = rows.data - extent.begin;
  record.values[slot.first_value + kRowStride] = rows.row_stride;
  record.values[slot.first_value + kColStride] = rows.col_stride;
}

void PublishIndex(std::span<const std::int32_t> words, comm::Record& record) {
  record.parts[kIndexPart] = {reinterpret_cast<const std::byte*>(words.data()), words.size_bytes()};
}

void FailBadRecord(std::int32_t rank, const char* what, std::int64_t value) {
  Fail(Code::kRtAicoreException, "the record of rank {} is damaged: {} is {}", rank, what, value);
}

namespace {

bool IsAligned(const ConstRows& rows) {
  const auto bytes = static_cast<std::int64_t>(SizeOf(rows.dtype));
  const auto address = reinterpret_cast<std::uintptr_t>(rows.data);
  return address % SizeOf(rows.dtype) == 0 && rows.row_stride % bytes == 0 &&
         rows.col_stride % bytes == 0;
}

}  // namespace

ConstRows ReadRows(const comm::PeerRecord& peer, std::int32_t rank, const RowType& type,
                   std::int64_t max_rows, const RowsSlot& slot) {
  const auto value = [&](std::size_t which) { return peer.values[slot.first_value + which]; };
  const std::int64_t num_rows = value(kNumRows);
  if (num_rows < 0 || num_rows > max_rows) FailBadRecord(rank, "the number of rows", num_rows);
  const comm::Part& part = peer.parts[slot.part];
  ConstRows rows{part.data, type.dtype, num_rows, type.cols, value(kRowStride), value(kColStride)};
  const std::int64_t origin = value(kRowsOrigin);
  const std::optional<ByteRange> range = RangeOfView(rows);
  std::int64_t low = 0;
  std::int64_t high = 0;
  if (!range || __builtin_add_overflow(origin, range->low, &low) || low < 0 ||
      __builtin_add_overflow(origin, range->high, &high) ||
      static_cast<std::uint64_t>(high) > part.bytes) {
    FailBadRecord(rank, "the place of a row", origin);
  }
  if (num_rows > 0) rows.data = part.data + origin;
  if (!IsAligned(rows)) FailBadRecord(rank, "the place of a row", origin);
  return rows;
}

std::span<const std::int32_t> ReadIndex(const comm::PeerRecord& peer, std::int32_t rank,
                                        std::size_t min_words) {
  const comm::Part& part = peer.parts[kIndexPart];
  const std::size_t words = part.bytes / sizeof(std::int32_t);
  const bool aligned = reinterpret_cast<std::uintptr_t>(part.data) % alignof(std::int32_t) == 0;
  if (words < min_words || !aligned) {
    FailBadRecord(rank, "the length of its index", static_cast<std::int64_t>(part.bytes));
  }
  return {reinterpret_cast<const std::int32_t*>(part.data), words};
}

ListRange ReadListRange(std::span<const std::int32_t> offsets, std::size_t which,
                        std::int64_t num_entries, std::int32_t rank) {
  const std::int64_t first = ReadOnce(offsets[which]);
  const std::int64_t last = ReadOnce(offsets[which + 1]);
  if (first < 0 || first > last) FailBadRecord(rank, "the start of a list", first);
  if (last > num_entries) FailBadRecord(rank, "the end of a list", last);
  return {first, last};
}

}  // namespace ferry::moe
