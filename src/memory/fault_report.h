// Says which allocation a forbidden access belongs to, before the access ends the program.
#ifndef FERRY_MEMORY_FAULT_REPORT_H_
#define FERRY_MEMORY_FAULT_REPORT_H_

#include <cstddef>
#include <string_view>

namespace ferry::memory {

// An allocation with forbidden pages around it.
struct GuardedRange {
  const std::byte* extent = nullptr;  // all addresses that belong to it, forbidden ones included
  std::size_t extent_bytes = 0;
  const std::byte* block = nullptr;  // what the program may touch
  std::size_t block_bytes = 0;
  // What it is, where it lies and where it was created; copied.
  std::string_view description;
};

// Makes a range known to the handler of SIGSEGV as long as it lives. The first one installs the
// handler; a handler that the program had before is called after Ferry's lines, and without one the
// signal does what it always does.
class FaultRecord {
 public:
  explicit FaultRecord(const GuardedRange& range);
  FaultRecord(const FaultRecord&) = delete;
  FaultRecord& operator=(const FaultRecord&) = delete;
  ~FaultRecord();

  // The block has been freed: accesses to it are now reported as such.
  void MarkFreed() noexcept;

 private:
  struct Slot;
  friend struct FaultSlots;

  Slot* const slot_;
};

}  // namespace ferry::memory

#endif  // FERRY_MEMORY_FAULT_REPORT_H_
