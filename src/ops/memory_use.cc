#include "ops/memory_use.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/env.h"
#include "base/error.h"
#include "memory/segment.h"

namespace ferry::ops {
namespace {

struct Notes {
  std::mutex mutex;
  std::vector<const UseNote*> all;  // in the order of the calls; guarded by mutex

  static Notes& Get() {
    static auto* const notes = new Notes;
    return *notes;
  }
};

bool Overlap(const MemoryRange& a, const MemoryRange& b) {
  return a.begin < b.end && b.begin < a.end;
}

std::string SentenceOf(const comm::Call& call) {
  return fmt::format("{} call {} on group \"{}\" (rank {})", call.operator_name(), call.ep_number(),
                     call.ep()->name(), call.ep()->rank());
}

}  // namespace

void AddUse(const char* parameter, const OptionalTensor& tensor, MemoryUses& uses) {
  if (!env::Strict() || !tensor || tensor->data == nullptr) return;
  const ByteExtent extent = ExtentOf(tensor);
  const auto data = reinterpret_cast<std::uintptr_t>(tensor->data);
  // Unsigned arithmetic: a view may begin before its storage's pointer.
  const MemoryRange range = {data + static_cast<std::uintptr_t>(extent.begin),
                             data + static_cast<std::uintptr_t>(extent.end)};
  if (range.begin < range.end)
    uses.push_back({parameter, range, memory::ProcessSegment().GuardOf(tensor->data)});
}

void AddUse(const char* parameter, const void* begin, std::size_t bytes, MemoryUses& uses) {
  if (!env::Strict()) return;
  const auto first = reinterpret_cast<std::uintptr_t>(begin);
  uses.push_back({parameter, {first, first + bytes}, memory::ProcessSegment().GuardOf(begin)});
}

std::unique_ptr<const UseNote> UseNote::Make(const comm::Call& call, const MemoryUses& uses) {
  return uses.empty() ? nullptr : std::make_unique<const UseNote>(SentenceOf(call), uses);
}

std::unique_ptr<const UseNote> UseNote::Make(const char* api, const MemoryUses& uses) {
  return uses.empty() ? nullptr : std::make_unique<const UseNote>(api, uses);
}

UseNote::UseNote(std::string user, MemoryUses uses)
    : user_(std::move(user)), uses_(std::move(uses)) {
  Notes& notes = Notes::Get();
  const std::lock_guard lock(notes.mutex);
  notes.all.push_back(this);
}

UseNote::~UseNote() {
  Notes& notes = Notes::Get();
  const std::lock_guard lock(notes.mutex);
  notes.all.erase(std::find(notes.all.begin(), notes.all.end(), this));
}

const char* UseNote::ParameterIn(const MemoryRange& range) const {
  for (const MemoryUse& use : uses_) {
    if (Overlap(use.range, range)) return use.parameter;
  }
  return nullptr;
}

std::string UseNote::FreedParameter() const {
  for (const MemoryUse& use : uses_) {
    if (use.block == nullptr || !use.block->freed()) continue;
    const auto begin = reinterpret_cast<std::uintptr_t>(use.block->begin());
    return fmt::format(
        "{} lies in memory that was freed before the call ran, at byte {} of {}; free it after the "
        "synchronise (FERRY_STRICT=1)",
        use.parameter, static_cast<std::intptr_t>(use.range.begin - begin),
        use.block->description());
  }
  return {};
}

void RequireUnused(const void* memory, const char* argument) {
  if (!env::Strict()) return;
  const auto allocation = memory::ProcessSegment().Find(memory);
  if (!allocation) return;
  const auto begin = reinterpret_cast<std::uintptr_t>(allocation->base);
  const MemoryRange range = {begin, begin + allocation->bytes};
  Notes& notes = Notes::Get();
  const std::lock_guard lock(notes.mutex);
  for (const UseNote* note : notes.all) {
    const char* const parameter = note->ParameterIn(range);
    Require(parameter == nullptr, Code::kRtParamInvalid,
            "{} {} holds {} of {}, which has not ended; synchronise its stream before freeing. The "
            "memory is not freed (FERRY_STRICT=1)",
            argument, memory, parameter == nullptr ? "" : parameter, note->user());
  }
}

}  // namespace ferry::ops
