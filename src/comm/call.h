// One numbered collective call of one rank, from taking its numbers to its end.
//
//   auto call = TakeNumbers("aclnnMoeDistributeDispatchV2", ep, tp, enqueue);   // phase 2
//   RunCall(*call, abort, [&](Group& ep, Group* tp) { moe::Dispatch(..., ep, tp); });  // the
//   worker DropCall(*call, "the stream was aborted");                     // instead of RunCall
//
// A number that was taken is always answered for: a Call that is destroyed before it ran is
// dropped.
#ifndef FERRY_COMM_CALL_H_
#define FERRY_COMM_CALL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/abort_flag.h"
#include "comm/group.h"
#include "comm/member.h"

namespace ferry::comm {

class Call {
 public:
  // Use TakeNumbers.
  Call(std::string operator_name, std::shared_ptr<Member> ep, std::uint64_t ep_number,
       std::shared_ptr<Member> tp, std::uint64_t tp_number, Stack stack);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call();

  [[nodiscard]] const std::string& operator_name() const { return operator_name_; }
  [[nodiscard]] const std::shared_ptr<Member>& ep() const { return ep_; }
  [[nodiscard]] const std::shared_ptr<Member>& tp() const { return tp_; }  // null without TP
  [[nodiscard]] std::uint64_t ep_number() const { return ep_number_; }
  [[nodiscard]] std::uint64_t tp_number() const { return tp_number_; }  // 0 without TP
  [[nodiscard]] const Stack& stack() const { return stack_; }           // of phase 2's caller

  // True for exactly one caller: whoever runs this call.
  [[nodiscard]] bool Begin() noexcept;
  // True for whoever is to tell the peers that the call is dropped. Not before its numbers are
  // taken: until then the reason is kept for ConfirmNumbers.
  [[nodiscard]] bool BeginDrop(const std::string& reason);
  // The numbers are taken. Returns the reason of a drop that came before.
  [[nodiscard]] std::optional<std::string> ConfirmNumbers();

 private:
  enum class Stage : std::uint8_t { kOffered, kTaken, kBegun };

  const std::string operator_name_;
  const std::shared_ptr<Member> ep_;
  const std::shared_ptr<Member> tp_;
  const std::uint64_t ep_number_;
  const std::uint64_t tp_number_;
  const Stack stack_;
  std::mutex mutex_;
  Stage stage_ = Stage::kOffered;          // guarded by mutex_
  std::optional<std::string> early_drop_;  // the first reason; guarded by mutex_
};

// Takes the next number on `ep` and, unless null, on `tp`, and calls `enqueue` in the same critical
// section, so that the order of numbers is the order of the queue. If `enqueue` throws, no number
// is taken: a DropCall by then, as of a task that the stream refuses, has told nobody. Throws
// Error{kRuntimeError} when this rank has destroyed one of them, and Error{kParamInvalid} when both
// are the same.
std::shared_ptr<Call> TakeNumbers(std::string operator_name, std::shared_ptr<Member> ep,
                                  std::shared_ptr<Member> tp_or_null,
                                  const std::function<void(std::shared_ptr<Call>)>& enqueue);

// Runs body(ep, tp) as the numbered call, after this rank's earlier calls. What the body throws is
// given to every group of the call; all ranks then end with the same sentence, which RunCall throws
// as Error{507015}. `abort` ends a wait for ranks that have not come; its
// reason is part of the sentence.
void RunCall(Call& call, const AbortFlag& abort,
             const std::function<void(Group& ep, Group* tp)>& body);

// Tells the peers that this rank will never run the call. Without effect on a call that has begun.
void DropCall(Call& call, const std::string& reason) noexcept;

}  // namespace ferry::comm

#endif  // FERRY_COMM_CALL_H_
