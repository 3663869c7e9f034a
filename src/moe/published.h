// What dispatch and combine publish in a record, and how peers read it without trusting it.
//
// Each record holds at most one index (which row belongs where), one view of rows and, with
// quantisation, one of the scales of these rows:
//
//                      index                              rows
//   dispatch, EP       RoutingPlan: pairs by expert       tokens (TokenRows)
//   dispatch, TP       own running totals                 expandX rows [0, n)
//   combine, TP        -                                  expandX rows [n, n + m)
//   combine, EP        Origins: rows by destination       rows [0, n), with TP already added
#ifndef FERRY_MOE_PUBLISHED_H_
#define FERRY_MOE_PUBLISHED_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/dtype.h"
#include "base/matrix.h"
#include "comm/record.h"

namespace ferry::moe {

// Record::parts.
inline constexpr std::size_t kIndexPart = 0;

// Where a view of rows stands in a record: its part, and the first of four values that describe it.
struct RowsSlot {
  std::size_t part;
  std::size_t first_value;
};
inline constexpr RowsSlot kRowsSlot{1, 0};
inline constexpr RowsSlot kScalesSlot{2, 4};

// The four values: number of rows, the offset of element (0, 0) in the part and the strides, all in
// bytes but the first.
inline constexpr std::size_t kNumRows = 0;
inline constexpr std::size_t kRowsOrigin = 1;
inline constexpr std::size_t kRowStride = 2;
inline constexpr std::size_t kColStride = 3;

// Record::values behind those of the slots.
inline constexpr std::size_t kHasDuplicates = 8;     // dispatch, EP: a token names an expert twice
inline constexpr std::size_t kRowForm = 9;           // dispatch, EP: RowForm of the tokens
inline constexpr std::size_t kRowsAvailable = 10;    // dispatch, TP: rows of expandX
inline constexpr std::size_t kScalesAvailable = 11;  // dispatch, TP: elements of dynamicScales
inline constexpr std::size_t kRowsWanted = 12;       // combine, TP: n, what the peer must deliver
inline constexpr std::size_t kInputIsGood = 13;      // combine, TP: the rows may be used

inline constexpr std::size_t kDuplicatesFrom = 14;  // dispatch, TP: the lowest EP rank with
                                                    // duplicates, or kNoRank

inline constexpr std::size_t kCandidates = 15;  // combine, EP: of FERRY_STRICT=1 (ops/pairing.h)

inline constexpr std::int64_t kNoRank = -1;

// The record of a TP pair as far as it is known at the start: the pair agrees on what its EP groups
// agree on and on the EP rank. It never carries a cause: an EP group, which sees all its ranks,
// decides which of several causes is reported.
[[nodiscard]] comm::Record TpRecord(const std::vector<comm::Attribute>& agreement,
                                    std::int32_t ep_rank);

// Puts rows into a record, for peers to read.
void PublishRows(const ConstRows& rows, comm::Record& record, const RowsSlot& slot = kRowsSlot);

// Puts a 4-byte-aligned index into a record.
void PublishIndex(std::span<const std::int32_t> words, comm::Record& record);

struct RowType {
  DType dtype = DType::kUndefined;
  std::int64_t cols = 0;
};

// The rows that `rank` published: row(r) lies in the peer's part for every r in [0, rows), aligned
// as its elements need it, and rows is in [0, max_rows]. Throws Error{507015} if the record says
// otherwise.
[[nodiscard]] ConstRows ReadRows(const comm::PeerRecord& peer, std::int32_t rank,
                                 const RowType& type, std::int64_t max_rows,
                                 const RowsSlot& slot = kRowsSlot);

// The words of the index that `rank` published; at least `min_words`.
[[nodiscard]] std::span<const std::int32_t> ReadIndex(const comm::PeerRecord& peer,
                                                      std::int32_t rank, std::size_t min_words);

// Throws Error{507015}: `rank` published something that cannot be true.
[[noreturn]] void FailBadRecord(std::int32_t rank, const char* what, std::int64_t value);

// Offsets of a CSR index: [first, last) of list `which`, checked against the length of the lists.
// `offsets` has more than which + 1 words.
struct ListRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};
[[nodiscard]] ListRange ReadListRange(std::span<const std::int32_t> offsets, std::size_t which,
                                      std::int64_t num_entries, std::int32_t rank);

}  // namespace ferry::moe

#endif  // FERRY_MOE_PUBLISHED_H_
