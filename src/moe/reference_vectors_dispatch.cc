#include <cstddef>
#include <utility>

#include "moe/reference_vector_parts.h"
#include "moe/reference_vector_table.h"
#include "moe/reference_vectors.h"

namespace ferry::reference {
namespace {

DispatchVector WorkedExample() {
  const moe::MoeConfig config{.ep_size = 4,
                              .num_experts = 6,
                              .num_shared_experts = 1,
                              .num_shared_ranks = 1,
                              .top_k = 2,
                              .hidden = kHidden,
                              .global_batch = 8};
  return NumberedWorld(
      config, {{0, 3, 5, 1}, {2, 0, 0, 1}, {4, 5, 3, 2}, {1, 4, 2, 3}},
      {{.rows = {1, 2, 11, 12, 21, 22, 31, 32},
        .triples = {0, 0, 2, 0, 1, 2, 1, 0, 2, 1, 1, 2, 2, 0, 2, 2, 1, 2, 3, 0, 2, 3, 1, 2},
        .counts = {2, 4, 6, 8},
        .type1 = {8}},
       {.rows = {1, 11, 12, 2, 12, 31},
        .triples = {0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 3, 0, 0},
        .counts = {1, 3, 3, 3, 4, 5, 5, 6},
        .type1 = {3, 3},
        .type0 = {3, 6}},
       {.rows = {11, 22, 32, 1, 22, 32},
        .triples = {1, 0, 0, 2, 1, 1, 3, 1, 0, 0, 0, 1, 2, 1, 0, 3, 1, 1},
        .counts = {0, 1, 2, 3, 4, 4, 5, 6},
        .type1 = {3, 3},
        .type0 = {3, 6}},
       {.rows = {21, 31, 2, 21},
        .triples = {2, 0, 0, 3, 0, 1, 0, 1, 0, 2, 0, 1},
        .counts = {0, 0, 1, 2, 3, 3, 4, 4},
        .type1 = {2, 2},
        .type0 = {2, 4}}});
}

DispatchVector ThreeCopiesOfOneSharedExpert() {
  const moe::MoeConfig config{.ep_size = 8,
                              .num_experts = 5,
                              .num_shared_experts = 1,
                              .num_shared_ranks = 3,
                              .top_k = 1,
                              .hidden = kHidden,
                              .global_batch = 8};
  return NumberedWorld(config, {{0}, {1}, {2}, {3}, {4}, {0}, {1}, {2}},
                       {{{}, {0, 0, 1, 3, 0, 1, 6, 0, 1}, {1, 1, 1, 2, 2, 2, 3, 3}, {3}},
                        {{}, {1, 0, 1, 4, 0, 1, 7, 0, 1}, {0, 1, 1, 1, 2, 2, 2, 3}, {3}},
                        {{}, {2, 0, 1, 5, 0, 1}, {0, 0, 1, 1, 1, 2, 2, 2}, {2}},
                        {{}, {0, 0, 0, 5, 0, 0}, {1, 1, 1, 1, 1, 2, 2, 2}, {2}},
                        {{}, {1, 0, 0, 6, 0, 0}, {0, 1, 1, 1, 1, 1, 2, 2}, {2}},
                        {{}, {2, 0, 0, 7, 0, 0}, {0, 0, 1, 1, 1, 1, 1, 2}, {2}},
                        {{}, {3, 0, 0}, {0, 0, 0, 1, 1, 1, 1, 1}, {1}},
                        {{}, {4, 0, 0}, {0, 0, 0, 0, 1, 1, 1, 1}, {1}}});
}

DispatchVector TwoSharedExperts() {
  const moe::MoeConfig config{.ep_size = 6,
                              .num_experts = 2,
                              .num_shared_experts = 2,
                              .num_shared_ranks = 4,
                              .top_k = 1,
                              .hidden = kHidden,
                              .global_batch = 6};
  const Ints even = {1, 1, 2, 2, 3, 3};
  const Ints odd = {0, 1, 1, 2, 2, 3};
  return NumberedWorld(config, {{0}, {1}, {0}, {1}, {0}, {1}},
                       {{{}, {0, 0, 1, 2, 0, 1, 4, 0, 1}, even, {3}},
                        {{}, {1, 0, 1, 3, 0, 1, 5, 0, 1}, odd, {3}},
                        {{}, {0, 0, 2, 2, 0, 2, 4, 0, 2}, even, {3}},
                        {{}, {1, 0, 2, 3, 0, 2, 5, 0, 2}, odd, {3}},
                        {{}, {0, 0, 0, 2, 0, 0, 4, 0, 0}, even, {3}},
                        {{}, {1, 0, 0, 3, 0, 0, 5, 0, 0}, odd, {3}}});
}

DispatchVector UnequalBatches() {
  const moe::MoeConfig config{
      .ep_size = 2, .num_experts = 4, .top_k = 2, .hidden = kHidden, .global_batch = 6};
  return NumberedWorld(
      config, {{3, 0}, {1, 0, 2, 3, 0, 1}},
      {{{}, {0, 0, 1, 1, 0, 1, 1, 2, 0, 1, 0, 0, 1, 2, 1}, {1, 3, 3, 5}, {3, 2}, {3, 5}},
       {{}, {1, 1, 0, 0, 0, 0, 1, 1, 1}, {0, 1, 2, 3}, {1, 2}, {1, 3}}});
}

DispatchVector DuplicateIds() {
  const moe::MoeConfig config{
      .ep_size = 2, .num_experts = 2, .top_k = 3, .hidden = kHidden, .global_batch = 4};
  return NumberedWorld(config, {{1, 0, 1, 0, 0, 1}, {1, 1, 1}},
                       {{{}, {0, 0, 1, 0, 1, 0, 0, 1, 1}, {3, 3}, {3}},
                        {{}, {0, 0, 0, 0, 0, 2, 0, 1, 2, 1, 0, 0, 1, 0, 1, 1, 0, 2}, {3, 6}, {6}}});
}

// As section 13.4 with E 4, so that K stays within E as the operator demands: all copies go to rank
// 1, which receives 9 rows against A = 8.
DispatchVector LegalDuplicateIds() {
  const moe::MoeConfig config{
      .ep_size = 2, .num_experts = 4, .top_k = 3, .hidden = kHidden, .global_batch = 4};
  return NumberedWorld(
      config, {{2, 3, 2, 3, 2, 3}, {2, 2, 2}},
      {{{}, {}, {0, 0, 0, 0}, {0, 0}},
       {{},
        {0, 0, 0, 0, 0, 2, 0, 1, 1, 1, 0, 0, 1, 0, 1, 1, 0, 2, 0, 0, 1, 0, 1, 0, 0, 1, 2},
        {3, 6, 9, 9},
        {6, 3},
        {6, 9}}});
}

DispatchVector TensorParallel() {
  const moe::MoeConfig config{.ep_size = 2,
                              .tp_size = 2,
                              .num_experts = 2,
                              .top_k = 1,
                              .hidden = kHidden,
                              .global_batch = 4};
  DispatchVector vector{config, {}, {}};
  vector.world = {NumberedRank(config, 0, 0, {0, 1}), NumberedRank(config, 1, 0, {1, 1}),
                  NumberedRank(config, 0, 1, {0, 0}), NumberedRank(config, 1, 1, {1, 0})};
  const auto add = [&](const Ints& own, const Ints& peer, Ints triples, Ints counts, Ints tp) {
    Ints rows = own;
    rows.insert(rows.end(), peer.begin(), peer.end());
    DispatchResult result =
        ResultOf(config, {rows, std::move(triples), std::move(counts), {4}, {4}});
    result.own_rows = static_cast<std::int64_t>(own.size());
    result.peer_rows = static_cast<std::int64_t>(peer.size());
    result.tp_recv_counts = std::move(tp);
    vector.expected.push_back(std::move(result));
  };
  add({1, 11, 12}, {112}, {0, 0, 0, 1, 0, 0, 1, 1, 0}, {1, 3, 0, 1}, {3, 1});
  add({112}, {1, 11, 12}, {1, 1, 0}, {0, 1, 1, 3}, {3, 1});
  add({2}, {101, 102, 111}, {0, 1, 0}, {1, 1, 2, 3}, {1, 3});
  add({101, 102, 111}, {2}, {0, 0, 0, 0, 1, 0, 1, 0, 0}, {2, 3, 1, 1}, {1, 3});
  return vector;
}

// What EP rank `ep_rank` of the seed document's sample receives.
DispatchResult SampleResult(std::int32_t ep_rank) {
  DispatchResult result;
  const bool receives = ep_rank <= 3;
  const std::int32_t slot = ep_rank == 0 ? 3 : ep_rank - 1;
  result.own_rows = receives ? 64 : 0;
  result.peer_rows = result.own_rows;
  for (std::int32_t row = 0; row < result.own_rows; ++row) {
    result.assist_info.insert(result.assist_info.end(), {row / 8, row % 8, slot});
  }
  result.expand_x.assign(static_cast<std::size_t>(2 * result.own_rows * 7168), 0x0001);
  result.expert_token_counts = {2 * result.own_rows};
  result.expert_token_prefix_sums = {2 * result.own_rows};
  for (std::int32_t entry = 0; entry < 16; ++entry) {
    result.ep_recv_counts.push_back(receives ? 8 * (entry % 8 + 1) : 0);
  }
  const auto rows = static_cast<std::int32_t>(result.own_rows);
  result.tp_recv_counts = {rows, rows};
  return result;
}

DispatchVector Sample() {
  const moe::MoeConfig config{.ep_size = 8,
                              .tp_size = 2,
                              .num_experts = 7,
                              .num_shared_experts = 1,
                              .num_shared_ranks = 1,
                              .top_k = 3,
                              .hidden = 7168,
                              .global_batch = 64};
  DispatchVector vector{config, {}, {}};
  DispatchRank rank;
  rank.num_tokens = 8;
  rank.x.assign(8 * 7168, 0x0001);
  for (int token = 0; token < 8; ++token) {
    rank.expert_ids.insert(rank.expert_ids.end(), {0, 1, 2});
  }
  for (std::int32_t w = 0; w < 16; ++w) {
    vector.world.push_back(rank);
    vector.expected.push_back(SampleResult(w / 2));
  }
  return vector;
}

constexpr NamedVector<DispatchVector> kVectors[] = {
    {"Section12", WorkedExample},
    {"Section13_1MaskPerToken", [] { return WithMaskPerToken(WorkedExample()); }},
    {"Section13_1MaskPerTokenMinusOneBehind",
     [] { return WithMinusOneBehindMask(WithMaskPerToken(WorkedExample())); }},
    {"Section13_1MaskPerEntry", [] { return WithMaskPerEntry(WorkedExample()); }},
    {"Section13_1MaskPerEntryMinusOneBehind",
     [] { return WithMinusOneBehindMask(WithMaskPerEntry(WorkedExample())); }},
    {"Section13_2ThreeCopies", ThreeCopiesOfOneSharedExpert},
    {"Section13_2TwoSharedExperts", TwoSharedExperts},
    {"Section13_3", UnequalBatches},
    {"Section13_4", DuplicateIds},
    {"Section13_4Legal", LegalDuplicateIds},
    {"Section13_5", TensorParallel},
    {"Section13_6", Sample},
    {"Section13_7", QuantisedRows},
    {"Section13_7Smoothed", QuantisedRowsWithSmoothing},
};

}  // namespace

std::vector<std::string> DispatchVectorNames() {
  return NamesOf<DispatchVector>(kVectors);
}

DispatchVector DispatchVectorNamed(const std::string& name) {
  return BuildNamed<DispatchVector>(kVectors, name);
}

}  // namespace ferry::reference
