// The oracle against the specification's worked examples, and its float types against known bits.
#include "moe/reference.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "moe/reference_float.h"
#include "moe/reference_mask.h"
#include "moe/reference_quantization.h"
#include "moe/reference_vectors.h"

namespace ferry::reference {
namespace {

constexpr DType kBf16 = DType::kBFloat16;
constexpr DType kFp16 = DType::kFloat16;

class OracleDispatch : public testing::TestWithParam<std::string> {};

TEST_P(OracleDispatch, ReproducesTheVector) {
  const DispatchVector vector = DispatchVectorNamed(GetParam());
  const std::vector<DispatchResult> results = Dispatch(vector.config, vector.world);
  ASSERT_EQ(results.size(), vector.expected.size());
  for (std::size_t w = 0; w < results.size(); ++w) {
    SCOPED_TRACE("world rank " + std::to_string(w));
    const DispatchResult& expected = vector.expected[w];
    EXPECT_EQ(results[w].own_rows, expected.own_rows);
    EXPECT_EQ(results[w].peer_rows, expected.peer_rows);
    EXPECT_EQ(results[w].expand_x, expected.expand_x);
    EXPECT_EQ(results[w].quantized, expected.quantized);
    EXPECT_EQ(results[w].dynamic_scales, expected.dynamic_scales);
    EXPECT_EQ(results[w].assist_info, expected.assist_info);
    EXPECT_EQ(results[w].expert_token_counts, expected.expert_token_counts);
    EXPECT_EQ(results[w].expert_token_prefix_sums, expected.expert_token_prefix_sums);
    EXPECT_EQ(results[w].ep_recv_counts, expected.ep_recv_counts);
    EXPECT_EQ(results[w].tp_recv_counts, expected.tp_recv_counts);
  }
}

INSTANTIATE_TEST_SUITE_P(Spec, OracleDispatch, testing::ValuesIn(DispatchVectorNames()),
                         [](const auto& test) { return test.param; });

class OracleCombine : public testing::TestWithParam<std::string> {};

TEST_P(OracleCombine, ReproducesTheVector) {
  const CombineVector vector = CombineVectorNamed(GetParam());
  EXPECT_EQ(Combine(vector.config, vector.world), vector.expected);
}

INSTANTIATE_TEST_SUITE_P(Spec, OracleCombine, testing::ValuesIn(CombineVectorNames()),
                         [](const auto& test) { return test.param; });

TEST(Oracle, RoundTripOfTheWorkedExampleHasTheStatedRows) {
  const DispatchVector vector = DispatchVectorNamed("Section12");
  std::vector<std::int64_t> rows;
  for (const DispatchResult& result : Dispatch(vector.config, vector.world)) {
    rows.push_back(result.own_rows);
  }
  EXPECT_EQ(rows, (std::vector<std::int64_t>{8, 6, 6, 4}));
}

TEST(Oracle, SharedExpertXIsAddedLastWithWeightOne) {
  CombineVector vector = CombineVectorNamed("Vector1Exchange");
  const std::uint16_t ten = Encode(kBf16, 10);
  for (CombineRank& rank : vector.world) rank.shared_expert_x.assign(1024, ten);
  const auto x = Combine(vector.config, vector.world);
  EXPECT_EQ(x[0].x, std::vector<std::uint16_t>(1024, Encode(kBf16, 11.75)));
  EXPECT_EQ(x[1].x, std::vector<std::uint16_t>(1024, Encode(kBf16, 24)));
}

TEST(Oracle, TokenOfMinusZerosGivesPlusZero) {
  CombineVector vector = CombineVectorNamed("Vector1Exchange");
  for (CombineRank& rank : vector.world) {
    rank.expand_x.assign(rank.expand_x.size(), 0x8000);
  }
  for (const CombineResult& result : Combine(vector.config, vector.world)) {
    EXPECT_EQ(result.x, std::vector<std::uint16_t>(1024, 0x0000));
  }
}

TEST(Oracle, NeededCellThatNoRankFilledIsNamed) {
  CombineVector vector = CombineVectorNamed("Vector1Exchange");
  vector.world[1].own_rows = 1;
  try {
    (void)Combine(vector.config, vector.world);
    FAIL() << "a missing row went unnoticed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kRtAicoreException);
    EXPECT_EQ(error.message(), "token 0 slot 0: no rank filled it");
  }
}

TEST(Oracle, ExpertIdOutsideItsRangeIsRefused) {
  DispatchVector vector = DispatchVectorNamed("Section12");
  vector.world[2].expert_ids[1] = 6;
  EXPECT_THROW((void)Dispatch(vector.config, vector.world), Error);
}

TEST(OracleMask, MaskOfOneIdATokenIsPerTokenUnlessItIsSaidToBe2D) {
  const std::vector<std::uint8_t> entries = {0, 1, 1};
  const Mask per_token(entries, false, 3, 1);
  const Mask per_entry(entries, true, 3, 1);
  EXPECT_TRUE(per_token.IsActive(0) && per_token.IsActive(1) && !per_token.IsActive(2));
  EXPECT_TRUE(!per_entry.IsActive(0) && per_entry.IsActive(1) && per_entry.IsActive(2));
}

TEST(OracleMask, MaskOfAnotherSizeIsRefused) {
  DispatchVector vector = DispatchVectorNamed("Section12");
  vector.world[2].mask = {1, 1, 1};
  EXPECT_THROW((void)Dispatch(vector.config, vector.world), Error);
}

TEST(OracleMask, CellsOfInactiveEntriesAreNotRead) {
  CombineVector vector = CombineVectorNamed("Vector1Exchange");
  const std::uint16_t infinity = Encode(kBf16, std::numeric_limits<double>::infinity());
  vector.world[0].mask = {0, 1};
  vector.world[0].expert_ids[0] = -5;
  for (std::size_t h = 0; h < 1024; ++h) vector.world[0].expand_x[h] = infinity;
  EXPECT_EQ(Combine(vector.config, vector.world)[0].x,
            std::vector<std::uint16_t>(1024, Encode(kBf16, 0.75)));
}

TEST(OracleInt8, ScaleIsTwiceRoundedReciprocal) {
  const QuantizedRow row = QuantizeRow(kBf16, {Encode(kBf16, 2.75)}, {});
  EXPECT_EQ(std::bit_cast<std::uint32_t>(row.dynamic_scale), 0x3CB162C5U);
}

TEST(OracleInt8, NanBecomesZeroAndDoesNotEnterTheScale) {
  const std::uint16_t nan = 0xFFC1;
  const QuantizedRow row = QuantizeRow(kBf16, {nan, Encode(kBf16, -127), Encode(kBf16, 2.5)}, {});
  EXPECT_EQ(row.values, (std::vector<std::int8_t>{0, -127, 2}));
  EXPECT_EQ(row.dynamic_scale, 1.0F);
}

// Section 9 names the largest row maximum whose factor overflows.
TEST(OracleInt8, RowIsZeroUpToTheNamedMaximum) {
  const auto quantized_maximum = [](std::uint32_t bits) {
    return QuantizeRow(kBf16, {Encode(kBf16, 1)}, {std::bit_cast<float>(bits)});
  };
  EXPECT_EQ(quantized_maximum(0x02FE0000).values[0], 0);
  EXPECT_EQ(quantized_maximum(0x02FE0000).dynamic_scale, 0.0F);
  EXPECT_FALSE(std::signbit(quantized_maximum(0x02FE0000).dynamic_scale));
  EXPECT_EQ(quantized_maximum(0x02FE0001).values[0], 127);
  EXPECT_GT(quantized_maximum(0x02FE0001).dynamic_scale, 0.0F);
}

TEST(OracleInt8, TransportUsesTheStatedReciprocal) {
  EXPECT_EQ(std::bit_cast<std::uint32_t>(1.0F / 127.0F), 0x3C010204U);
}

TEST(OracleInt8, TransportScalesGroupsOfEightOnTheirOwn) {
  std::vector<std::uint16_t> row(9, Encode(kFp16, 1));
  row[0] = Encode(kFp16, 127);
  row[8] = Encode(kFp16, 0.5);  // alone in its group
  std::vector<std::uint16_t> expected = row;
  expected[8] = Encode(kFp16, 127.0 * Decode(kFp16, Encode(kFp16, 0.5 / 127)));
  EXPECT_EQ(TransportRow(kFp16, row), expected);
}

TEST(OracleFloat, EveryBitPatternSurvivesDecodingAndEncoding) {
  for (const DType type : {kBf16, kFp16}) {
    const FloatFormat format = FormatOf(type);
    for (int bits = 0; bits <= 0xFFFF; ++bits) {
      const double value = Decode(type, static_cast<std::uint16_t>(bits));
      const bool is_nan = (bits & 0x7FFF) > format.infinity_bits();
      ASSERT_EQ(std::isnan(value), is_nan) << bits;
      const int expected = !is_nan ? bits : type == kBf16 ? 0x7FC0 : 0x7E00;
      ASSERT_EQ(Encode(type, value), expected) << bits;
    }
  }
}

TEST(OracleFloat, DecodesKnownBits) {
  EXPECT_EQ(Decode(kBf16, 0x3F80), 1.0);
  EXPECT_EQ(Decode(kBf16, 0xC0E2), -7.0625);
  EXPECT_EQ(Decode(kBf16, 0x0001), std::ldexp(1.0, -133));
  EXPECT_EQ(Decode(kBf16, 0x7F7F), std::ldexp(255.0, 120));
  EXPECT_EQ(Decode(kFp16, 0x3C00), 1.0);
  EXPECT_EQ(Decode(kFp16, 0x0001), std::ldexp(1.0, -24));
  EXPECT_EQ(Decode(kFp16, 0xFBFF), -65504.0);
  EXPECT_EQ(Decode(kFp16, 0x7C00), std::numeric_limits<double>::infinity());
}

TEST(OracleFloat, TiesGoToTheEvenNeighbour) {
  EXPECT_EQ(Encode(kFp16, 2049), 0x6800);
  EXPECT_EQ(Encode(kFp16, 2051), 0x6802);
  EXPECT_EQ(Encode(kBf16, 1 + std::ldexp(1.0, -8)), 0x3F80);
  EXPECT_EQ(Encode(kBf16, 1 + 3 * std::ldexp(1.0, -8)), 0x3F82);
  EXPECT_EQ(Encode(kBf16, 1 + std::ldexp(1.0, -8) + std::ldexp(1.0, -40)), 0x3F81);
}

TEST(OracleFloat, RoundsAtTheEndsOfTheRange) {
  EXPECT_EQ(Encode(kFp16, 65519.999), 0x7BFF);
  EXPECT_EQ(Encode(kFp16, 65520), 0x7C00);
  EXPECT_EQ(Encode(kFp16, -1e300), 0xFC00);
  EXPECT_EQ(Encode(kFp16, std::ldexp(1.0, -25)), 0x0000);
  EXPECT_EQ(Encode(kFp16, std::ldexp(1.5, -25)), 0x0001);
  EXPECT_EQ(Encode(kFp16, -std::ldexp(1.0, -1000)), 0x8000);
  EXPECT_EQ(Encode(kFp16, std::ldexp(2047.0, -25)), 0x0400);
  EXPECT_EQ(Encode(kBf16, std::numeric_limits<float>::max()), 0x7F80);
  EXPECT_EQ(Encode(kBf16, std::ldexp(1.5, -134)), 0x0001);
}

}  // namespace
}  // namespace ferry::reference
