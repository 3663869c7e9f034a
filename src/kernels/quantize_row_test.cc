#include "kernels/quantize_row.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/float_environment.h"
#include "kernels/on_each_isa.h"

namespace ferry::kernels {
namespace {

struct Quantized {
  std::vector<std::int8_t> y;
  std::uint32_t scale = 0;  // bits of dynamicScale

  bool operator==(const Quantized&) const = default;
};

// The definition, one float at a time. volatile: each operation rounds, and none is fused.
Quantized Definition(DType type, const Bits& row, const std::vector<float>& smooth) {
  std::vector<float> values;
  float max = 0.0f;
  for (std::size_t i = 0; i < row.size(); ++i) {
    volatile float value = Widen(type, row[i]);
    if (!smooth.empty()) value = value * smooth[i];
    values.push_back(static_cast<float>(value));
    if (!std::isnan(values.back())) max = std::max(max, std::fabs(values.back()));
  }
  const volatile float q = 127.0f / max;
  if (!std::isfinite(q)) return {std::vector<std::int8_t>(row.size(), 0), 0};
  Quantized result;
  for (const float value : values) {
    const volatile float product = value * q;
    const float bounded = std::clamp(std::nearbyint(product), -127.0f, 127.0f);
    result.y.push_back(std::isnan(bounded) ? std::int8_t{0} : static_cast<std::int8_t>(bounded));
  }
  const volatile float scale = 1.0f / q;
  result.scale = BitsOf(scale);
  return result;
}

// Every array lies off the alignment of vectors, `out` between guard bytes.
Quantized Kernel(DType type, const Bits& row, const std::vector<float>& smooth) {
  const std::size_t count = row.size();
  ShiftedRow input(row, 1);
  std::vector<float> moved(smooth.size() + 1);
  std::copy(smooth.begin(), smooth.end(), moved.begin() + 1);
  std::vector<std::int8_t> out(count + 2, 0x5a);
  const float scale = QuantizeRow(type, input.data(), smooth.empty() ? nullptr : moved.data() + 1,
                                  out.data() + 1, static_cast<std::int64_t>(count));
  EXPECT_EQ(out.front(), 0x5a);
  EXPECT_EQ(out.back(), 0x5a);
  return {{out.begin() + 1, out.end() - 1}, BitsOf(scale)};
}

class QuantizeRowOnEachIsa : public OnEachIsa {};
INSTANTIATE_TEST_SUITE_P(Kernels, QuantizeRowOnEachIsa, testing::ValuesIn(AvailableIsas()),
                         IsaTestName);

// Spec dispatch.md section 13.7; the rest of each row is zero.
struct StatedRow {
  std::vector<float> row;
  std::vector<float> smooth;
  std::vector<std::int8_t> y;
  std::uint32_t scale;
};

const std::vector<float> kStatedRow = {1, -2, 0.5f, 3.25f, -7.0625f, 0, 100.5f, -33.75f};

void ExpectStated(const StatedRow& stated) {
  for (const std::size_t count :
       {stated.row.size(), std::size_t{8}, std::size_t{100}, std::size_t{256}, std::size_t{7168}}) {
    Bits row;
    for (const float value : stated.row) row.push_back(FloatToBFloat16(value));
    row.resize(count);
    std::vector<float> smooth = stated.smooth;
    if (!smooth.empty()) smooth.resize(count, 1.0f);
    Quantized expected{stated.y, stated.scale};
    expected.y.resize(count);
    EXPECT_EQ(Kernel(DType::kBFloat16, row, smooth), expected) << count;
  }
}

TEST_P(QuantizeRowOnEachIsa, TheStatedRowComesOut) {
  ExpectStated({kStatedRow, {}, {1, -3, 1, 4, -9, 0, 127, -43}, 0x3F4A952A});
}

TEST_P(QuantizeRowOnEachIsa, TheStatedRowWithSmoothScalesComesOut) {
  ExpectStated({kStatedRow,
                {0.5f, 2, 1, 0.1f, 1, 3, 0.25f, 1},
                {2, -15, 2, 1, -27, 0, 95, -127},
                0x3E881020});
}

TEST_P(QuantizeRowOnEachIsa, ReadsHalves) {
  Bits row;
  for (const float value : kStatedRow) row.push_back(FloatToHalf(value));
  const Quantized expected{{1, -3, 1, 4, -9, 0, 127, -43}, 0x3F4A952A};
  EXPECT_EQ(Kernel(DType::kFloat16, row, {}), expected);
}

TEST_P(QuantizeRowOnEachIsa, TiesGoToTheEvenInteger) {
  ExpectStated({{127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 126.5f},
                {},
                {127, 0, 2, 2, 0, -2, -2, 126},
                0x3F800000});
}

TEST_P(QuantizeRowOnEachIsa, TheScaleComesFromTwoDivisions) {
  ExpectStated({{2.75f}, {}, {127}, 0x3CB162C5});
}

TEST_P(QuantizeRowOnEachIsa, ZeroRowHasZeroScale) {
  ExpectStated({{0, -0.0f}, {}, {0, 0}, 0});
  const Bits tiny(333, 0x0001);
  EXPECT_EQ(Kernel(DType::kBFloat16, tiny, {}), (Quantized{std::vector<std::int8_t>(333), 0}));
}

TEST_P(QuantizeRowOnEachIsa, TheSmallestMaximumWithAScaleIsTheStatedOne) {
  // 0x02FE0000 is the largest m whose 127 / m is infinite, and a bf16 number.
  for (const std::size_t count : {std::size_t{1}, std::size_t{65}}) {
    const Quantized below = Kernel(DType::kBFloat16, Bits(count, 0x02FE), {});
    EXPECT_EQ(below, (Quantized{std::vector<std::int8_t>(count), 0}));
    const Quantized above = Kernel(DType::kBFloat16, Bits(count, 0x82FF), {});
    EXPECT_EQ(above.y, std::vector<std::int8_t>(count, -127));
    EXPECT_GT(BinaryOf(above.scale), 0.0f);
  }
}

TEST_P(QuantizeRowOnEachIsa, NaNGivesZeroAndIsNotPartOfTheMaximum) {
  for (const std::size_t count : {std::size_t{2}, std::size_t{33}, std::size_t{200}}) {
    for (const std::uint16_t nan : Bits{0x7fc0, 0xffc1, 0x7f81}) {
      Bits row(count, 0x4000);  // 2
      row[count / 2] = nan;
      std::vector<std::int8_t> y(count, 127);
      y[count / 2] = 0;
      EXPECT_EQ(Kernel(DType::kBFloat16, row, {}).y, y);
    }
    std::vector<float> smooth(count, 1.0f);
    smooth[count / 2] = std::numeric_limits<float>::quiet_NaN();
    std::vector<std::int8_t> y(count, 127);
    y[count / 2] = 0;
    EXPECT_EQ(Kernel(DType::kFloat16, Bits(count, 0x4000), smooth).y, y);
  }
}

std::vector<float> RandomScales(std::mt19937& random, std::size_t count) {
  if (random() % 3 == 0) return {};
  const bool any_bits = random() % 4 == 0;
  std::vector<float> scales(count);
  for (float& scale : scales) {
    scale = any_bits ? BinaryOf(static_cast<std::uint32_t>(random()))
                     : static_cast<float>(random() % 4001) / 1000.0f;
  }
  return scales;
}

TEST_P(QuantizeRowOnEachIsa, RandomRowsEqualTheDefinition) {
  const IeeeFloatEnvironment environment;
  for (unsigned seed = 1; seed <= 1800; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const DType type = seed % 2 == 0 ? DType::kBFloat16 : DType::kFloat16;
    // Both types at each length from 0 to 200 four times, then long ones of odd length.
    const std::size_t count = seed <= 1608 ? (seed / 2) % 201 : 7168 + 1 + 2 * (random() % 40);
    const Bits row = RandomRow(random, type, count);
    const std::vector<float> smooth = RandomScales(random, count);
    ASSERT_EQ(Kernel(type, row, smooth), Definition(type, row, smooth));
  }
}

#if defined(__x86_64__)
TEST_P(QuantizeRowOnEachIsa, AProgramThatFlushesOrRoundsDownChangesNothing) {
  std::mt19937 random(7);
  Bits row(201);
  for (std::uint16_t& bits : row) bits = RandomElement(random, DType::kFloat16, RowKind::kUsual);
  const std::vector<float> smooth(row.size(), 0x1p-124f);  // some products are subnormal
  const Quantized expected = Definition(DType::kFloat16, row, {});
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040 | 0x2000);  // FTZ, DAZ, and rounding down
  const Quantized real = Kernel(DType::kFloat16, row, {});
  const Quantized tiny = Kernel(DType::kFloat16, row, smooth);
  _mm_setcsr(before);
  EXPECT_EQ(real, expected);
  EXPECT_EQ(tiny, Definition(DType::kFloat16, row, smooth));
}
#endif

}  // namespace
}  // namespace ferry::kernels
