#include "ops/pairing.h"

#include <bit>
#include <iterator>
#include <utility>

namespace ferry::ops {
namespace {

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

struct Histories {
  using Handle = std::weak_ptr<const comm::Member>;

  std::mutex mutex;
  std::map<Handle, std::shared_ptr<DispatchHistory>, std::owner_less<Handle>>
      by_handle;  // guarded by mutex

  static Histories& Get() {
    static auto* const histories = new Histories;
    return *histories;
  }

  // A call that was still running when its handle was destroyed may have asked for one since.
  void DropEndedLocked() {
    for (auto entry = by_handle.begin(); entry != by_handle.end();)
      entry = entry->first.expired() ? by_handle.erase(entry) : std::next(entry);
  }
};

}  // namespace

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

std::uint64_t LatestOf(EarlierCalls calls, std::uint64_t number) {
  return number - 1 - static_cast<std::uint64_t>(std::countr_zero(calls));
}

void DispatchHistory::Remember(std::uint64_t number, std::uint64_t fingerprint, RoutedIds ids) {
  Dispatched dispatched = {fingerprint, std::make_shared<const RoutedIds>(std::move(ids))};
  const std::lock_guard lock(mutex_);
  by_number_.insert_or_assign(number, std::move(dispatched));
  while (by_number_.begin()->first + kEarlierCalls <= number) by_number_.erase(by_number_.begin());
}

EarlierCalls DispatchHistory::DispatchesOf(std::uint64_t fingerprint, std::uint64_t number) const {
  EarlierCalls calls = 0;
  const std::lock_guard lock(mutex_);
  for (const auto& [earlier, dispatched] : by_number_) {
    if (earlier >= number || number - earlier > kEarlierCalls) continue;
    if (dispatched.fingerprint == fingerprint) calls |= EarlierCalls{1} << (number - 1 - earlier);
  }
  return calls;
}

std::shared_ptr<const RoutedIds> DispatchHistory::IdsOf(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : found->second.ids;
}

std::shared_ptr<DispatchHistory> HistoryOf(const std::shared_ptr<comm::Member>& member) {
  Histories& histories = Histories::Get();
  const std::lock_guard lock(histories.mutex);
  histories.DropEndedLocked();
  std::shared_ptr<DispatchHistory>& history = histories.by_handle[member];
  if (history == nullptr) history = std::make_shared<DispatchHistory>();
  return history;
}

void ForgetHistory(const std::shared_ptr<comm::Member>& member) {
  Histories& histories = Histories::Get();
  const std::lock_guard lock(histories.mutex);
  histories.by_handle.erase(member);
}

}  // namespace ferry::ops
