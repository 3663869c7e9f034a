// Sequences of calls on objects of every state: what the targets of objects share.
#ifndef FERRY_TESTS_FUZZ_OBJECT_SESSION_H_
#define FERRY_TESTS_FUZZ_OBJECT_SESSION_H_

#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fuzz/handle_pool.h"

namespace ferry::fuzz {

inline constexpr std::int32_t kDevices = 3;
inline constexpr std::size_t kHostBytes = 256;
// Milliseconds. Enough for idle streams; what waits for a callback or a peer may go on waiting.
inline constexpr std::int32_t kShortWait = 5;

struct Session {
  FuzzedDataProvider data;
  HandlePool handles = {};  // of any kind
  HandlePool memory = {};   // of devices
  std::array<std::byte, kHostBytes> host = {};
  bool lent_own_thread = false;  // callbacks may wait for the thread that takes the steps

  void* handle() { return handles.Any(data); }
  // A handle as the pointer that a function takes.
  template <class T>
  T* handle_as() {
    return static_cast<T*>(handle());
  }
  // Null or some device memory, perhaps inside it, freed memory included while it is kept.
  void* address();
  std::int64_t number();
  std::size_t size() { return static_cast<std::size_t>(number()); }
  // As a smaller integer or an enumeration, known or not.
  template <class T>
  T number_as() {
    return static_cast<T>(number());
  }
  std::vector<std::int64_t> numbers(std::size_t count);
  std::string text() { return data.ConsumeRandomLengthString(40); }
};

// Returns the code of the call.
using Step = std::int32_t (*)(Session&);

// Takes steps that the input chooses until it ends; each refusal must come with a message.
void TakeSteps(Session& session, std::span<const std::span<const Step>> tables);

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_OBJECT_SESSION_H_
