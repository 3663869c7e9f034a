#include "comm/call.h"

#include <fmt/core.h>

#include <exception>
#include <mutex>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/jitter.h"
#include "base/log.h"
#include "comm/call_group.h"
#include "comm/call_wait.h"
#include "comm/refusal.h"
#include "comm/report.h"

namespace ferry::comm {
namespace {

void RequireUsable(const Member& member) {
  Require(!member.destroyed(), Code::kRuntimeError,
          "rank {} has destroyed its handle of group \"{}\"", member.rank(), member.name());
}

// The number is taken; the member's numbers_mutex is held.
void NoteNumber(Member& member, std::uint64_t number) {
  member.last_number() = number;
  // relaxed: for reports only.
  member.board().rank(member.rank()).queued.store(number, std::memory_order_relaxed);
}

std::unique_ptr<CallContext> ContextOf(const Call& call, const AbortFlag& abort) {
  auto context = std::make_unique<CallContext>();
  context->operator_name = call.operator_name();
  context->abort = &abort;
  context->sides.push_back({call.ep().get(), call.ep_number(), context.get()});
  if (call.tp() != nullptr)
    context->sides.push_back({call.tp().get(), call.tp_number(), context.get()});
  return context;
}

// Fails call `number` of `member`, which will never run, with `sentence`, as soon as its slot of
// the board is this rank's to touch.
void Skip(const std::shared_ptr<Member>& member, std::uint64_t number,
          const std::string& sentence) {
  member->turnstile().Skip(number, [member, number, sentence] {
    const std::lock_guard lock(member->text_mutex());
    FailMeeting(member->board(), member->rank(), number, sentence, When::kSomebodyIsMissing);
  });
}

void SkipAll(const Call& call, const std::string& sentence) {
  Skip(call.ep(), call.ep_number(), sentence);
  if (call.tp() != nullptr) Skip(call.tp(), call.tp_number(), sentence);
}

// The sentence of a call that fails for what the operator threw.
std::string SentenceFor(const CallSide& side, const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const CallFailed& failed) {
    return failed.message();
  } catch (const Error& error) {
    // An operator's own sentence names the rank; those of the layers below do not know it.
    if (error.code() == Code::kRtAicoreException) return SentenceOf(side, error.message());
    return SentenceOf(side, fmt::format("rank {}: {}", side.rank(), error.message()));
  } catch (const std::bad_alloc&) {
    return SentenceOf(side, fmt::format("rank {}: out of memory", side.rank()));
  } catch (const std::exception& error) {
    return SentenceOf(side, fmt::format("rank {}: {}", side.rank(), error.what()));
  } catch (...) {
    return SentenceOf(side, fmt::format("rank {}: unknown exception", side.rank()));
  }
}

// Both groups of a running call.
class Groups {
 public:
  explicit Groups(const CallContext& context) : ep_(context.sides[0]) {
    if (context.sides.size() > 1) tp_.emplace(context.sides[1]);
  }

  void Run(const std::function<void(Group& ep, Group* tp)>& body) {
    body(ep_, tp());
    Require(ep_.finished() && (!tp_ || tp_->finished()), Code::kRtAicoreException,
            "rank {} left the call without its release", ep_.rank());
  }

  // Gives the failure to every group and returns the sentence with which the call has ended: that
  // of EP if EP has failed, so that all ranks of an EP group say the same.
  std::string Spread(const std::string& sentence) {
    // First arrive everywhere, then wait: ranks that wait in different orders would block each
    // other.
    ep_.GiveFailure(sentence);
    if (tp_) tp_->GiveFailure(sentence);
    ep_.End();
    if (tp_) tp_->End();
    if (!ep_.failure().empty()) return ep_.failure();
    return tp_ && !tp_->failure().empty() ? tp_->failure() : sentence;
  }

 private:
  CallGroup* tp() { return tp_ ? &*tp_ : nullptr; }

  CallGroup ep_;
  std::optional<CallGroup> tp_;
};

// Leaves the turnstiles whatever happens.
struct Turns {
  const Call& call;
  ~Turns() {
    call.ep()->turnstile().Leave(call.ep_number());
    if (call.tp() != nullptr) call.tp()->turnstile().Leave(call.tp_number());
  }
};

// Waits for this rank's earlier calls on both boards; false when it will not wait any longer. Each
// of them has its own limit of waiting for peers: only that none of them runs is counted here.
bool EnterTurns(const Call& call, const CallContext& context) {
  const AbortFlag& abort = *context.abort;
  const std::chrono::nanoseconds limit = call.ep()->options().wait_limit;
  const auto aborted = [&abort] { return abort.IsRaised(); };
  return call.ep()->turnstile().Enter(call.ep_number(), limit, aborted) &&
         (call.tp() == nullptr || call.tp()->turnstile().Enter(call.tp_number(), limit, aborted));
}

std::string TurnSentence(const CallSide& side) {
  if (const char* const why = side.context->abort->why())
    return SentenceOf(side,
                      fmt::format("rank {} dropped call {}: {}", side.rank(), side.number, why));
  return SentenceOf(
      side,
      fmt::format("rank {} waited {} s for its own earlier calls, to which their streams have "
                  "not got",
                  side.rank(), Seconds(side.member->options().wait_limit)));
}

}  // namespace

Call::Call(std::string operator_name, std::shared_ptr<Member> ep, std::uint64_t ep_number,
           std::shared_ptr<Member> tp, std::uint64_t tp_number, Stack stack)
    : operator_name_(std::move(operator_name)),
      ep_(std::move(ep)),
      tp_(std::move(tp)),
      ep_number_(ep_number),
      tp_number_(tp_number),
      stack_(std::move(stack)) {}

Call::~Call() {
  DropCall(*this, "its task was discarded");
}

bool Call::Begin() noexcept {
  const std::lock_guard lock(mutex_);
  return std::exchange(stage_, Stage::kBegun) != Stage::kBegun;
}

bool Call::BeginDrop(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  if (stage_ == Stage::kOffered && !early_drop_) early_drop_ = reason;
  if (stage_ != Stage::kTaken) return false;
  stage_ = Stage::kBegun;
  return true;
}

std::optional<std::string> Call::ConfirmNumbers() {
  const std::lock_guard lock(mutex_);
  if (stage_ == Stage::kOffered) stage_ = Stage::kTaken;
  return early_drop_;
}

std::shared_ptr<Call> TakeNumbers(std::string operator_name, std::shared_ptr<Member> ep,
                                  std::shared_ptr<Member> tp_or_null,
                                  const std::function<void(std::shared_ptr<Call>)>& enqueue) {
  Require(ep != tp_or_null, Code::kParamInvalid,
          "groupEp and groupTp are both \"{}\"; must be two groups", ep->name());
  Stack stack = CaptureStack();
  std::unique_lock ep_lock(ep->numbers_mutex(), std::defer_lock);
  std::unique_lock<std::mutex> tp_lock;
  if (tp_or_null == nullptr) {
    ep_lock.lock();
  } else {
    tp_lock = std::unique_lock(tp_or_null->numbers_mutex(), std::defer_lock);
    std::lock(ep_lock, tp_lock);
    RequireUsable(*tp_or_null);
  }
  RequireUsable(*ep);
  const std::uint64_t ep_number = ep->last_number() + 1;
  const std::uint64_t tp_number = tp_or_null != nullptr ? tp_or_null->last_number() + 1 : 0;
  auto call = std::make_shared<Call>(std::move(operator_name), ep, ep_number, tp_or_null, tp_number,
                                     std::move(stack));
  jitter::At(jitter::Step::kEnqueue, ep->rank(), ep_number);
  try {
    enqueue(call);
  } catch (...) {
    (void)call->Begin();  // the numbers were not taken: nobody is to be told
    throw;
  }
  NoteNumber(*ep, ep_number);
  if (tp_or_null != nullptr) NoteNumber(*tp_or_null, tp_number);
  if (ep->refused().load(std::memory_order_relaxed)) ForgetRefusal(ep->device());
  // The stream may have been aborted the moment it had the task.
  if (const auto dropped_already = call->ConfirmNumbers()) DropCall(*call, *dropped_already);
  return call;
}

void RunCall(Call& call, const AbortFlag& abort,
             const std::function<void(Group& ep, Group* tp)>& body) {
  Require(call.Begin(), Code::kRtAicoreException, "call {} has run or was dropped before",
          call.ep_number());
  const std::unique_ptr<CallContext> context = ContextOf(call, abort);
  if (!EnterTurns(call, *context)) {
    const std::string sentence = TurnSentence(context->sides[0]);
    SkipAll(call, sentence);
    // Another rank may have given the call up before, for its own reason.
    const MeetingView view = ReadMeeting(call.ep()->board(), call.ep_number());
    throw Error(Code::kRtAicoreException,
                view.verdict == Verdict::kFailed ? FailureOf(context->sides[0], view) : sentence);
  }
  const Turns leave_when_done{call};
  call.ep()->SetStack(call.stack());
  if (call.tp() != nullptr) call.tp()->SetStack(call.stack());
  Groups groups(*context);
  try {
    groups.Run(body);
  } catch (...) {
    const std::string sentence =
        groups.Spread(SentenceFor(context->sides[0], std::current_exception()));
    if (call.stack() != nullptr) {
      log::Remember(sentence);  // the synchronise that collects it prints it without the stack
      log::ErrorOnce(fmt::format("{}; phase 2 was called from {}", sentence, *call.stack()));
    }
    throw Error(Code::kRtAicoreException, sentence);
  }
}

void DropCall(Call& call, const std::string& reason) noexcept {
  try {
    if (!call.BeginDrop(reason)) return;
    static const AbortFlag kNoAbort;
    const std::unique_ptr<CallContext> context = ContextOf(call, kNoAbort);
    const CallSide& side = context->sides[0];
    SkipAll(call, SentenceOf(side, fmt::format("rank {} dropped call {}: {}", side.rank(),
                                               side.number, reason)));
  } catch (const std::exception& error) {
    log::Error(fmt::format("cannot tell the peers of call {} that it was dropped: {}",
                           call.ep_number(), error.what()));
  }
}

}  // namespace ferry::comm
