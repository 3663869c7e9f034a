// Vectors of spec dispatch.md section 13.7 and combine.md section 12, vector 8.
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <vector>

#include "kernels/convert.h"
#include "kernels/quantize_row.h"
#include "kernels/transport_row.h"

namespace ferry::kernels {
namespace {

using Floats = std::vector<float>;
using Int8s = std::vector<std::int8_t>;

const Floats kExample = {1, -2, 0.5, 3.25, -7.0625, 0, 100.5, -33.75};

std::vector<std::uint16_t> Bits(DType type, const Floats& values) {
  std::vector<std::uint16_t> bits;
  for (const float value : values) {
    bits.push_back(type == DType::kBFloat16 ? FloatToBFloat16(value) : FloatToHalf(value));
  }
  return bits;
}

struct Quantized {
  Int8s values;
  std::uint32_t scale_bits = 0;

  friend bool operator==(const Quantized&, const Quantized&) = default;
};

Quantized Quantize(const std::vector<std::uint16_t>& bits, const float* smooth = nullptr,
                   DType type = DType::kBFloat16) {
  Quantized quantized;
  quantized.values.resize(bits.size(), 77);
  const float scale = QuantizeRow(type, reinterpret_cast<const std::byte*>(bits.data()), smooth,
                                  quantized.values.data(), static_cast<std::int64_t>(bits.size()));
  quantized.scale_bits = std::bit_cast<std::uint32_t>(scale);
  return quantized;
}

TEST(QuantizeRow, GivesTheVectorsOfTheSpecification) {
  EXPECT_EQ(Quantize(Bits(DType::kBFloat16, kExample)),
            (Quantized{{1, -3, 1, 4, -9, 0, 127, -43}, 0x3F4A952A}));
  const Floats smooth = {0.5F, 2, 1, 0.1F, 1, 3, 0.25F, 1};
  EXPECT_EQ(Quantize(Bits(DType::kBFloat16, kExample), smooth.data()),
            (Quantized{{2, -15, 2, 1, -27, 0, 95, -127}, 0x3E881020}));
  EXPECT_EQ(Quantize(Bits(DType::kBFloat16, {127, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 126.5})),
            (Quantized{{127, 0, 2, 2, 0, -2, -2, 126}, 0x3F800000}));
  EXPECT_EQ(Quantize(Bits(DType::kBFloat16, {2.75})), (Quantized{{127}, 0x3CB162C5}));
}

TEST(QuantizeRow, ZeroRowHasZeroScale) {
  const Quantized zeros{{0, 0, 0}, 0};
  EXPECT_EQ(Quantize({0, 0x8000, 0}), zeros);
  EXPECT_EQ(Quantize({1, 1, 1}), zeros) << "127 / the smallest subnormal is not finite";
}

TEST(QuantizeRow, NaNBecomesZeroAndDoesNotEnterTheMaximum) {
  EXPECT_EQ(Quantize({0x7FC0, 0x42FE, 0xFFC0}), (Quantized{{0, 127, 0}, 0x3F800000}));
}

TEST(QuantizeRow, ReadsHalves) {
  EXPECT_EQ(Quantize(Bits(DType::kFloat16, kExample), nullptr, DType::kFloat16),
            (Quantized{{1, -3, 1, 4, -9, 0, 127, -43}, 0x3F4A952A}));
}

std::vector<std::uint16_t> RoundTrip(DType type, const Floats& values) {
  std::vector<std::uint16_t> bits = Bits(type, values);
  auto* row = reinterpret_cast<std::byte*>(bits.data());
  RoundTripInt8(type, row, row, static_cast<std::int64_t>(bits.size()));
  return bits;
}

TEST(RoundTripInt8, GivesTheCellsOfTheSpecification) {
  EXPECT_EQ(
      RoundTrip(DType::kBFloat16, kExample),
      Bits(DType::kBFloat16, {0.79296875, -2.375, 0.79296875, 3.171875, -7.125, 0, 100.5, -34}));
  EXPECT_EQ(RoundTrip(DType::kFloat16, kExample),
            Bits(DType::kFloat16,
                 {0.791503906F, -2.375, 0.791503906F, 3.166015625, -7.125, 0, 100.5, -34.03125}));
}

TEST(RoundTripInt8, GroupsDoNotInfluenceEachOtherAndTheLastMayBeShort) {
  Floats values(8, 0.0F);
  values.insert(values.end(), {127, 1});
  EXPECT_EQ(RoundTrip(DType::kBFloat16, values), Bits(DType::kBFloat16, values));
}

TEST(RoundTripInt8, AQuotientThatRoundsToZeroIsPositiveZero) {
  EXPECT_EQ(RoundTrip(DType::kBFloat16, {127, -0.25}), Bits(DType::kBFloat16, {127, 0}));
}

}  // namespace
}  // namespace ferry::kernels
