// Callbacks for a fuzz target, and a thread that runs them.
#ifndef FERRY_TESTS_FUZZ_CALLBACK_THREAD_H_
#define FERRY_TESTS_FUZZ_CALLBACK_THREAD_H_

#include <cstdint>

#include "acl/acl.h"
#include "fuzz/object_session.h"

namespace ferry::fuzz {

// The thread, which processes reports from now on.
std::uint64_t CallbackThreadId();
// Until then it rests, once this is called.
void RestCallbackThread();

// The calling thread, or one that nobody knows.
std::uint64_t AnyThreadId(Session& session);

// Known or not; never one that blocks a stream whose callbacks only the calling thread would run.
aclrtCallbackBlockType AnyBlockType(Session& session);

// Callbacks. `user_data` is a handle of any kind.
void CountCallback(void* user_data);
void WaitForStream(void* user_data);

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_CALLBACK_THREAD_H_
