// A call as the command line of `ferry check` that shows all its rules, so that whoever is refused
// can look on without a debugger.
#ifndef FERRY_OPS_CALL_TEXT_H_
#define FERRY_OPS_CALL_TEXT_H_

#include <string>
#include <utility>

#include "ops/combine_call.h"
#include "ops/dispatch_call.h"
#include "ops/rule.h"

namespace ferry::ops {

// `ferry check --op dispatch --ep 8 ...`, for a shell. Leaves out what `ferry check` assumes by
// itself: the documented tensors of these attributes and sizes. Every rule has the same verdict on
// both calls.
[[nodiscard]] std::string CheckCommand(const DispatchCall& call);
[[nodiscard]] std::string CheckCommand(const CombineCall& call);

// A refusal by a row. The advice is what a user can do next; it is printed, but is no part of the
// message.
class RefusedCall : public Error {
 public:
  RefusedCall(Code code, std::string message, std::string advice)
      : Error(code, std::move(message)), advice_(std::move(advice)) {}

  [[nodiscard]] const std::string& advice() const noexcept { return advice_; }

 private:
  std::string advice_;
};

// Throws the row that the call fails, if any: its code, its sentence, and the advice to look on.
template <class Call>
void RequireNone(const Rule<Call>* failure, const Call& call) {
  if (failure == nullptr) return;
  throw RefusedCall(failure->code, Message(*failure, call),
                    "every rule of this call: " + CheckCommand(call));
}

// Throws the first row of phase 1 that the call fails.
template <class Call>
void RequireAll(const Rules<Call>& rules, const Call& call) {
  RequireNone(FirstFailure(rules, call, call.facts.strict), call);
}

// Throws the first row that the call, which phase 1 has accepted, fails in phase 2.
template <class Call>
void RequireAllAtLaunch(const Rules<Call>& rules, const Call& call) {
  RequireNone(FirstFailureAtLaunch(rules, call), call);
}

}  // namespace ferry::ops

#endif  // FERRY_OPS_CALL_TEXT_H_
