// Scratch from the process's symmetric segment.
#include <cstddef>
#include <cstdint>
#include <memory>

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
  // A process cannot yet read another one's segment.
  [[nodiscard]] bool IsShared(std::uint64_t, std::uint64_t) const override { return false; }
};

}  // namespace

std::shared_ptr<ScratchSource> SegmentScratch() {
  static const std::shared_ptr<ScratchSource> source = std::make_shared<SegmentSource>();
  return source;
}

}  // namespace ferry::comm
