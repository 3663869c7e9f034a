// Events: marks in streams that others can wait for and measure between.
#ifndef FERRY_RUNTIME_EVENT_H_
#define FERRY_RUNTIME_EVENT_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

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

  // Waits until the latest record queued by now has been passed or dropped. If there is none, or it
  // was reset, waits for the next, which another thread may queue. Throws
  // Error{kRtEventSyncTimeout} when the time is over; without a timeout Error{kRtParamInvalid} if
  // the record's stream waits for the callback that this thread runs.
  void Synchronize(Timeout timeout) const;

  // When the latest record was passed; nothing unless the event is recorded.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> RecordedAt() const;

 private:
  friend class EventTask;

  enum class Action : std::uint8_t { kRecord, kReset, kWait };

  std::uint64_t NextNumber(Action action, const Stream& stream);
  void Queue(Stream& stream, Action action);
  void PassRecord(std::uint64_t number, bool dropped);
  void PassReset(std::uint64_t number);
  [[nodiscard]] bool IsNewestLocked(std::uint64_t number);
  void Wait(std::uint64_t number, const AbortFlag& abort);
  void EndWait();
  [[nodiscard]] bool IsRecordedLocked() const;
  // Whether nobody need wait for the latest record any longer.
  [[nodiscard]] bool IsOverLocked() const;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::uint64_t queued_ = 0;         // number of the latest record or reset queued
  std::uint64_t queued_record_ = 0;  // number of the latest record queued
  std::uint64_t passed_ = 0;         // highest number passed
  // Records queued and not yet passed, with their streams, which live until then.
  std::map<std::uint64_t, const Stream*> ahead_;
  std::int64_t waiters_ = 0;
  bool dropped_ = false;  // the mark that was passed last is a record that was dropped
  std::optional<std::chrono::steady_clock::time_point> recorded_at_;
};

[[nodiscard]] HandleTable<Event>& Events();

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_EVENT_H_
