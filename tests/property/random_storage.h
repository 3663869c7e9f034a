// A random way for a tensor to lie in memory.
#ifndef FERRY_TESTS_PROPERTY_RANDOM_STORAGE_H_
#define FERRY_TESTS_PROPERTY_RANDOM_STORAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "random.h"
#include "support/device_tensor.h"

namespace ferry::support {

// For one or two dims: dense, behind an offset, with gaps between rows or elements, with rows or
// elements in reverse, transposed. Half of the tensors are dense.
[[nodiscard]] Storage ChooseStorage(Random& random, const std::vector<std::int64_t>& dims);

// The same for an input with these values; where all rows, or all elements of each row, are alike,
// also with a stride of 0.
template <class T>
[[nodiscard]] Storage ChooseInputStorage(Random& random, const std::vector<std::int64_t>& dims,
                                         const std::vector<T>& values);

// The same for an output that shares memory of `elements` elements; nothing if that is too small.
[[nodiscard]] std::optional<Storage> ChooseViewOf(Random& random, std::int64_t elements,
                                                  const std::vector<std::int64_t>& dims);

// Whether several elements of a view are one in memory, as no output's may be.
[[nodiscard]] bool RepeatsElements(const std::vector<std::int64_t>& dims, const Storage& storage);

// Along which dims values do not differ.
struct Alike {
  bool rows = false;
  bool elements = false;  // of each row; of a tensor of one dim
};

[[nodiscard]] Alike AlikeIn(std::span<const std::byte> values, std::size_t row_bytes,
                            std::size_t element_bytes);

[[nodiscard]] Storage ChooseInputStorage(Random& random, const std::vector<std::int64_t>& dims,
                                         Alike alike);

template <class T>
Storage ChooseInputStorage(Random& random, const std::vector<std::int64_t>& dims,
                           const std::vector<T>& values) {
  const std::size_t row_bytes = static_cast<std::size_t>(dims.back()) * sizeof(T);
  return ChooseInputStorage(
      random, dims, AlikeIn(std::as_bytes(std::span<const T>(values)), row_bytes, sizeof(T)));
}

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_RANDOM_STORAGE_H_
