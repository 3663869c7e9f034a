// The sizes of a random case.
#ifndef FERRY_TESTS_PROPERTY_RANDOM_CONFIG_H_
#define FERRY_TESTS_PROPERTY_RANDOM_CONFIG_H_

#include "moe/config.h"
#include "random.h"

namespace ferry::support {

[[nodiscard]] moe::MoeConfig ChooseConfig(Random& random);

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_RANDOM_CONFIG_H_
