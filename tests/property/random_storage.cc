#include "random_storage.h"

#include <cstring>
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

// Of an input whose values do not differ along a dim.
Storage Broadcast(Random& random, const std::vector<std::int64_t>& dims, Alike alike) {
  if (dims.size() == 1) return {.strides = {0}};
  const bool single_elements = dims[0] * dims[1] <= kMostSingleElements;
  if (alike.elements && single_elements && (!alike.rows || random.OneIn(2))) {
    return {.strides = {alike.rows && random.OneIn(2) ? 0 : random.Between(1, 9), 0}};
  }
  return {.strides = {0, single_elements ? random.Between(1, 2) : 1}};
}

}  // namespace

Alike AlikeIn(std::span<const std::byte> values, std::size_t row_bytes, std::size_t element_bytes) {
  const auto repeats = [](std::span<const std::byte> bytes, std::size_t period) {
    return bytes.size() <= period ||
           std::memcmp(bytes.data(), bytes.data() + period, bytes.size() - period) == 0;
  };
  Alike alike{.rows = repeats(values, row_bytes), .elements = true};
  for (; !values.empty() && alike.elements; values = values.subspan(row_bytes)) {
    alike.elements = repeats(values.first(row_bytes), element_bytes);
  }
  return alike;
}

Storage ChooseInputStorage(Random& random, const std::vector<std::int64_t>& dims, Alike alike) {
  Storage storage = ChooseStorage(random, dims);
  const bool single_elements = dims[0] * dims.back() <= kMostSingleElements;
  const bool may_broadcast =
      dims.size() == 1 ? alike.elements : alike.rows || (alike.elements && single_elements);
  if (!may_broadcast || !random.OneIn(3)) return storage;
  storage.strides = Broadcast(random, dims, alike).strides;
  storage.offset = random.OneIn(3) ? random.Between(1, 33) : 0;
  return storage;
}

std::optional<Storage> ChooseViewOf(Random& random, std::int64_t elements,
                                    const std::vector<std::int64_t>& dims) {
  Storage storage = ChooseStorage(random, dims);
  if (StorageElements(dims, storage) > elements) storage = {.format = storage.format};
  const std::int64_t room = elements - StorageElements(dims, storage);
  if (room < 0) return std::nullopt;
  storage.offset += random.Between(0, room);
  return storage;
}

bool RepeatsElements(const std::vector<std::int64_t>& dims, const Storage& storage) {
  for (std::size_t i = 0; i < storage.strides.size(); ++i) {
    if (storage.strides[i] == 0 && dims[i] > 1) return true;
  }
  return false;
}

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
