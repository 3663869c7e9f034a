// Spec dispatch.md section 13.7 and vector 8 of combine.md section 12: rows as int8.
#include <cstddef>
#include <utility>

#include "moe/reference_vector_parts.h"

namespace ferry::reference {
namespace {

using Int8s = std::vector<std::int8_t>;

constexpr DType kBf16 = DType::kBFloat16;

// The row that most of these vectors are about.
Bits ExampleRow(DType type) {
  return EncodeAll(type, {1, -2, 0.5, 3.25, -7.0625, 0, 100.5, -33.75});
}

struct Row {
  Bits x;
  Int8s quantized;
  std::uint32_t dynamic_scale;
};

void AppendRow(const Row& row, Ints triple, DispatchResult& result) {
  Append(result.quantized, FilledUp(row.quantized));
  result.dynamic_scales.push_back(FloatOf(row.dynamic_scale));
  Append(result.assist_info, triple);
  ++result.own_rows;
}

Row ExampleWithoutSmoothing() {
  return {ExampleRow(kBf16), {1, -3, 1, 4, -9, 0, 127, -43}, 0x3F4A952A};
}

std::vector<Row> RowsWithoutSmoothing() {
  return {
      ExampleWithoutSmoothing(),
      {EncodeAll(kBf16, {127, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 126.5}),
       {127, 0, 2, 2, 0, -2, -2, 126},
       0x3F800000},
      {EncodeAll(kBf16, {2.75}), {127}, 0x3CB162C5},
      {{}, {}, 0},
      {RowOf({0x0001}), {}, 0},
  };
}

}  // namespace

// Rank 0 sends all rows to expert 2 on rank 1, which sends one back.
DispatchVector QuantisedRows() {
  const std::vector<Row> rows = RowsWithoutSmoothing();
  const auto count = static_cast<std::int32_t>(rows.size());
  const moe::MoeConfig config{.ep_size = 2,
                              .num_experts = 4,
                              .top_k = 1,
                              .hidden = kHidden,
                              .global_batch = 2 * count,
                              .quantization = moe::Quantization::kPerToken};
  DispatchRank rank0{.num_tokens = count, .expert_ids = Ints(rows.size(), 2)};
  const DispatchRank rank1{.num_tokens = 1, .x = FilledUp(rows[2].x), .expert_ids = {0}};
  DispatchResult result0{.expert_token_counts = {1, 0},
                         .expert_token_prefix_sums = {1, 1},
                         .ep_recv_counts = {0, 1, 1, 1}};
  AppendRow(rows[2], {1, 0, 0}, result0);
  DispatchResult result1{.expert_token_counts = {count, 0},
                         .expert_token_prefix_sums = {count, count},
                         .ep_recv_counts = Ints(4, count)};
  for (std::int32_t token = 0; token < count; ++token) {
    const Row& row = rows[static_cast<std::size_t>(token)];
    Append(rank0.x, FilledUp(row.x));
    AppendRow(row, {0, token, 0}, result1);
  }
  return {config, {rank0, rank1}, {result0, result1}};
}

// Both ranks own the same token. Rank 0, which is shared, smooths its copy for expert 1 on rank 1
// and passes factors of 1 for the shared expert; rank 1 passes no factors.
DispatchVector QuantisedRowsWithSmoothing() {
  const moe::MoeConfig config{.ep_size = 2,
                              .num_experts = 3,
                              .num_shared_experts = 1,
                              .num_shared_ranks = 1,
                              .top_k = 1,
                              .hidden = kHidden,
                              .global_batch = 2,
                              .quantization = moe::Quantization::kPerToken};
  const Row plain = ExampleWithoutSmoothing();
  const Row smoothed{plain.x, {2, -15, 2, 1, -27, 0, 95, -127}, 0x3E881020};
  DispatchRank rank0{.num_tokens = 1, .x = FilledUp(plain.x), .expert_ids = {1}};
  rank0.smooth_scales.assign(static_cast<std::size_t>(4 * kHidden), 1.0F);
  const std::vector<float> factors = {0.5F, 2, 1, 0.1F, 1, 3, 0.25F, 1};
  for (std::size_t i = 0; i < factors.size(); ++i) {
    rank0.smooth_scales[static_cast<std::size_t>(1 * kHidden) + i] = 7;  // expert 0
    rank0.smooth_scales[static_cast<std::size_t>(2 * kHidden) + i] = factors[i];
  }
  const DispatchRank rank1{.num_tokens = 1, .x = rank0.x, .expert_ids = {0}};
  DispatchResult result0{
      .expert_token_counts = {2}, .expert_token_prefix_sums = {2}, .ep_recv_counts = {1, 2}};
  AppendRow(plain, {0, 0, 1}, result0);
  AppendRow(plain, {1, 0, 1}, result0);
  DispatchResult result1{.expert_token_counts = {1, 1, 0},
                         .expert_token_prefix_sums = {1, 2, 2},
                         .ep_recv_counts = {0, 1, 2, 2, 2, 2}};
  AppendRow(plain, {1, 0, 0}, result1);
  AppendRow(smoothed, {0, 0, 0}, result1);
  return {config, {rank0, rank1}, {result0, result1}};
}

// Two ranks exchange one token each. Its row holds the group of the vector and a group of zeros;
// the weight is 1, so that xOut is the cell.
CombineVector Int8Transport(DType type) {
  const moe::MoeConfig config{.ep_size = 2,
                              .num_experts = 2,
                              .top_k = 1,
                              .hidden = kHidden,
                              .global_batch = 2,
                              .x_type = type,
                              .transport = moe::Transport::kInt8Groups};
  Bits row = ExampleRow(type);
  row.resize(16, 0);
  Bits cells =
      type == kBf16
          ? EncodeAll(type, {0.79296875, -2.375, 0.79296875, 3.171875, -7.125, 0, 100.5, -34})
          : EncodeAll(type,
                      {0.791503906, -2.375, 0.791503906, 3.166015625, -7.125, 0, 100.5, -34.03125});
  cells.resize(16, 0);
  CombineVector vector{config, {}, {}};
  for (std::int32_t w = 0; w < 2; ++w) {
    vector.world.push_back({.num_tokens = 1,
                            .own_rows = 1,
                            .expand_x = RowOf(row),
                            .assist_info = {1 - w, 0, 0},
                            .expert_ids = {1 - w},
                            .expert_scales = {1.0F}});
    vector.expected.push_back({RowOf(cells), {true}});
  }
  return vector;
}

}  // namespace ferry::reference
