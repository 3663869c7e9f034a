#include "random_values.h"

#include <bit>

namespace ferry::support {
namespace {

// Of a 16-bit float.
struct Fields {
  int fraction_bits;
  int exponent_of_one;
  int largest_exponent;  // of infinities and NaNs
};

Fields FieldsOf(DType type) {
  return type == DType::kBFloat16 ? Fields{7, 127, 255} : Fields{10, 15, 31};
}

std::uint16_t ChooseBits(Random& random, const Fields& fields, Values values) {
  const std::uint64_t bits = random.Bits();
  const auto compose = [&](std::uint64_t exponent) {
    const std::uint64_t fraction = (bits >> 20) & ((1U << fields.fraction_bits) - 1);
    return static_cast<std::uint16_t>((bits & 0x8000) | (exponent << fields.fraction_bits) |
                                      fraction);
  };
  const std::uint64_t roll = bits >> 40;
  const auto infinite = static_cast<std::uint64_t>(fields.largest_exponent);
  switch (values) {
    case Values::kOrdinary:  // sums stay finite and cancel now and then
      return compose(static_cast<std::uint64_t>(fields.exponent_of_one - 2) + roll % 5);
    case Values::kSubnormal:
      return compose(0);
    case Values::kFiniteOrNan:
      if (roll % 64 == 0) return static_cast<std::uint16_t>(compose(infinite) | 1U);
      [[fallthrough]];
    case Values::kAnyFinite:
      return compose(roll % infinite);
    case Values::kAnyBits:
      break;
  }
  return compose(roll % (infinite + 1));
}

}  // namespace

std::vector<std::uint16_t> ChooseRows(Random& random, DType type, Values values,
                                      std::int64_t elements) {
  const Fields fields = FieldsOf(type);
  std::vector<std::uint16_t> rows(static_cast<std::size_t>(elements));
  for (std::uint16_t& element : rows) element = ChooseBits(random, fields, values);
  return rows;
}

float ChooseWeight(Random& random) {
  if (random.OneIn(50)) return std::bit_cast<float>(static_cast<std::uint32_t>(random.Bits()));
  if (random.OneIn(30)) return 0.0F;
  return static_cast<float>(random.Between(-1000, 3000)) / 2048.0F;
}

std::vector<float> ChooseFactors(Random& random, bool at_most_one, std::int64_t elements) {
  std::vector<float> factors(static_cast<std::size_t>(elements));
  const float unit = at_most_one ? 1.0F / 1024.0F : 1.0F / 64.0F;
  for (float& factor : factors) {
    const std::uint64_t bits = random.Bits();
    factor = static_cast<float>(static_cast<int>(bits % 2049) - 1024) * unit;
    // Small ones as well, subnormal and zero included.
    if (bits >> 56 == 0) factor = std::bit_cast<float>(static_cast<std::uint32_t>(bits) >> 3U);
  }
  return factors;
}

}  // namespace ferry::support
