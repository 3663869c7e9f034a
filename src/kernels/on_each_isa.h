// What the tests of the row kernels share: rows of bits, and one run of a test per instruction set.
#ifndef FERRY_KERNELS_ON_EACH_ISA_H_
#define FERRY_KERNELS_ON_EACH_ISA_H_

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "base/dtype.h"
#include "kernels/convert.h"
#include "kernels/isa.h"

namespace ferry::kernels {

using Bits = std::vector<std::uint16_t>;

inline float Widen(DType type, std::uint16_t bits) {
  return type == DType::kBFloat16 ? BFloat16ToFloat(bits) : HalfToFloat(bits);
}

inline std::uint16_t Round(DType type, float value) {
  return type == DType::kBFloat16 ? FloatToBFloat16(value) : FloatToHalf(value);
}

inline float BinaryOf(std::uint32_t bits) {
  return std::bit_cast<float>(bits);
}

inline std::uint32_t BitsOf(float value) {
  return std::bit_cast<std::uint32_t>(value);
}

class OnEachIsa : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override { SetIsaForTest(GetParam()); }
  void TearDown() override { SetIsaForTest(AvailableIsas().back()); }
};

inline std::string IsaTestName(const testing::TestParamInfo<Isa>& test) {
  return std::string(NameOf(test.param));
}

// What a row may hold. Each kind exercises something that the others rarely meet.
enum class RowKind : std::uint8_t { kUsual, kAnyBits, kSubnormal, kHuge, kZeros, kMixed };
inline constexpr int kRowKinds = 6;

inline std::uint16_t RandomElement(std::mt19937& random, DType type, RowKind kind) {
  const auto bits = static_cast<std::uint16_t>(random());
  const auto sign = static_cast<std::uint16_t>(bits & 0x8000U);
  const auto infinity = static_cast<std::uint16_t>(type == DType::kBFloat16 ? 0x7f80 : 0x7c00);
  const unsigned fraction = type == DType::kBFloat16 ? 7 : 10;
  switch (kind) {
    case RowKind::kUsual:
      return Round(type, static_cast<float>(static_cast<std::int16_t>(bits)) / 8192.0f);
    case RowKind::kAnyBits:
      return bits;
    case RowKind::kSubnormal:  // and the smallest normal numbers
      return static_cast<std::uint16_t>(sign | (bits & ((2U << fraction) - 1)));
    case RowKind::kHuge:  // the two largest exponents
      return static_cast<std::uint16_t>(
          sign | (infinity - 1U - (bits & ((2U << fraction) - 1)) % infinity));
    case RowKind::kZeros:
      return sign;
    case RowKind::kMixed:
      return RandomElement(random, type, static_cast<RowKind>(random() % (kRowKinds - 1)));
  }
  return bits;
}

inline Bits RandomRow(std::mt19937& random, DType type, std::size_t count) {
  const auto kind = static_cast<RowKind>(random() % kRowKinds);
  Bits row(count);
  for (std::uint16_t& bits : row) bits = RandomElement(random, type, kind);
  return row;
}

// A row that lies `shift` bytes off any alignment.
class ShiftedRow {
 public:
  ShiftedRow(const Bits& row, std::size_t shift) : bytes_(2 * row.size() + shift), shift_(shift) {
    if (!row.empty()) std::memcpy(data(), row.data(), 2 * row.size());
  }
  [[nodiscard]] std::byte* data() { return bytes_.data() + shift_; }

 private:
  std::vector<std::byte> bytes_;
  std::size_t shift_;
};

}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_ON_EACH_ISA_H_
