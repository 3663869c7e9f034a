// A block of memory that ends at a page nobody may touch: what FERRY_STRICT=1 hands out.
//
//   extent   | forbidden | (part of a page) | block | slack | forbidden page |
//
// The block begins at a multiple of 512, as the interface promises, so up to 511 bytes are left
// between its end and the forbidden page. That slack holds a pattern: an overrun that ends in it is
// seen when the block is freed, one that goes further ends the program at the access.
#ifndef FERRY_MEMORY_GUARD_PAGES_H_
#define FERRY_MEMORY_GUARD_PAGES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "memory/extent.h"
#include "memory/fault_report.h"

namespace ferry::memory {

class GuardedBlock {
 public:
  // Bytes of the extent that a block of `bytes` needs.
  [[nodiscard]] static std::size_t ExtentBytes(std::size_t bytes);

  // `extent` is fresh and of ExtentBytes(bytes) bytes; `device` may be kHost; `site` says where the
  // block was asked for.
  GuardedBlock(std::shared_ptr<Extent> extent, std::size_t bytes, std::int32_t device,
               const std::string& site);
  GuardedBlock(const GuardedBlock&) = delete;
  GuardedBlock& operator=(const GuardedBlock&) = delete;
  ~GuardedBlock() = default;

  [[nodiscard]] std::byte* begin() const { return begin_; }
  // Whether the address is the extent's, forbidden ones included.
  [[nodiscard]] bool Surrounds(const std::byte* address) const {
    return address >= extent_->base() && address < extent_->base() + extent_->bytes();
  }
  // `an allocation of 96 usable bytes ... on device 3, created at ...`
  [[nodiscard]] const std::string& description() const { return description_; }
  // acquire: whoever learns that it has been freed sees what came before.
  [[nodiscard]] bool freed() const { return freed_.load(std::memory_order_acquire); }

  // Fills the block with 0xFF (NaN as float32, float16 and bfloat16) and the slack with its
  // pattern, and forbids what lies around them. The block's pages must have been committed.
  void Arm();

  // Where an address that it surrounds lies: `in memory that has been freed, byte 3 of an
  // allocation of ...`, or so many bytes behind the end or before the beginning of one.
  [[nodiscard]] std::string WhereIs(const std::byte* address) const;

  // What was written behind the block; empty if nothing was.
  [[nodiscard]] std::string Overrun() const;

  // Forbids the whole extent, for as long as somebody owns it: an access from now on is reported as
  // one to freed memory.
  void Bury();

 private:
  [[nodiscard]] std::byte* end() const { return begin_ + bytes_; }
  [[nodiscard]] std::byte* guard() const;  // first byte of the forbidden page

  const std::shared_ptr<Extent> extent_;
  const std::size_t bytes_;
  const std::string description_;
  std::byte* const begin_;
  // release once the pattern is there, acquire for who looks for it.
  std::atomic<bool> armed_{false};
  std::atomic<bool> freed_{false};
  FaultRecord record_;
};

}  // namespace ferry::memory

#endif  // FERRY_MEMORY_GUARD_PAGES_H_
