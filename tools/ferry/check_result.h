// What `ferry check` finds out about a call.
#ifndef FERRY_TOOLS_FERRY_CHECK_RESULT_H_
#define FERRY_TOOLS_FERRY_CHECK_RESULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "check_call.h"

namespace ferry::tool {

struct RuleResult {
  enum class Verdict : std::uint8_t {
    kOk,
    kFails,
    kNotReached,          // holds, but phase 1 answers with an earlier row
    kDoesNotApply,        // to calls like this one
    kRefusedAtLaunch,     // by phase 2, unless an address is set until then
    kRefusedByDevice,     // accepted here unless FERRY_STRICT=1
    kOutsideTheDocument,  // likewise; the device takes it
  };
  std::string id;
  std::string parameter;
  std::string value;  // "" where the row does not apply, as `limit`
  std::string limit;
  Code code = Code::kOk;
  Verdict verdict = Verdict::kOk;
};

[[nodiscard]] const char* NameOf(RuleResult::Verdict verdict);

// The terms of the window's formula and what they come to.
struct Window {
  bool is_known = false;  // false: the experts cannot lie on the ranks as the call says
  std::int64_t max_batch = 0, ep_size = 0, experts_per_rank = 0, top_k = 0, shared_experts = 0;
  std::int64_t dispatch_row = 0, combine_row = 0;  // bytes
  std::int64_t bytes = 0;
  std::int64_t needed_mib = 0;
  std::int64_t set_mib = 0;  // HCCL_BUFFSIZE
};

struct TensorMemory {
  std::string name;
  std::string shape;  // "[8, 7168]"
  std::string type;
  std::int64_t bytes = 0;  // of addresses; saturated
};

struct CheckResult {
  std::string op;
  std::string product;
  bool strict = false;
  std::int64_t num_ranks = 0;  // ep * tp'
  std::int64_t capacity = 0;   // A
  std::vector<RuleResult> rules;
  std::optional<std::size_t> answer;  // the row with which phase 1 refuses the call
  std::optional<std::size_t> launch;  // that of phase 2, once phase 1 accepts
  Window window;
  std::vector<TensorMemory> tensors;  // those that are given
  std::int64_t total_bytes = 0;
};

[[nodiscard]] CheckResult CheckCall(const AnyCall& call);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_CHECK_RESULT_H_
