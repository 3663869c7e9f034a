#include "runtime/message.h"

#include <optional>
#include <utility>

namespace ferry::runtime {
namespace {

struct ThreadMessages {
  std::optional<std::string> pending;
  std::string handed_out;
  Code last_error = Code::kOk;
};

ThreadMessages& OfThisThread() {
  thread_local ThreadMessages messages;
  return messages;
}

bool IsAclError(Code code) {
  const int thousands = static_cast<int>(code) / 1000;
  return thousands >= 100 && thousands != 161 && thousands != 361 && thousands != 561;
}

}  // namespace

void SetRecentMessage(Code code, std::string message) {
  ThreadMessages& messages = OfThisThread();
  messages.pending = std::move(message);
  if (IsAclError(code)) messages.last_error = code;
}

const char* TakeRecentMessage() {
  ThreadMessages& messages = OfThisThread();
  if (!messages.pending) return nullptr;
  messages.handed_out = std::move(*messages.pending);
  messages.pending.reset();
  return messages.handed_out.c_str();
}

Code PeekLastError() {
  return OfThisThread().last_error;
}

Code TakeLastError() {
  return std::exchange(OfThisThread().last_error, Code::kOk);
}

}  // namespace ferry::runtime
