#include "base/live_objects.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/call_site.h"
#include "base/log.h"

namespace ferry::live {
namespace {

constexpr std::size_t kMostLines = 18;

struct Sum {
  const char* ended_by = nullptr;
  std::size_t objects = 0;
  std::size_t bytes = 0;
};
// By noun, whether aclrtResetDevice took them, and site.
using Sums = std::map<std::tuple<std::string_view, bool, std::string>, Sum>;

std::atomic<Registry*> current{nullptr};
std::atomic<Registry*> inherited{nullptr};

// Runs in a forked child, which has one thread: its parent's objects are not its own to end. No
// lock, because another thread of the parent may have held it.
void ForgetParentsObjects() {
  inherited.store(current.exchange(nullptr, std::memory_order_relaxed), std::memory_order_relaxed);
}

std::string Count(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string CountsByNoun(const Sums& sums) {
  std::map<std::string_view, std::size_t> counts;
  for (const auto& [key, sum] : sums) counts[std::get<0>(key)] += sum.objects;
  std::string text;
  for (const auto& [noun, count] : counts) {
    text += text.empty() ? "" : ", ";
    text += Count(count, noun);
  }
  return text;
}

std::string LineOf(const Sums::value_type& group) {
  const auto& [noun, lost, site] = group.first;
  const Sum& sum = group.second;
  std::string text = Count(sum.objects, noun);
  if (sum.bytes > 0) text += fmt::format(" ({} bytes)", sum.bytes);
  return fmt::format("leak: {} never ended with {}{}, created at {}", text, sum.ended_by,
                     lost ? ", only lost with aclrtResetDevice" : "", site);
}

}  // namespace

void Registry::Add(const Kind& kind, const void* key, std::size_t bytes, std::int32_t device) {
  Object object{.kind = kind, .bytes = bytes, .device = device, .site = CallSite()};
  const std::lock_guard lock(mutex_);
  alive_.insert_or_assign(key, std::move(object));
}

void Registry::Remove(const void* key) {
  const std::lock_guard lock(mutex_);
  alive_.erase(key);
}

void Registry::Lose(const void* key) {
  const std::lock_guard lock(mutex_);
  const auto object = alive_.find(key);
  if (object == alive_.end()) return;
  lost_.push_back(std::move(object->second));
  alive_.erase(object);
}

void Registry::LoseDevice(std::int32_t device) {
  const std::lock_guard lock(mutex_);
  for (auto object = alive_.begin(); object != alive_.end();) {
    if (object->second.device != device) {
      ++object;
      continue;
    }
    lost_.push_back(std::move(object->second));
    object = alive_.erase(object);
  }
}

std::vector<std::string> Registry::TakeReport(std::size_t most) {
  Sums sums;
  const auto add = [&sums](const Object& object, bool lost) {
    Sum& sum = sums[{object.kind.noun, lost, object.site}];
    sum.ended_by = object.kind.ended_by;
    ++sum.objects;
    sum.bytes += object.bytes;
  };
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, object] : alive_) add(object, false);
    for (const Object& object : lost_) add(object, true);
    alive_.clear();
    lost_.clear();
  }
  if (sums.empty()) return {};
  std::vector<std::string> lines = {
      fmt::format("aclFinalize: never ended by the program: {}", CountsByNoun(sums))};
  std::size_t left_out = 0;
  for (const auto& group : sums) {
    if (lines.size() > most) {
      left_out += group.second.objects;
    } else {
      lines.push_back(LineOf(group));
    }
  }
  if (left_out > 0) {
    lines.push_back(fmt::format("leak: {} more, created at {} other place(s)",
                                Count(left_out, "object"), sums.size() - most));
  }
  return lines;
}

// Never destroyed: threads may outlive statics.
Registry& Registry::OfProcess() {
  static const int registered = ::pthread_atfork(nullptr, nullptr, ForgetParentsObjects);
  static_cast<void>(registered);
  // acquire: pairs with the publication below.
  if (Registry* const registry = current.load(std::memory_order_acquire)) return *registry;
  auto made = std::make_unique<Registry>();
  Registry* seen = nullptr;
  // acq_rel: publishes the registry, or sees the one that another thread was faster to make.
  if (current.compare_exchange_strong(seen, made.get(), std::memory_order_acq_rel))
    return *made.release();
  return *seen;
}

void ReportLeaks() {
  if (!env::Strict()) return;
  for (const std::string& line : Registry::OfProcess().TakeReport(kMostLines)) log::Error(line);
}

}  // namespace ferry::live
