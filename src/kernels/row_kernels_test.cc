// Every instruction set gives the bits that the definition gives.
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <random>
#include <vector>

#include "kernels/add_rows.h"
#include "kernels/float_environment.h"
#include "kernels/on_each_isa.h"
#include "kernels/weighted_sum.h"

namespace ferry::kernels {
namespace {

struct Problem {
  DType type = DType::kBFloat16;
  std::vector<Bits> rows;
  std::vector<float> weights;
};

Bits ReferenceSum(const Problem& problem) {
  Bits out(problem.rows.front().size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    float sum = 0.0f;
    for (std::size_t t = 0; t < problem.rows.size(); ++t) {
      // volatile: nothing may be fused or kept in more precision here
      volatile float product = Widen(problem.type, problem.rows[t][i]) * problem.weights[t];
      volatile float next = sum + product;
      sum = next;
    }
    out[i] = Round(problem.type, sum);
  }
  return out;
}

// Runs the kernel on rows that lie one byte off any alignment, between guard bytes.
Bits KernelSum(const Problem& problem) {
  const std::size_t bytes = problem.rows.front().size() * 2;
  std::vector<std::vector<std::byte>> memory;
  std::vector<Term> terms;
  for (std::size_t t = 0; t < problem.rows.size(); ++t) {
    memory.emplace_back(bytes + 1);
    if (bytes > 0) std::memcpy(memory.back().data() + 1, problem.rows[t].data(), bytes);
  }
  for (std::size_t t = 0; t < memory.size(); ++t) {
    terms.push_back({memory[t].data() + 1, problem.weights[t]});
  }
  std::vector<std::byte> out(bytes + 2, std::byte{0x5a});
  WeightedSum(problem.type, terms, out.data() + 1, static_cast<std::int64_t>(bytes / 2));
  EXPECT_EQ(out.front(), std::byte{0x5a});
  EXPECT_EQ(out.back(), std::byte{0x5a});
  Bits result(problem.rows.front().size());
  if (bytes > 0) std::memcpy(result.data(), out.data() + 1, bytes);
  return result;
}

Bits KernelAdd(DType type, const Bits& a, const Bits& b) {
  Bits out(a.size());
  AddRows(type, reinterpret_cast<const std::byte*>(a.data()),
          reinterpret_cast<const std::byte*>(b.data()), reinterpret_cast<std::byte*>(out.data()),
          static_cast<std::int64_t>(a.size()));
  return out;
}

Problem RandomProblem(std::mt19937& random, DType type, std::size_t count) {
  Problem problem{.type = type, .rows = {}, .weights = {}};
  const std::size_t terms = 1 + random() % 18;
  const bool any_bits = random() % 3 == 0;  // else finite and close, so that rounding is exercised
  for (std::size_t t = 0; t < terms; ++t) {
    Bits row(count);
    for (std::uint16_t& bits : row) {
      bits = static_cast<std::uint16_t>(random());
      if (!any_bits) {
        bits = Round(type, static_cast<float>(static_cast<std::int16_t>(bits)) / 8192.0f);
      }
    }
    problem.rows.push_back(row);
    problem.weights.push_back(random() % 9 == 0
                                  ? std::bit_cast<float>(static_cast<std::uint32_t>(random()))
                                  : static_cast<float>(random() % 4001) / 2000.0f - 0.5f);
  }
  return problem;
}

class RowKernelsOnEachIsa : public OnEachIsa {};
INSTANTIATE_TEST_SUITE_P(Kernels, RowKernelsOnEachIsa, testing::ValuesIn(AvailableIsas()),
                         IsaTestName);

TEST_P(RowKernelsOnEachIsa, WeightedSumEqualsTheDefinition) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const DType type = seed % 2 == 0 ? DType::kBFloat16 : DType::kFloat16;
    // Both types at each length from 0 to 130, then long ones.
    const std::size_t count = seed <= 262 ? (seed - 1) / 2 : 1000 + random() % 3000;
    const Problem problem = RandomProblem(random, type, count);
    ASSERT_EQ(KernelSum(problem), ReferenceSum(problem));
  }
}

// Spec combine.md section 12.2 to 12.4, repeated so that the vector blocks see them.
struct StatedSum {
  std::vector<float> rows;
  std::vector<std::uint32_t> weights;
  std::uint16_t expected;
};

void ExpectStatedSum(const StatedSum& stated) {
  for (const std::size_t count : {std::size_t{1}, std::size_t{64}, std::size_t{131}}) {
    Problem problem;
    for (std::size_t t = 0; t < stated.rows.size(); ++t) {
      problem.rows.emplace_back(count, FloatToBFloat16(stated.rows[t]));
      problem.weights.push_back(std::bit_cast<float>(stated.weights[t]));
    }
    EXPECT_EQ(KernelSum(problem), Bits(count, stated.expected));
  }
}

TEST_P(RowKernelsOnEachIsa, NothingIsFused) {
  // A fused multiply-add would give 0xB3A0.
  ExpectStatedSum({{3.375f, -5.125f, 3.25f}, {0x3F000000, 0x3F666667, 0x3F666667}, 0x0000});
}

TEST_P(RowKernelsOnEachIsa, TermsAreAddedInTheirOrder) {
  // Descending order would give 0x3200.
  ExpectStatedSum({{1.0f, -2.75f, 0.75f}, {0x3DCCCCCD, 0x3E4CCCCD, 0x3F19999A}, 0x0000});
}

TEST_P(RowKernelsOnEachIsa, TheSumStartsAtPlusZero) {
  ExpectStatedSum({{-0.0f}, {0x3F800000}, 0x0000});
}

TEST_P(RowKernelsOnEachIsa, TheStatedWeightedSumComesOut) {
  ExpectStatedSum({{1.0f, 0.10009765625f}, {0x3E99999A, 0x3F333333}, 0x3EBD});
  ExpectStatedSum({{2.0f, 0.2001953125f}, {0x3E99999A, 0x3F333333}, 0x3F3D});
  ExpectStatedSum({{3.0f, 0.30078125f}, {0x3E99999A, 0x3F333333}, 0x3F8E});
}

TEST_P(RowKernelsOnEachIsa, OutMayBeATermsRow) {
  std::mt19937 random(99);
  Problem problem = RandomProblem(random, DType::kFloat16, 777);
  const Bits expected = ReferenceSum(problem);
  std::vector<Term> terms;
  for (std::size_t t = 0; t < problem.rows.size(); ++t) {
    terms.push_back(
        {reinterpret_cast<const std::byte*>(problem.rows[t].data()), problem.weights[t]});
  }
  WeightedSum(problem.type, terms, reinterpret_cast<std::byte*>(problem.rows[0].data()), 777);
  EXPECT_EQ(problem.rows[0], expected);
}

// All 65536 bit patterns: subnormals, infinities, every NaN, both zeros.
Bits EveryPattern() {
  Bits row(65536);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<std::uint16_t>(i);
  return row;
}

TEST_P(RowKernelsOnEachIsa, EveryPatternTimesOneIsItself) {
  for (const DType type : {DType::kBFloat16, DType::kFloat16}) {
    const Bits sum = KernelSum({.type = type, .rows = {EveryPattern()}, .weights = {1.0f}});
    const std::uint16_t infinity = type == DType::kBFloat16 ? 0x7f80 : 0x7c00;
    for (std::size_t i = 0; i < sum.size(); ++i) {
      std::size_t expected =
          (i & 0x7fff) > infinity ? (type == DType::kBFloat16 ? 0x7fc0 : 0x7e00) : i;
      if (i == 0x8000) expected = 0;  // the sum starts at +0
      ASSERT_EQ(sum[i], expected);
    }
  }
}

TEST_P(RowKernelsOnEachIsa, EveryPatternRoundsAsTheDefinitionDoes) {
  // Weights that make ties, subnormal results, overflow, infinity times 0 and NaN.
  for (const std::uint32_t weight :
       {0x3fc00000U, 0x3f000000U, 0x3a800000U, 0x00000001U, 0x80800000U, 0x477fe000U, 0x7f7fffffU,
        0x7f800000U, 0xff800000U, 0x7fa00000U, 0x80000000U, 0x3f800001U}) {
    for (const DType type : {DType::kBFloat16, DType::kFloat16}) {
      const Problem problem{
          .type = type, .rows = {EveryPattern()}, .weights = {std::bit_cast<float>(weight)}};
      ASSERT_EQ(KernelSum(problem), ReferenceSum(problem)) << std::hex << weight;
    }
  }
}

#if defined(__x86_64__)
TEST_P(RowKernelsOnEachIsa, AProgramThatFlushesSubnormalsChangesNothing) {
  const Problem problem{.type = DType::kBFloat16,
                        .rows = {Bits(100, 0x0001), Bits(100, 0x0080)},
                        .weights = {1.0f, 0.5f}};
  const Bits expected = ReferenceSum(problem);
  const Bits expected_sum(100, 0x0002);
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);  // FTZ and DAZ, as -ffast-math sets them
  const Bits sum = KernelSum(problem);
  const Bits twice = KernelAdd(DType::kBFloat16, problem.rows[0], problem.rows[0]);
  _mm_setcsr(before);
  EXPECT_EQ(sum, expected);
  EXPECT_EQ(twice, expected_sum);
}
#endif

TEST_P(RowKernelsOnEachIsa, AddRowsGivesTheStatedSums) {
  for (const std::size_t count : {std::size_t{1}, std::size_t{50}}) {
    const auto add = [count](DType type, std::uint16_t a, std::uint16_t b) {
      return KernelAdd(type, Bits(count, a), Bits(count, b));
    };
    EXPECT_EQ(add(DType::kBFloat16, 0x3F80, 0x3B80), Bits(count, 0x3F80));
    EXPECT_EQ(add(DType::kBFloat16, 0x3F81, 0x3B80), Bits(count, 0x3F82));
    EXPECT_EQ(add(DType::kFloat16, 0x6800, 0x3C00), Bits(count, 0x6800));
    EXPECT_EQ(add(DType::kFloat16, 0x6801, 0x3C00), Bits(count, 0x6802));
  }
}

TEST_P(RowKernelsOnEachIsa, AddRowsWritesExactlyItsElementsAtAnyAlignment) {
  std::mt19937 random(11);
  for (std::size_t count = 0; count <= 130; ++count) {
    std::vector<std::byte> a(2 * count + 1);
    std::vector<std::byte> b(2 * count + 3);
    for (std::byte& byte : a) byte = static_cast<std::byte>(random());
    for (std::byte& byte : b) byte = static_cast<std::byte>(random());
    std::vector<std::byte> out(2 * count + 2, std::byte{0x5a});
    const DType type = count % 2 == 0 ? DType::kBFloat16 : DType::kFloat16;
    AddRows(type, a.data() + 1, b.data() + 3, out.data() + 1, static_cast<std::int64_t>(count));
    EXPECT_EQ(out.front(), std::byte{0x5a});
    EXPECT_EQ(out.back(), std::byte{0x5a});
    for (std::size_t i = 0; i < count; ++i) {
      std::uint16_t x = 0;
      std::uint16_t y = 0;
      std::uint16_t sum = 0;
      std::memcpy(&x, a.data() + 1 + 2 * i, 2);
      std::memcpy(&y, b.data() + 3 + 2 * i, 2);
      std::memcpy(&sum, out.data() + 1 + 2 * i, 2);
      ASSERT_EQ(sum, Round(type, Widen(type, x) + Widen(type, y))) << count << ' ' << i;
    }
  }
}

TEST_P(RowKernelsOnEachIsa, OutOfAddRowsMayBeEitherRow) {
  const Bits a = EveryPattern();
  Bits b(a.rbegin(), a.rend());
  const Bits expected = KernelAdd(DType::kBFloat16, a, b);
  auto* const rows = reinterpret_cast<std::byte*>(b.data());
  AddRows(DType::kBFloat16, reinterpret_cast<const std::byte*>(a.data()), rows, rows, 65536);
  EXPECT_EQ(b, expected);
}

// The exact sum of two fp16 numbers fits binary64, which is then rounded once by hand.
std::uint16_t HalfOfExactSum(std::uint16_t a, std::uint16_t b) {
  const double exact = static_cast<double>(HalfToFloat(a)) + static_cast<double>(HalfToFloat(b));
  const auto narrow = static_cast<float>(exact);
  if (static_cast<double>(narrow) == exact || exact != exact) return FloatToHalf(narrow);
  // Round to odd in binary32, so that the rounding to fp16 sees that something was cut off.
  auto bits = std::bit_cast<std::uint32_t>(narrow);
  const bool too_far = std::abs(static_cast<double>(narrow)) > std::abs(exact);
  if ((bits & 1U) == 0) bits = too_far ? bits - 1 : bits + 1;
  return FloatToHalf(std::bit_cast<float>(bits));
}

TEST_P(RowKernelsOnEachIsa, AddRowsRoundsTheExactSumOnce) {
  std::mt19937 random(5);
  Bits a(200000);
  Bits b(a.size());
  Bits expected_half(a.size());
  Bits expected_bf16(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = static_cast<std::uint16_t>(random());
    b[i] = static_cast<std::uint16_t>(random());
    expected_half[i] = HalfOfExactSum(a[i], b[i]);
    expected_bf16[i] = FloatToBFloat16(BFloat16ToFloat(a[i]) + BFloat16ToFloat(b[i]));
  }
  EXPECT_EQ(KernelAdd(DType::kFloat16, a, b), expected_half);
  EXPECT_EQ(KernelAdd(DType::kBFloat16, a, b), expected_bf16);
}

}  // namespace
}  // namespace ferry::kernels
