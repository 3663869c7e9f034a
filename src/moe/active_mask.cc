#include "moe/active_mask.h"

#include <numeric>

#include "moe/read_once.h"

namespace ferry::moe {
namespace {

std::int64_t CountTrues(const Matrix<const std::uint8_t>& flags) {
  std::int64_t trues = 0;
  for (std::int64_t row = 0; row < flags.rows; ++row) trues += ReadOnce(flags(row, 0)) != 0 ? 1 : 0;
  return trues;
}

}  // namespace

void ActivePairs::ReadPairs(const Matrix<const std::uint8_t>& flags) {
  for (std::int64_t token = 0; token < flags.rows; ++token) {
    bool any = false;
    for (std::int64_t k = 0; k < flags.cols; ++k) {
      const bool active = ReadOnce(flags(token, k)) != 0;
      pairs_[static_cast<std::size_t>(token * top_k_ + k)] = active;
      any |= active;
    }
    if (any) tokens_.push_back(static_cast<std::int32_t>(token));
  }
}

void ActivePairs::Read(const ActiveMask& mask, std::int64_t num_tokens, std::int32_t top_k) {
  const bool per_pair = mask.form == ActiveMask::Form::kPerPair;
  top_k_ = top_k;
  tokens_.clear();
  pairs_.assign(static_cast<std::size_t>(num_tokens * top_k), !per_pair);
  if (per_pair) {
    ReadPairs(mask.flags);
    return;
  }
  const bool per_token = mask.form == ActiveMask::Form::kPerToken;
  const std::int64_t active = per_token ? CountTrues(mask.flags) : num_tokens;
  tokens_.resize(static_cast<std::size_t>(active));
  std::iota(tokens_.begin(), tokens_.end(), 0);
}

}  // namespace ferry::moe
