// Host functions in stream order, run by a thread that the program lends.
#ifndef FERRY_RUNTIME_CALLBACK_H_
#define FERRY_RUNTIME_CALLBACK_H_

#include <cstdint>
#include <memory>

#include "runtime/stream.h"

namespace ferry::runtime {

using CallbackFunction = void (*)(void* user_data);

// Thread `thread_id` (a pthread_t) runs the callbacks of the stream, inside ProcessCallback. Throws
// Error{kRtStreamSubscribe} if the stream has a thread, Error{kRtThreadSubscribe} if the thread has
// a stream.
void SubscribeCallbacks(std::uint64_t thread_id, const std::shared_ptr<Stream>& stream);

// Ends it; callbacks that were launched and not yet run are given up. Throws
// Error{kRtStreamNoCallbackRegistered} unless that thread is the stream's.
void UnsubscribeCallbacks(std::uint64_t thread_id, const std::shared_ptr<Stream>& stream);

// For a stream that has ended: its thread can still run the callbacks that the stream has passed,
// and is then free for another stream.
void EndCallbacks(const std::shared_ptr<Stream>& stream);

// Queues a callback on the stream; with `block` later work of the stream waits until it has run.
// Throws Error{kRtStreamNoCallbackRegistered} if the stream has no thread.
void LaunchCallback(CallbackFunction function, void* user_data, bool block,
                    const std::shared_ptr<Stream>& stream);

// Waits for a callback of this thread and runs it. Throws Error{kRtWaitTimeout} when the time is
// over, Error{kRtStreamNoCallbackRegistered} if this thread has no stream (any more).
void ProcessCallback(Timeout timeout);

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_CALLBACK_H_
