#include "fuzz/object_session.h"

#include "acl/acl.h"
#include "fuzz/call_arguments.h"
#include "fuzz/fuzz_world.h"

namespace ferry::fuzz {
namespace {

constexpr int kSteps = 60;

}  // namespace

void* Session::address() {
  void* const start = memory.all().empty() ? nullptr : memory.Any(data);
  for (void* const known : memory.all()) {
    if (start == known) {
      return static_cast<std::byte*>(start) + data.ConsumeIntegralInRange<int>(0, 700);
    }
  }
  return nullptr;
}

std::int64_t Session::number() {
  return BorderingInteger(data);
}

std::vector<std::int64_t> Session::numbers(std::size_t count) {
  std::vector<std::int64_t> numbers(count);
  for (std::int64_t& number : numbers) number = BorderingInteger(data);
  return numbers;
}

void TakeSteps(Session& session, std::span<const std::span<const Step>> tables) {
  for (int taken = 0; taken < kSteps && session.data.remaining_bytes() != 0; ++taken) {
    const auto table = session.data.ConsumeIntegralInRange<std::size_t>(0, tables.size() - 1);
    const std::span<const Step> steps = tables[table];
    const auto step = session.data.ConsumeIntegralInRange<std::size_t>(0, steps.size() - 1);
    if (steps[step](session) == 0) continue;
    Demand(aclGetRecentErrMsg() != nullptr, "a message with each refusal");
  }
}

}  // namespace ferry::fuzz
