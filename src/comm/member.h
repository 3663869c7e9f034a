// One rank's handle of a communicator.
#ifndef FERRY_COMM_MEMBER_H_
#define FERRY_COMM_MEMBER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "comm/board.h"
#include "comm/scratch.h"
#include "comm/trace.h"
#include "comm/traffic.h"
#include "comm/turnstile.h"

namespace ferry::comm {

struct MemberOptions {
  // How long a call waits for a peer; zero = for ever. HCCL_EXEC_TIMEOUT.
  std::chrono::nanoseconds wait_limit = std::chrono::seconds(1836);
  // After how long a waiting rank reports who is missing; zero = never. FERRY_WATCHDOG.
  std::chrono::nanoseconds watchdog = std::chrono::seconds(10);
  // Where scratch comes from; null = the process's segment.
  std::shared_ptr<ScratchSource> scratch;

  // As the environment says. Throws Error{kHcclPara} for a value outside its range, also of a
  // variable that this way of making a communicator does not need.
  static MemberOptions FromEnvironment();
};

class Member {
 public:
  // Attaches rank `rank` of this process, on virtual device `device`, to the board.
  Member(std::shared_ptr<Board> board, std::int32_t rank, std::int32_t device,
         MemberOptions options);
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;
  // Destroys the handle if nobody has.
  ~Member();

  [[nodiscard]] std::string name() const { return board_->name(); }
  [[nodiscard]] std::int32_t rank() const { return rank_; }
  [[nodiscard]] std::int32_t size() const { return board_->size(); }
  [[nodiscard]] std::int32_t device() const { return device_; }
  [[nodiscard]] const MemberOptions& options() const { return options_; }

  // Says on the board that this rank takes no further number. Calls that have taken theirs still
  // run; peers' later calls fail at once. Idempotent.
  void Destroy() noexcept;

  // Why no later call can succeed: `rank(s) 3 terminated`; nothing while all is well.
  [[nodiscard]] std::optional<std::string> WhyDead() const;

  [[nodiscard]] Board& board() const { return *board_; }
  [[nodiscard]] const std::shared_ptr<Board>& shared_board() const { return board_; }
  [[nodiscard]] Turnstile& turnstile() { return turnstile_; }
  [[nodiscard]] ScratchStore& scratch() { return scratch_; }
  [[nodiscard]] Traffic& traffic() { return traffic_; }

  // The counter of numbers; guarded by numbers_mutex(), which TakeNumbers holds over the enqueue.
  [[nodiscard]] std::mutex& numbers_mutex() { return numbers_mutex_; }
  [[nodiscard]] std::uint64_t& last_number() { return last_number_; }
  [[nodiscard]] bool destroyed() const { return destroyed_; }

  // Held while this rank writes one of its failure texts on the board, which a running and a
  // dropped call may do at once.
  [[nodiscard]] std::mutex& text_mutex() { return text_mutex_; }

  // Whether the last call on this rank's device was refused (comm/refusal.h). relaxed: for reports.
  [[nodiscard]] std::atomic<bool>& refused() { return refused_; }

  // From where the program called phase 2 of the call that runs; null unless FERRY_TRACE is 1.
  void SetStack(Stack stack);
  [[nodiscard]] Stack stack() const;

 private:
  const std::shared_ptr<Board> board_;
  const std::int32_t rank_;
  const std::int32_t device_;
  const MemberOptions options_;
  Turnstile turnstile_;
  ScratchStore scratch_;
  Traffic traffic_;
  mutable std::mutex numbers_mutex_;
  std::uint64_t last_number_ = 0;  // guarded by numbers_mutex_
  bool destroyed_ = false;         // guarded by numbers_mutex_
  std::mutex text_mutex_;
  std::atomic<bool> refused_{false};
  mutable std::mutex stack_mutex_;
  Stack stack_;  // guarded by stack_mutex_
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_MEMBER_H_
