// Which ids and mask each dispatch of this process was called with, so that the combine of its rows
// can be held against them. Only under FERRY_STRICT=1.
//
// A combine belongs to the dispatches that left the same triples (assistInfo) and counts behind as
// it is given. Contents are compared, not addresses, so copies of the tensors will do; and since
// several dispatches may leave the same triples here and differ in the ids of this rank's tokens,
// one of them with equal ids is enough. A combine whose triples no remembered dispatch left is not
// judged.
#ifndef FERRY_OPS_PAIRING_H_
#define FERRY_OPS_PAIRING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/matrix.h"
#include "moe/active_mask.h"
#include "moe/config.h"

namespace ferry::ops {

// Contents of expertIds where the mask lets them count.
struct RoutedIds {
  std::int64_t num_tokens = 0;
  std::int64_t top_k = 0;
  std::vector<std::int32_t> ids;  // [num_tokens, top_k]; 0 where not active
  std::vector<bool> active;       // [num_tokens, top_k]

  [[nodiscard]] bool IsActive(std::int64_t token, std::int64_t k) const {
    return active[static_cast<std::size_t>(token * top_k + k)];
  }
  [[nodiscard]] std::int32_t At(std::int64_t token, std::int64_t k) const {
    return ids[static_cast<std::size_t>(token * top_k + k)];
  }
  friend bool operator==(const RoutedIds&, const RoutedIds&) = default;
};

// Never reads an id behind the mask.
[[nodiscard]] RoutedIds ReadRoutedIds(const Matrix<const std::int32_t>& expert_ids,
                                      const moe::ActiveMask& mask);

// The sentence that names the first token to which one expert is given twice; empty if there is
// none. Ids outside [0, num_experts) are left to the operator, which has its own sentence for them.
[[nodiscard]] std::string DuplicateId(const RoutedIds& ids, std::int32_t num_experts,
                                      std::int32_t rank);

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

using RankName = std::pair<std::string, std::int32_t>;  // EP group, rank

// Thread-safe. The last 16 dispatches of each rank are kept.
void RememberDispatch(const RankName& rank, std::uint64_t fingerprint, RoutedIds ids);

// The sentence that names the first difference; empty if a dispatch with this fingerprint had equal
// ids and mask, or none is remembered.
[[nodiscard]] std::string OtherIdsThanDispatched(const RankName& rank, std::uint64_t fingerprint,
                                                 const RoutedIds& ids);

}  // namespace ferry::ops

#endif  // FERRY_OPS_PAIRING_H_
