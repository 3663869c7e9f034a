// Scratch from the process's symmetric segment.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "comm/board.h"
#include "comm/scratch.h"
#include "memory/segment.h"

namespace ferry::comm {
namespace {

class SegmentSource : public ScratchSource {
 public:
  std::byte* Allocate(std::size_t bytes, std::int32_t device) override {
    return static_cast<std::byte*>(
        memory::ProcessSegment().Allocate(bytes, device, memory::Owner::kFerry));
  }
  void Free(std::byte* memory) noexcept override { memory::ProcessSegment().Free(memory); }
  void Commit(const void* begin, std::size_t bytes) override {
    memory::ProcessSegment().Commit(begin, bytes);
  }
  [[nodiscard]] std::optional<std::uint64_t> OffsetOf(const void* begin,
                                                      std::size_t bytes) const override {
    return memory::ProcessSegment().OffsetOf(begin, bytes);
  }
  [[nodiscard]] bool Reaches(const Board& board, std::int32_t peer) const override {
    return board.peer_files().Knows(peer);
  }
  void Reach(const Board& board, std::int32_t peer, const Patience& patience) const override {
    board.peer_files().Reach(board, peer, patience);
  }
  [[nodiscard]] const std::byte* PeerAddress(const Board& board, std::int32_t peer,
                                             std::uint64_t offset,
                                             std::uint64_t bytes) const override {
    return board.peer_files().At(peer, offset, bytes);
  }
};

}  // namespace

std::shared_ptr<ScratchSource> SegmentScratch() {
  static const std::shared_ptr<ScratchSource> source = std::make_shared<SegmentSource>();
  return source;
}

}  // namespace ferry::comm
