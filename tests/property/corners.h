// Legal sizes at the ends of their ranges, alone and together, which random sizes hardly reach.
#ifndef FERRY_TESTS_PROPERTY_CORNERS_H_
#define FERRY_TESTS_PROPERTY_CORNERS_H_

#include <vector>

#include "moe/config.h"
#include "random_case.h"

namespace ferry::support {

struct Corner {
  const char* name;
  moe::MoeConfig config;
  Wishes wishes = {};
};

[[nodiscard]] const std::vector<Corner>& Corners();

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_CORNERS_H_
