// The communication window that the operators' documented formula asks HCCL_BUFFSIZE to hold.
//
// Ferry allocates no such window (rows move once, from owner to place); the formula is kept because
// programs size their environment by it and must be refused where CANN would refuse them.
#ifndef FERRY_OPS_WINDOW_SIZE_H_
#define FERRY_OPS_WINDOW_SIZE_H_

#include <cstdint>

namespace ferry::ops {

enum class WindowForm : std::uint8_t { kFullmeshV1, kFullmeshV2 };  // how dispatch rows are padded

// All values >= 0.
struct WindowShape {
  std::int64_t max_batch = 0;         // maxBs
  std::int64_t ep_size = 0;           // ep
  std::int64_t experts_per_rank = 0;  // L, of a MoE rank
  std::int64_t top_k = 0;             // K
  std::int64_t shared_experts = 0;    // S, normalised
  std::int64_t hidden = 0;            // H
};

// Bytes that one row takes in the window: on its way to an expert, and on its way back.
[[nodiscard]] std::int64_t DispatchRowBytesA3(std::int64_t hidden, WindowForm form) noexcept;
[[nodiscard]] std::int64_t CombineRowBytesA3(std::int64_t hidden) noexcept;

// Bytes of the A3 window; the largest int64 when the sum would exceed it.
[[nodiscard]] std::int64_t WindowBytesA3(const WindowShape& shape, WindowForm form) noexcept;

// The smallest HCCL_BUFFSIZE, in MiB, that holds `bytes`.
[[nodiscard]] std::int64_t MiBFor(std::int64_t bytes) noexcept;

}  // namespace ferry::ops

#endif  // FERRY_OPS_WINDOW_SIZE_H_
