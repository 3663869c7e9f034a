// Which (token, k) pairs of a rank take part in a call: spec dispatch.md section 7, combine.md
// section 7.
#ifndef FERRY_MOE_ACTIVE_MASK_H_
#define FERRY_MOE_ACTIVE_MASK_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/matrix.h"

namespace ferry::moe {

// xActiveMask as its caller passes it. Any byte but 0 is true. By default there is no mask and
// every pair takes part.
struct ActiveMask {
  enum class Form : std::uint8_t {
    kNone,
    kPerToken,  // flags is [num_tokens, 1]; only the number of trues counts
    kPerPair,   // flags is [num_tokens, top_k]
  };

  Form form = Form::kNone;
  Matrix<const std::uint8_t> flags = {};

  [[nodiscard]] static ActiveMask PerToken(const Vector<const std::uint8_t>& flags) {
    return {Form::kPerToken, {flags.data, flags.size, 1, flags.stride, 1}};
  }
  [[nodiscard]] static ActiveMask PerPair(const Matrix<const std::uint8_t>& flags) {
    return {Form::kPerPair, flags};
  }
};

// What a mask says, in memory that nobody else changes. Reused from call to call.
class ActivePairs {
 public:
  // Reads each flag once.
  void Read(const ActiveMask& mask, std::int64_t num_tokens, std::int32_t top_k);

  // The tokens with any active pair, ascending.
  [[nodiscard]] std::span<const std::int32_t> tokens() const { return tokens_; }

  // Whether a token of tokens() has a row in `slot`: the pair (token, slot) is active, or the slot
  // is that of a shared expert, which gets every active token.
  [[nodiscard]] bool HasSlot(std::int64_t token, std::int64_t slot) const {
    return slot >= top_k_ || pairs_[static_cast<std::size_t>(token * top_k_ + slot)];
  }

 private:
  void ReadPairs(const Matrix<const std::uint8_t>& flags);

  std::int32_t top_k_ = 0;
  std::vector<std::int32_t> tokens_;
  std::vector<bool> pairs_;  // [num_tokens, top_k]
};

}  // namespace ferry::moe

#endif  // FERRY_MOE_ACTIVE_MASK_H_
