// Random elements of tensors, special values included.
#ifndef FERRY_TESTS_PROPERTY_RANDOM_VALUES_H_
#define FERRY_TESTS_PROPERTY_RANDOM_VALUES_H_

#include <cstdint>
#include <vector>

#include "base/dtype.h"
#include "random.h"

namespace ferry::support {

enum class Values : std::uint8_t {
  kOrdinary,     // around 1
  kSubnormal,    // and zeros, of both signs
  kAnyFinite,    // every exponent
  kFiniteOrNan,  // the same and a few NaNs
  kAnyBits,      // infinities and NaNs included
};

[[nodiscard]] std::vector<std::uint16_t> ChooseRows(Random& random, DType type, Values values,
                                                    std::int64_t elements);

// A weight of expertScales: now and then zero or any float at all.
[[nodiscard]] float ChooseWeight(Random& random);

// Factors of scales, finite; at most 1 in magnitude where products could otherwise overflow.
[[nodiscard]] std::vector<float> ChooseFactors(Random& random, bool at_most_one,
                                               std::int64_t elements);

// Now and then makes all rows of `cols` values alike, or all values of a row, so that a stride of 0
// may stand for them.
template <class T>
void MakeSomeAlike(Random& random, std::int64_t cols, std::vector<T>& values) {
  if (!random.OneIn(8)) return;
  const bool rows = random.OneIn(2);
  const bool elements = !rows || random.OneIn(4);
  const auto width = static_cast<std::size_t>(cols);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t row = rows ? 0 : i / width * width;
    values[i] = values[elements ? row : row + i % width];
  }
}

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_RANDOM_VALUES_H_
