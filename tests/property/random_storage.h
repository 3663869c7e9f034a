// A random way for a tensor to lie in memory.
#ifndef FERRY_TESTS_PROPERTY_RANDOM_STORAGE_H_
#define FERRY_TESTS_PROPERTY_RANDOM_STORAGE_H_

#include <cstdint>
#include <vector>

#include "random.h"
#include "support/device_tensor.h"

namespace ferry::support {

// For one or two dims: dense, behind an offset, with gaps between rows or elements, with rows or
// elements in reverse, transposed. Half of the tensors are dense.
[[nodiscard]] Storage ChooseStorage(Random& random, const std::vector<std::int64_t>& dims);

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_RANDOM_STORAGE_H_
