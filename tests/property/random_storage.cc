#include "random_storage.h"

#include <utility>

namespace ferry::support {
namespace {

enum class Layout : std::uint8_t {
  kDense,
  kPaddedRows,
  kReversedRows,
  // From here on the elements of a row do not lie side by side.
  kApartElements,
  kReversedElements,
  kTransposed,
};

// Moving single elements takes its time, in the test as in the library.
constexpr std::int64_t kMostSingleElements = 100'000;

Storage Line(Random& random, std::int64_t count) {
  const std::int64_t step = random.OneIn(2) ? 1 : random.Between(2, 3);
  if (random.OneIn(2)) return {.strides = {step}};
  return {.strides = {-step}, .offset = count == 0 ? 0 : (count - 1) * step};
}

Storage Plane(Random& random, Layout layout, std::int64_t rows, std::int64_t cols) {
  const std::int64_t gap = random.Between(0, 9);
  switch (layout) {
    case Layout::kDense:
      break;
    case Layout::kPaddedRows:
      return {.strides = {cols + gap + 1, 1}};
    case Layout::kReversedRows:
      return {.strides = {-(cols + gap), 1}, .offset = (rows - 1) * (cols + gap)};
    case Layout::kApartElements:
      return {.strides = {2 * cols + gap, 2}};
    case Layout::kReversedElements:
      return {.strides = {cols + gap, -1}, .offset = cols - 1};
    case Layout::kTransposed:
      return {.strides = {1, rows + gap}};
  }
  return {};
}

}  // namespace

Storage ChooseStorage(Random& random, const std::vector<std::int64_t>& dims) {
  Storage storage;
  if (random.OneIn(2)) {
    if (dims.size() == 1) {
      storage = Line(random, dims[0]);
    } else {
      const bool few = dims[0] * dims[1] <= kMostSingleElements;
      storage = Plane(random, static_cast<Layout>(random.Int(0, few ? 5 : 2)), dims[0], dims[1]);
    }
    if (random.OneIn(3)) storage.offset += random.Between(1, 33);
  }
  storage.foreign = random.OneIn(10);
  if (random.OneIn(10)) {
    storage.format = random.OneOf<aclFormat>(
        {ACL_FORMAT_UNDEFINED, ACL_FORMAT_NCHW, ACL_FORMAT_NHWC, ACL_FORMAT_NC, ACL_FORMAT_NCL});
  }
  return storage;
}

}  // namespace ferry::support
