#include "ops/pairing.h"

#include <fmt/format.h>

#include <deque>
#include <map>
#include <mutex>

namespace ferry::ops {
namespace {

constexpr std::size_t kRemembered = 16;

struct Dispatched {
  std::uint64_t fingerprint = 0;
  RoutedIds ids;
};

struct History {
  std::mutex mutex;
  std::map<RankName, std::deque<Dispatched>> by_rank;  // the latest last; guarded by mutex

  static History& Get() {
    static auto* const history = new History;
    return *history;
  }
};

// FNV-1a over words.
class Hash {
 public:
  void Add(std::int32_t word) {
    value_ = (value_ ^ static_cast<std::uint32_t>(word)) * 0x100000001b3ULL;
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

const char* OnOff(bool active) {
  return active ? "active" : "masked off";
}

// Where the two differ first; they do.
std::string Difference(const RoutedIds& combine, const RoutedIds& dispatch) {
  if (combine.num_tokens != dispatch.num_tokens || combine.top_k != dispatch.top_k) {
    return fmt::format("expertIds is [{}, {}], and was [{}, {}] in the dispatch",
                       combine.num_tokens, combine.top_k, dispatch.num_tokens, dispatch.top_k);
  }
  for (std::int64_t t = 0; t < combine.num_tokens; ++t) {
    for (std::int64_t k = 0; k < combine.top_k; ++k) {
      if (combine.IsActive(t, k) != dispatch.IsActive(t, k)) {
        return fmt::format("token {} k {}: xActiveMask has it {}, and had it {} in the dispatch", t,
                           k, OnOff(combine.IsActive(t, k)), OnOff(dispatch.IsActive(t, k)));
      }
      if (combine.At(t, k) != dispatch.At(t, k)) {
        return fmt::format("token {} k {}: expertIds has {}, and had {} in the dispatch", t, k,
                           combine.At(t, k), dispatch.At(t, k));
      }
    }
  }
  return "nothing differs";
}

}  // namespace

RoutedIds ReadRoutedIds(const Matrix<const std::int32_t>& expert_ids, const moe::ActiveMask& mask) {
  const auto size = static_cast<std::size_t>(expert_ids.rows * expert_ids.cols);
  RoutedIds routed = {expert_ids.rows, expert_ids.cols, std::vector<std::int32_t>(size),
                      std::vector<bool>(size)};
  moe::ActivePairs pairs;
  pairs.Read(mask, expert_ids.rows, static_cast<std::int32_t>(expert_ids.cols));
  for (const std::int32_t token : pairs.tokens()) {
    for (std::int64_t k = 0; k < expert_ids.cols; ++k) {
      if (!pairs.HasSlot(token, k)) continue;
      const auto at = static_cast<std::size_t>(token * expert_ids.cols + k);
      routed.active[at] = true;
      routed.ids[at] = expert_ids(token, k);
    }
  }
  return routed;
}

std::string DuplicateId(const RoutedIds& ids, std::int32_t num_experts, std::int32_t rank) {
  for (std::int64_t t = 0; t < ids.num_tokens; ++t) {
    for (std::int64_t k = 1; k < ids.top_k; ++k) {
      const std::int32_t id = ids.At(t, k);
      if (!ids.IsActive(t, k) || id < 0 || id >= num_experts) continue;
      for (std::int64_t before = 0; before < k; ++before) {
        if (!ids.IsActive(t, before) || ids.At(t, before) != id) continue;
        return fmt::format(
            "rank {} token {}: expertIds has expert {} twice, at k {} and k {}; the experts of a "
            "token must differ (FERRY_STRICT=1)",
            rank, t, id, before, k);
      }
    }
  }
  return {};
}

std::optional<std::uint64_t> FingerprintOf(const moe::MoeConfig& config, std::int32_t rank,
                                           const ReceivedRows& rows) {
  const std::int64_t totals =
      static_cast<std::int64_t>(config.ep_size) * config.local_experts(rank);
  const std::int64_t received = rows.counts[totals - 1];
  if (received < 0 || received > rows.assist_info.size / 3) return std::nullopt;
  Hash hash;
  for (std::int64_t i = 0; i < totals; ++i) hash.Add(rows.counts[i]);
  for (std::int64_t i = 0; i < 3 * received; ++i) hash.Add(rows.assist_info[i]);
  return hash.value();
}

void RememberDispatch(const RankName& rank, std::uint64_t fingerprint, RoutedIds ids) {
  History& history = History::Get();
  const std::lock_guard lock(history.mutex);
  std::deque<Dispatched>& dispatched = history.by_rank[rank];
  dispatched.push_back({fingerprint, std::move(ids)});
  if (dispatched.size() > kRemembered) dispatched.pop_front();
}

std::string OtherIdsThanDispatched(const RankName& rank, std::uint64_t fingerprint,
                                   const RoutedIds& ids) {
  History& history = History::Get();
  const std::lock_guard lock(history.mutex);
  const RoutedIds* latest = nullptr;
  for (const Dispatched& dispatch : history.by_rank[rank]) {
    if (dispatch.fingerprint != fingerprint) continue;
    if (dispatch.ids == ids) return {};
    latest = &dispatch.ids;
  }
  if (latest == nullptr) return {};
  return fmt::format(
      "rank {} {}; combine needs the expertIds and xActiveMask of the dispatch that gave it "
      "assistInfoForCombine (FERRY_STRICT=1)",
      rank.second, Difference(ids, *latest));
}

}  // namespace ferry::ops
