#include "ops/routed_ids.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::ops {
namespace {

const char* OnOff(bool active) {
  return active ? "active" : "masked off";
}

}  // namespace

RoutedIds ReadRoutedIds(const Matrix<const std::int32_t>& expert_ids, const moe::ActiveMask& mask) {
  const auto size = static_cast<std::size_t>(expert_ids.rows * expert_ids.cols);
  RoutedIds routed = {expert_ids.rows, expert_ids.cols, std::vector<std::int32_t>(size),
                      std::vector<bool>(size)};
  moe::ActivePairs pairs;
  pairs.Read(mask, expert_ids.rows, static_cast<std::int32_t>(expert_ids.cols));
  for (const std::int32_t token : pairs.tokens()) {
    for (std::int64_t k = 0; k < expert_ids.cols; ++k) {
      if (!pairs.HasSlot(token, k)) continue;
      const auto at = static_cast<std::size_t>(token * expert_ids.cols + k);
      routed.active[at] = true;
      routed.ids[at] = expert_ids(token, k);
    }
  }
  return routed;
}

std::string DuplicateId(const RoutedIds& ids, std::int32_t num_experts, std::int32_t rank) {
  for (std::int64_t t = 0; t < ids.num_tokens; ++t) {
    for (std::int64_t k = 1; k < ids.top_k; ++k) {
      const std::int32_t id = ids.At(t, k);
      if (!ids.IsActive(t, k) || id < 0 || id >= num_experts) continue;
      for (std::int64_t before = 0; before < k; ++before) {
        if (!ids.IsActive(t, before) || ids.At(t, before) != id) continue;
        return fmt::format(
            "rank {} token {}: expertIds has expert {} twice, at k {} and k {}; the experts of a "
            "token must differ (FERRY_STRICT=1)",
            rank, t, id, before, k);
      }
    }
  }
  return {};
}

std::string DifferenceOf(const RoutedIds& combine, const RoutedIds& dispatch) {
  const std::int64_t tokens = std::max(combine.num_tokens, dispatch.num_tokens);
  const std::int64_t top_k = std::max(combine.top_k, dispatch.top_k);
  for (std::int64_t t = 0; t < tokens; ++t) {
    for (std::int64_t k = 0; k < top_k; ++k) {
      const bool active = combine.IsActive(t, k);
      const bool was_active = dispatch.IsActive(t, k);
      if (active == was_active && (!active || combine.At(t, k) == dispatch.At(t, k))) continue;
      if (combine.num_tokens != dispatch.num_tokens || combine.top_k != dispatch.top_k) {
        return fmt::format("expertIds is [{}, {}], and was [{}, {}] in the dispatch",
                           combine.num_tokens, combine.top_k, dispatch.num_tokens, dispatch.top_k);
      }
      if (active != was_active) {
        return fmt::format("token {} k {}: xActiveMask has it {}, and had it {} in the dispatch", t,
                           k, OnOff(active), OnOff(was_active));
      }
      return fmt::format("token {} k {}: expertIds has {}, and had {} in the dispatch", t, k,
                         combine.At(t, k), dispatch.At(t, k));
    }
  }
  return {};
}

}  // namespace ferry::ops
