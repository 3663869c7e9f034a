// Which streams wait for the callback that a thread runs: it must not wait for them.
#ifndef FERRY_RUNTIME_BLOCKING_CALLBACK_H_
#define FERRY_RUNTIME_BLOCKING_CALLBACK_H_

namespace ferry::runtime {

class Stream;

// While it lives, `stream` waits for what this thread does; null: none does.
class BlockingCallback {
 public:
  explicit BlockingCallback(const Stream* stream);
  BlockingCallback(const BlockingCallback&) = delete;
  BlockingCallback& operator=(const BlockingCallback&) = delete;
  ~BlockingCallback();

 private:
  friend void RequireNoBlockingCallbackOf(const Stream& stream);

  const Stream* const stream_;
  const BlockingCallback* const outer_;  // a callback may run others
};

// Before a wait without limit for the work of `stream`: throws Error{kRtParamInvalid} if that work
// waits for this thread.
void RequireNoBlockingCallbackOf(const Stream& stream);

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_BLOCKING_CALLBACK_H_
