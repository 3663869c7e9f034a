#include <cstddef>
#include <utility>

#include "moe/reference_float.h"
#include "moe/reference_vector_parts.h"
#include "moe/reference_vector_table.h"
#include "moe/reference_vectors.h"

namespace ferry::reference {
namespace {

Bits RowOfValue(double value) {
  return RowOf({Encode(DType::kBFloat16, value)});
}

// Combine behind a dispatch without expert work; every weight is `weight`.
CombineVector WithoutExpertWork(const DispatchVector& dispatch, float weight) {
  CombineVector vector{dispatch.config, {}, {}};
  for (std::size_t w = 0; w < dispatch.world.size(); ++w) {
    const DispatchResult& received = dispatch.expected[w];
    CombineRank rank;
    rank.num_tokens = dispatch.world[w].num_tokens;
    rank.own_rows = received.own_rows;
    rank.peer_rows = received.peer_rows;
    rank.expand_x = received.expand_x;
    rank.assist_info = received.assist_info;
    rank.expert_ids = dispatch.world[w].expert_ids;
    rank.expert_scales.assign(rank.expert_ids.size(), weight);
    rank.mask = dispatch.world[w].mask;
    vector.world.push_back(std::move(rank));
  }
  return vector;
}

// The same with weight 1. Token t of world rank w comes back `rows[w][t]` times; 0: not produced.
CombineVector RoundTrip(const std::string& dispatch_name, const std::vector<Ints>& rows) {
  const DispatchVector dispatch = DispatchVectorNamed(dispatch_name);
  const auto hidden = static_cast<std::size_t>(dispatch.config.hidden);
  CombineVector vector = WithoutExpertWork(dispatch, 1.0F);
  for (std::size_t w = 0; w < rows.size(); ++w) {
    CombineResult result;
    for (std::size_t t = 0; t < rows[w].size(); ++t) {
      result.produced.push_back(rows[w][t] > 0);
      const double token = Decode(DType::kBFloat16, dispatch.world[w].x[t * hidden]);
      Append(result.x, RowOfValue(rows[w][t] * token));
    }
    vector.expected.push_back(std::move(result));
  }
  return vector;
}

// All tokens produced.
CombineResult Produced(Bits x, std::size_t num_tokens = 1) {
  return {std::move(x), std::vector<bool>(num_tokens, true)};
}

// Two rows of MoE experts or fewer, and one of the shared expert.
CombineVector MaskedPerToken(const std::string& dispatch_name) {
  return RoundTrip(dispatch_name, {{3, 3}, {3, 0}, {3, 0}, {0, 0}});
}
CombineVector MaskedPerEntry(const std::string& dispatch_name) {
  return RoundTrip(dispatch_name, {{2, 3}, {0, 3}, {3, 2}, {0, 0}});
}

CombineVector SampleSum() {
  const DispatchVector sample = DispatchVectorNamed("Section13_6");
  CombineVector vector = WithoutExpertWork(sample, 0.1F);
  vector.expected.assign(sample.world.size(), Produced(Bits(8 * 7168, 0x0003), 8));
  return vector;
}

// Expert e returns (e + 2) * x; tokens are 1 and 2.
CombineVector Exchange() {
  const moe::MoeConfig config{
      .ep_size = 2, .num_experts = 2, .top_k = 2, .hidden = kHidden, .global_batch = 2};
  CombineVector vector{config, {}, {}};
  CombineRank rank0{.num_tokens = 1,
                    .own_rows = 2,
                    .assist_info = {0, 0, 0, 1, 0, 1},
                    .expert_ids = {0, 1},
                    .expert_scales = {0.5F, 0.25F}};
  Append(rank0.expand_x, RowOfValue(2));
  Append(rank0.expand_x, RowOfValue(4));
  CombineRank rank1{.num_tokens = 1,
                    .own_rows = 2,
                    .assist_info = {0, 0, 1, 1, 0, 0},
                    .expert_ids = {1, 0},
                    .expert_scales = {1.0F, 2.0F}};
  Append(rank1.expand_x, RowOfValue(3));
  Append(rank1.expand_x, RowOfValue(6));
  vector.world = {rank0, rank1};
  vector.expected = {Produced(RowOfValue(0.5 * 2 + 0.25 * 3)), Produced(RowOfValue(1 * 6 + 2 * 4))};
  return vector;
}

// The same ids behind a shared rank 0, which returns 8 * x; tokens are 1, 2 and 4.
CombineVector ExchangeWithSharedExpert() {
  const moe::MoeConfig config{.ep_size = 3,
                              .num_experts = 2,
                              .num_shared_experts = 1,
                              .num_shared_ranks = 1,
                              .top_k = 2,
                              .hidden = kHidden,
                              .global_batch = 3};
  CombineVector vector{config, {}, {}};
  CombineRank shared{.num_tokens = 1,
                     .own_rows = 3,
                     .assist_info = {0, 0, 2, 1, 0, 2, 2, 0, 2},
                     .expert_ids = {0, 1},
                     .expert_scales = {0.5F, 0.25F}};
  for (const double value : {8, 16, 32}) Append(shared.expand_x, RowOfValue(value));
  CombineRank rank1{.num_tokens = 1,
                    .own_rows = 3,
                    .assist_info = {0, 0, 0, 1, 0, 1, 2, 0, 0},
                    .expert_ids = {1, 0},
                    .expert_scales = {1.0F, 2.0F}};
  for (const double value : {2, 4, 8}) Append(rank1.expand_x, RowOfValue(value));
  CombineRank rank2{.num_tokens = 1,
                    .own_rows = 3,
                    .assist_info = {0, 0, 1, 1, 0, 0, 2, 0, 1},
                    .expert_ids = {0, 1},
                    .expert_scales = {-1.0F, 0.5F}};
  for (const double value : {3, 6, 12}) Append(rank2.expand_x, RowOfValue(value));
  vector.world = {shared, rank1, rank2};
  vector.expected = {Produced(RowOfValue(0.5 * 2 + 0.25 * 3 + 8)),
                     Produced(RowOfValue(1 * 6 + 2 * 4 + 16)),
                     Produced(RowOfValue(-1 * 8 + 0.5 * 12 + 32))};
  return vector;
}

struct WeightedRow {
  Bits pattern;
  float weight;
};

// One token on each rank; k of it goes to expert k on rank k, which returns `rows[k]`.
CombineVector WeightedSum(DType type, const std::vector<WeightedRow>& rows, const Bits& expected) {
  const auto ranks = static_cast<std::int32_t>(rows.size());
  const moe::MoeConfig config{.ep_size = ranks,
                              .num_experts = ranks,
                              .top_k = ranks,
                              .hidden = kHidden,
                              .global_batch = ranks,
                              .x_type = type};
  CombineVector vector{config, {}, {}};
  for (std::int32_t r = 0; r < ranks; ++r) {
    CombineRank rank{.num_tokens = 1, .own_rows = ranks};
    for (std::int32_t owner = 0; owner < ranks; ++owner) {
      Append(rank.expand_x, RowOf(rows[static_cast<std::size_t>(r)].pattern));
      rank.assist_info.insert(rank.assist_info.end(), {owner, 0, r});
      rank.expert_ids.push_back(owner);
      rank.expert_scales.push_back(rows[static_cast<std::size_t>(owner)].weight);
    }
    vector.world.push_back(std::move(rank));
    vector.expected.push_back(Produced(RowOf(expected)));
  }
  return vector;
}

// One token and one expert a rank, to itself; `own` lies in its row, `peer` in the TP peer's copy.
CombineVector TpAdd(DType type, const Bits& peer, const Bits& own, const Bits& expected) {
  const moe::MoeConfig config{.ep_size = 2,
                              .tp_size = 2,
                              .num_experts = 2,
                              .top_k = 1,
                              .hidden = kHidden,
                              .global_batch = 2,
                              .x_type = type};
  CombineVector vector{config, {}, {}};
  for (std::int32_t w = 0; w < 4; ++w) {
    const std::int32_t ep_rank = w / 2;
    CombineRank rank{.num_tokens = 1,
                     .own_rows = 1,
                     .peer_rows = 1,
                     .assist_info = {ep_rank, 0, 0},
                     .expert_ids = {ep_rank},
                     .expert_scales = {1.0F}};
    Append(rank.expand_x, RowOf(own));
    Append(rank.expand_x, RowOf(peer));
    vector.world.push_back(std::move(rank));
    vector.expected.push_back(Produced(RowOf(expected)));
  }
  return vector;
}

constexpr DType kBf16 = DType::kBFloat16;
constexpr DType kFp16 = DType::kFloat16;

Bits Bf16(const std::vector<double>& values) {
  return EncodeAll(kBf16, values);
}

constexpr NamedVector<CombineVector> kVectors[] = {
    {"Vector1Exchange", Exchange},
    {"Vector1ExchangeWithSharedExpert", ExchangeWithSharedExpert},
    {"Vector2WeightedSum",
     [] {
       return WeightedSum(
           kBf16,
           {{Bf16({1, 2, 3}), 0.3F}, {Bf16({0.10009765625, 0.2001953125, 0.30078125}), 0.7F}},
           {0x3EBD, 0x3F3D, 0x3F8E});
     }},
    {"Vector3NothingFused",
     [] {
       return WeightedSum(kBf16,
                          {{Bf16({3.375}), FloatOf(0x3F000000)},
                           {Bf16({-5.125}), FloatOf(0x3F666667)},
                           {Bf16({3.25}), FloatOf(0x3F666667)}},
                          {0x0000});
     }},
    {"Vector4Order",
     [] {
       return WeightedSum(kBf16,
                          {{Bf16({1}), FloatOf(0x3DCCCCCD)},
                           {Bf16({-2.75}), FloatOf(0x3E4CCCCD)},
                           {Bf16({0.75}), FloatOf(0x3F19999A)}},
                          {0x0000});
     }},
    {"Vector5TpAddBf16",
     [] {
       return TpAdd(kBf16, {0x3F80, 0x3F81}, {0x3B80, 0x3B80}, {0x3F80, 0x3F82});
     }},
    {"Vector5TpAddFp16",
     [] {
       return TpAdd(kFp16, EncodeAll(kFp16, {2048, 2050}), EncodeAll(kFp16, {1, 1}),
                    {0x6800, 0x6802});
     }},
    {"Vector6TpWithoutExpertWork",
     [] {
       return RoundTrip("Section13_5", {{2, 2}, {2, 2}, {2, 2}, {2, 2}});
     }},
    {"Vector7Sample", SampleSum},
    {"Vector8Int8TransportBf16", [] { return Int8Transport(kBf16); }},
    {"Vector8Int8TransportFp16", [] { return Int8Transport(kFp16); }},
    {"Vector12MaskPerToken", [] { return MaskedPerToken("Section13_1MaskPerToken"); }},
    {"Vector12MaskPerTokenMinusOneBehind",
     [] { return MaskedPerToken("Section13_1MaskPerTokenMinusOneBehind"); }},
    {"Vector12MaskPerEntry", [] { return MaskedPerEntry("Section13_1MaskPerEntry"); }},
    {"Vector12MaskPerEntryMinusOneBehind",
     [] { return MaskedPerEntry("Section13_1MaskPerEntryMinusOneBehind"); }},
    {"Vector13RoundTrip",
     [] {
       return RoundTrip("Section12", {{3, 3}, {3, 3}, {3, 3}, {3, 3}});
     }},
};

}  // namespace

std::vector<std::string> CombineVectorNames() {
  return NamesOf<CombineVector>(kVectors);
}

CombineVector CombineVectorNamed(const std::string& name) {
  return BuildNamed<CombineVector>(kVectors, name);
}

}  // namespace ferry::reference
