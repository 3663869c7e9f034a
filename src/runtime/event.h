// Events: marks in streams that others can wait for and measure between.
#ifndef FERRY_RUNTIME_EVENT_H_
#define FERRY_RUNTIME_EVENT_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "runtime/handle_table.h"
#include "runtime/stream.h"

namespace ferry::runtime {

// Records and resets are numbered when they are queued. Streams pass them in any order; an event is
// as the latest that was passed left it. A record that is dropped leaves the event not recorded,
// and nobody waits any longer for what will never come; a reset that is dropped changes nothing.
class Event : public std::enable_shared_from_this<Event> {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() = default;

  // Queues the mark, or its removal, on a stream.
  void Record(Stream& stream);
  void Reset(Stream& stream);

  // Queues a wait: later work of the stream runs when the latest record queued by now has been
  // passed. No record, no wait.
  void WaitOn(Stream& stream);

  // Whether the latest record queued has been passed and no reset since.
  [[nodiscard]] bool IsRecorded() const;
  // Whether no stream still waits for the event.
  [[nodiscard]] bool HasNoWaiters() const;

  // Waits until the latest record queued by now has been passed. If there is none, or it was reset,
  // waits for the next; without a timeout that could last for ever: Error{kRtParamInvalid} instead.
  // Throws Error{kRtEventSyncTimeout} when the time is over.
  void Synchronize(Timeout timeout) const;

  // When the latest record was passed; nothing unless the event is recorded.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> RecordedAt() const;

 private:
  friend class EventTask;

  enum class Action : std::uint8_t { kRecord, kReset, kWait };

  std::uint64_t NextNumber(Action action);
  void Queue(Stream& stream, Action action);
  void PassRecord(std::uint64_t number, bool dropped);
  void PassReset(std::uint64_t number);
  [[nodiscard]] bool IsNewestLocked(std::uint64_t number);
  void Wait(std::uint64_t number, const AbortFlag& abort);
  void EndWait();
  [[nodiscard]] bool IsRecordedLocked() const;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::uint64_t queued_ = 0;         // number of the latest record or reset queued
  std::uint64_t queued_record_ = 0;  // number of the latest record queued
  std::uint64_t passed_ = 0;         // highest number passed
  std::set<std::uint64_t> ahead_;    // records queued and not yet passed
  std::int64_t waiters_ = 0;
  std::optional<std::chrono::steady_clock::time_point> recorded_at_;
};

[[nodiscard]] HandleTable<Event>& Events();

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_EVENT_H_
