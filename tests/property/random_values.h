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

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_RANDOM_VALUES_H_
