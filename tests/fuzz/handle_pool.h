// Handles that a fuzzer passes on: live ones, ended ones, null and nonsense, of any kind.
#ifndef FERRY_TESTS_FUZZ_HANDLE_POOL_H_
#define FERRY_TESTS_FUZZ_HANDLE_POOL_H_

#include <fuzzer/FuzzedDataProvider.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ferry::fuzz {

class HandlePool {
 public:
  void Add(void* handle) {
    if (handle != nullptr) handles_.push_back(handle);
  }

  // Mostly one that the library has given out at some time.
  void* Any(FuzzedDataProvider& data) const {
    const auto choice = data.ConsumeIntegralInRange<std::size_t>(0, handles_.size() + 1);
    if (choice < handles_.size()) return handles_[choice];
    if (choice == handles_.size()) return nullptr;
    // As an address it is never touched: the library must know its handles by their value.
    return reinterpret_cast<void*>(data.ConsumeIntegral<std::uintptr_t>());
  }

  [[nodiscard]] const std::vector<void*>& all() const { return handles_; }

 private:
  std::vector<void*> handles_;
};

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_HANDLE_POOL_H_
