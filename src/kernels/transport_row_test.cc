#include "kernels/transport_row.h"

#include <algorithm>
#include <cmath>

#include "kernels/float_environment.h"
#include "kernels/on_each_isa.h"

namespace ferry::kernels {
namespace {

constexpr std::size_t kGroup = 8;

// The cells of one group by their definition. volatile: each operation rounds, and none is fused.
void DefineGroup(DType type, const std::uint16_t* group, std::size_t count, std::uint16_t* cells) {
  float max = 0.0f;
  for (std::size_t j = 0; j < count; ++j) {
    const float value = Widen(type, group[j]);
    if (!std::isnan(value)) max = std::max(max, std::fabs(value));
  }
  const volatile float s = max * BinaryOf(0x3C010204);
  const float sent = Widen(type, Round(type, s));
  for (std::size_t j = 0; j < count; ++j) {
    const volatile float quotient = Widen(type, group[j]) / s;
    const float narrow = HalfToFloat(FloatToHalf(quotient));
    float q = std::clamp(std::nearbyint(narrow), -128.0f, 127.0f) + 0.0f;  // no integer is -0
    if (s == 0.0f || std::isnan(narrow)) q = 0.0f;
    const volatile float cell = q * sent;
    cells[j] = Round(type, cell);
  }
}

Bits Definition(DType type, const Bits& row) {
  Bits cells(row.size());
  for (std::size_t i = 0; i < row.size(); i += kGroup) {
    DefineGroup(type, row.data() + i, std::min(kGroup, row.size() - i), cells.data() + i);
  }
  return cells;
}

// Both rows lie off any alignment, `out` between guard bytes.
Bits Kernel(DType type, const Bits& row) {
  const std::size_t bytes = 2 * row.size();
  ShiftedRow input(row, 3);
  std::vector<std::byte> out(bytes + 2, std::byte{0x5a});
  RoundTripInt8(type, input.data(), out.data() + 1, static_cast<std::int64_t>(row.size()));
  EXPECT_EQ(out.front(), std::byte{0x5a});
  EXPECT_EQ(out.back(), std::byte{0x5a});
  Bits cells(row.size());
  if (bytes > 0) std::memcpy(cells.data(), out.data() + 1, bytes);
  return cells;
}

class TransportRowOnEachIsa : public OnEachIsa {};
INSTANTIATE_TEST_SUITE_P(Kernels, TransportRowOnEachIsa, testing::ValuesIn(AvailableIsas()),
                         IsaTestName);

// Spec combine.md section 12.8, in every place of a row that vectors can reach.
void ExpectStated(DType type, const std::vector<float>& cells) {
  const std::vector<float> group = {1, -2, 0.5f, 3.25f, -7.0625f, 0, 100.5f, -33.75f};
  for (std::size_t place = 0; place < 20; ++place) {
    for (const std::size_t count : {8 * place + 8, std::size_t{160}, std::size_t{161}}) {
      Bits row(count);
      Bits expected(count);
      for (std::size_t j = 0; j < kGroup; ++j) {
        row[8 * place + j] = Round(type, group[j]);
        expected[8 * place + j] = Round(type, cells[j]);
      }
      EXPECT_EQ(Kernel(type, row), expected) << count << ", group " << place;
    }
  }
}

TEST_P(TransportRowOnEachIsa, TheStatedBFloat16CellsComeOut) {
  ExpectStated(DType::kBFloat16,
               {0.79296875f, -2.375f, 0.79296875f, 3.171875f, -7.125f, 0, 100.5f, -34});
}

TEST_P(TransportRowOnEachIsa, TheStatedHalfCellsComeOut) {
  ExpectStated(DType::kFloat16,
               {0.791503906f, -2.375f, 0.791503906f, 3.166015625f, -7.125f, 0, 100.5f, -34.03125f});
}

TEST_P(TransportRowOnEachIsa, AGroupOfZerosStaysZero) {
  for (const DType type : {DType::kBFloat16, DType::kFloat16}) {
    EXPECT_EQ(Kernel(type, Bits(77, 0)), Bits(77, 0));
    EXPECT_EQ(Kernel(type, Bits(77, 0x8000)), Bits(77, 0));
  }
}

TEST_P(TransportRowOnEachIsa, AQuotientThatRoundsToZeroIsPositiveZero) {
  for (std::size_t place = 0; place < 40; place += 8) {
    Bits row(40);
    row[place] = 0x42fe;      // 127, so s is 1
    row[place + 5] = 0xbe80;  // -0.25
    Bits expected = row;
    expected[place + 5] = 0;
    EXPECT_EQ(Kernel(DType::kBFloat16, row), expected);
  }
}

TEST_P(TransportRowOnEachIsa, TheLastGroupMayBeShort) {
  Bits row(42, 0x3f80);  // 1
  row[40] = 0x42fe;      // 127
  EXPECT_EQ(Kernel(DType::kBFloat16, row)[41], 0x3f80);
}

// Where a quotient lies within fp16's rounding of a half, only that rounding makes it a tie.
TEST_P(TransportRowOnEachIsa, QuotientsAreRoundedToHalfFirst) {
  int differing = 0;
  for (std::uint32_t low = 0x3c00; low < 0x3f00; ++low) {
    const Bits row = {0x3fff, static_cast<std::uint16_t>(low)};
    const Bits cells = Kernel(DType::kFloat16, row);
    ASSERT_EQ(cells, Definition(DType::kFloat16, row));
    const float s = HalfToFloat(row[0]) * BinaryOf(0x3C010204);
    const float unrounded = std::nearbyint(HalfToFloat(row[1]) / s);
    const float sent = HalfToFloat(FloatToHalf(s));
    differing += FloatToHalf(unrounded * sent) != cells[1] ? 1 : 0;
  }
  EXPECT_GT(differing, 0);
}

TEST_P(TransportRowOnEachIsa, NaNBecomesZeroAndLeavesItsGroupAlone) {
  for (const DType type : {DType::kBFloat16, DType::kFloat16}) {
    for (std::size_t at = 0; at < 100; ++at) {
      Bits row(100, Round(type, 3.0f));
      row[at] = 0xffff;
      Bits expected = Definition(type, Bits(100, row[(at + 1) % 100]));
      expected[at] = 0;
      ASSERT_EQ(Kernel(type, row), expected) << at;
    }
  }
}

TEST_P(TransportRowOnEachIsa, RandomRowsEqualTheDefinition) {
  const IeeeFloatEnvironment environment;
  for (unsigned seed = 1; seed <= 1800; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const DType type = seed % 2 == 0 ? DType::kBFloat16 : DType::kFloat16;
    // Both types at each length from 0 to 200 four times, then long ones of odd length.
    const std::size_t count = seed <= 1608 ? (seed / 2) % 201 : 7168 + 1 + 2 * (random() % 40);
    const Bits row = RandomRow(random, type, count);
    ASSERT_EQ(Kernel(type, row), Definition(type, row));
  }
}

TEST_P(TransportRowOnEachIsa, OutMayBeTheRow) {
  std::mt19937 random(12);
  for (const DType type : {DType::kBFloat16, DType::kFloat16}) {
    Bits row(1003);
    for (std::uint16_t& bits : row) bits = RandomElement(random, type, RowKind::kMixed);
    const Bits expected = Definition(type, row);
    auto* const bytes = reinterpret_cast<std::byte*>(row.data());
    RoundTripInt8(type, bytes, bytes, static_cast<std::int64_t>(row.size()));
    EXPECT_EQ(row, expected);
  }
}

#if defined(__x86_64__)
TEST_P(TransportRowOnEachIsa, AProgramThatFlushesOrRoundsDownChangesNothing) {
  std::mt19937 random(8);
  Bits row(201);
  for (std::uint16_t& bits : row) bits = RandomElement(random, DType::kBFloat16, RowKind::kMixed);
  const Bits expected = Definition(DType::kBFloat16, row);
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040 | 0x2000);  // FTZ, DAZ, and rounding down
  const Bits cells = Kernel(DType::kBFloat16, row);
  _mm_setcsr(before);
  EXPECT_EQ(cells, expected);
}
#endif

}  // namespace
}  // namespace ferry::kernels
