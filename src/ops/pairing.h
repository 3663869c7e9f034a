// Which ids and mask each dispatch of a rank was called with, so that the combine of its rows can
// be held against them. Only under FERRY_STRICT=1.
//
// A combine needs no dispatch, and frameworks copy tensors; so whose rows a combine was given is
// told by what they are, on all ranks together. Each rank says of which earlier dispatches it was
// given the triples (assistInfo) and running totals unchanged (paired_group.h). Those of all ranks
// determine the expert of every active pair: if they are a dispatch's on each rank, other ids or
// another mask are wrong whatever happened in between, and if they are not, nothing is said.
#ifndef FERRY_OPS_PAIRING_H_
#define FERRY_OPS_PAIRING_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "base/matrix.h"
#include "comm/member.h"
#include "moe/config.h"
#include "ops/routed_ids.h"

namespace ferry::ops {

// The tensors by which a combine is matched: triples and running totals, whose last is the number
// of rows.
struct ReceivedRows {
  Vector<const std::int32_t> assist_info;
  Vector<const std::int32_t> counts;

  ReceivedRows(const Vector<const std::int32_t>& assist, const Vector<const std::int32_t>& totals)
      : assist_info(assist), counts(totals) {}
  ReceivedRows(const Vector<std::int32_t>& assist, const Vector<std::int32_t>& totals)
      : assist_info{assist.data, assist.size, assist.stride},
        counts{totals.data, totals.size, totals.stride} {}
};

// Nothing if the counts do not fit the triples.
[[nodiscard]] std::optional<std::uint64_t> FingerprintOf(const moe::MoeConfig& config,
                                                         std::int32_t rank,
                                                         const ReceivedRows& rows);

// Calls before a given one, as bits: bit i is call `number - 1 - i` of the same group.
using EarlierCalls = std::uint64_t;
inline constexpr std::uint64_t kEarlierCalls = 64;

// The latest call of a set that is not empty.
[[nodiscard]] std::uint64_t LatestOf(EarlierCalls calls, std::uint64_t number);

// The dispatches of one rank on one communicator. Thread-safe.
class DispatchHistory {
 public:
  // Call `number` has succeeded. Calls further back than kEarlierCalls are forgotten.
  void Remember(std::uint64_t number, std::uint64_t fingerprint, RoutedIds ids);

  // The dispatches before call `number` that left these rows.
  [[nodiscard]] EarlierCalls DispatchesOf(std::uint64_t fingerprint, std::uint64_t number) const;

  // Null if it is no dispatch, or forgotten.
  [[nodiscard]] std::shared_ptr<const RoutedIds> IdsOf(std::uint64_t number) const;

 private:
  struct Dispatched {
    std::uint64_t fingerprint = 0;
    std::shared_ptr<const RoutedIds> ids;
  };

  mutable std::mutex mutex_;
  std::map<std::uint64_t, Dispatched> by_number_;  // guarded by mutex_
};

// The history of a rank's handle; of that handle alone, though a later group has the same name.
[[nodiscard]] std::shared_ptr<DispatchHistory> HistoryOf(
    const std::shared_ptr<comm::Member>& member);

// The handle has been destroyed. Calls that still hold its history go on with it.
void ForgetHistory(const std::shared_ptr<comm::Member>& member);

}  // namespace ferry::ops

#endif  // FERRY_OPS_PAIRING_H_
