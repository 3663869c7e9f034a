#include "scale/few_tokens.h"

#include <gtest/gtest.h>

namespace ferry::support {
namespace {

constexpr std::int32_t kTopK = 8;

}  // namespace

moe::MoeConfig FewTokens::Config() const {
  return {.ep_size = ep_size,
          .tp_size = 1,
          .num_experts = num_experts,
          .num_shared_experts = 0,
          .num_shared_ranks = 0,
          .top_k = kTopK,
          .hidden = hidden,
          .global_batch = tokens * ep_size,
          .x_type = DType::kBFloat16};
}

// A finite bf16 that tells rank, token and column apart.
std::uint16_t FewTokens::ValueAt(std::size_t rank, std::int64_t token, std::int64_t column) const {
  const std::uint64_t hash =
      (rank * static_cast<std::uint64_t>(tokens) + static_cast<std::uint64_t>(token)) *
          0x9E3779B97F4A7C15ULL +
      static_cast<std::uint64_t>(column) * 0xD1B54A32D192ED03ULL;
  return static_cast<std::uint16_t>(0x3f00 | ((hash >> 40) & 0xff));
}

std::int32_t FewTokens::ExpertOf(std::size_t rank, std::int64_t token, std::int64_t slot) const {
  const std::uint64_t first = rank * 7919 + static_cast<std::uint64_t>(token) * 104729;
  const std::uint64_t step = static_cast<std::uint64_t>(slot) * 31 + 1;
  return static_cast<std::int32_t>((first + step) % static_cast<std::uint64_t>(num_experts));
}

reference::DispatchRank FewTokens::InputOf(std::size_t rank) const {
  reference::DispatchRank input;
  input.num_tokens = tokens;
  for (std::int64_t t = 0; t < tokens; ++t) {
    for (std::int64_t h = 0; h < hidden; ++h) input.x.push_back(ValueAt(rank, t, h));
    for (std::int32_t k = 0; k < kTopK; ++k) input.expert_ids.push_back(ExpertOf(rank, t, k));
  }
  return input;
}

DispatchTensors FewTokens::Dispatch(std::size_t rank) const {
  const Storage unwatched = {.strides = {}, .offset = 0, .foreign = false, .watched = 0};
  DispatchOptions options;
  options.expand_x = unwatched;  // a pattern would fill the capacity, which the library does not
  options.assist_info = unwatched;
  return MakeDispatch(Config(), static_cast<std::int32_t>(rank), InputOf(rank), options);
}

CombineTensors FewTokens::CombineAfter(const DispatchTensors& dispatch) const {
  reference::CombineRank owner;
  owner.num_tokens = tokens;
  owner.expert_scales.assign(static_cast<std::size_t>(tokens * kTopK), 1.0F / kTopK);
  return MakeCombineAfter(Config(), dispatch, owner, {});
}

std::int64_t FewTokens::CheckRows(std::size_t rank, const DispatchTensors& tensors) const {
  const std::int32_t local_experts = Config().experts_per_rank();
  const std::int64_t blocks = std::int64_t{ep_size} * local_experts;
  const std::int64_t n = tensors.ep_recv_counts->Read<std::int32_t>(blocks).back();
  const auto triples = tensors.assist_info->Read<std::int32_t>(3 * n);
  const auto rows = tensors.expand_x->Read<std::uint16_t>(n * hidden);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto source = static_cast<std::size_t>(triples[static_cast<std::size_t>(3 * i)]);
    const std::int64_t token = triples[static_cast<std::size_t>(3 * i + 1)];
    const std::int64_t slot = triples[static_cast<std::size_t>(3 * i + 2)];
    const std::int32_t expert = ExpertOf(source, token, slot);
    EXPECT_EQ(static_cast<std::size_t>(expert / local_experts), rank);
    for (std::int64_t h = 0; h < hidden; ++h) {
      if (rows[static_cast<std::size_t>(i * hidden + h)] == ValueAt(source, token, h)) continue;
      ADD_FAILURE() << "rank " << rank << " row " << i << " column " << h;
      return n;
    }
  }
  return n;
}

void FewTokens::CheckSums(std::size_t rank, const CombineTensors& tensors) const {
  const auto x = tensors.x_out->Read<std::uint16_t>(tokens * hidden);
  for (std::int64_t t = 0; t < tokens; ++t) {
    for (std::int64_t h = 0; h < hidden; ++h) {
      ASSERT_EQ(x[static_cast<std::size_t>(t * hidden + h)], ValueAt(rank, t, h))
          << "rank " << rank << " token " << t;
    }
  }
}

}  // namespace ferry::support
