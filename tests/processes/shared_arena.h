// Scratch that forked ranks inherit and read at the same addresses.
#ifndef FERRY_TESTS_PROCESSES_SHARED_ARENA_H_
#define FERRY_TESTS_PROCESSES_SHARED_ARENA_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "comm/scratch.h"

namespace ferry::testing {

class SharedArena : public comm::ScratchSource {
 public:
  // To be made before the ranks are forked.
  SharedArena();
  ~SharedArena() override;

  // Nothing is ever reused: Free is without effect.
  std::byte* Allocate(std::size_t bytes, std::int32_t device) override;
  void Free(std::byte* memory) noexcept override;
  void Commit(const void* begin, std::size_t bytes) override;
  [[nodiscard]] std::optional<std::uint64_t> OffsetOf(const void* begin,
                                                      std::size_t bytes) const override;
  [[nodiscard]] const std::byte* PeerAddress(const comm::Board& board, std::int32_t peer,
                                             std::uint64_t offset,
                                             std::uint64_t bytes) const override;

 private:
  std::byte* const base_;
  std::atomic<std::size_t>* const used_;  // at the arena's start
};

}  // namespace ferry::testing

#endif  // FERRY_TESTS_PROCESSES_SHARED_ARENA_H_
