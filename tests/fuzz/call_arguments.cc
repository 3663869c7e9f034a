#include "fuzz/call_arguments.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "acl/acl.h"
#include "fuzz/fuzz_world.h"

namespace ferry::fuzz {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::size_t kAlignment = 64;

void BendDims(FuzzedDataProvider& data, TensorSpec& spec) {
  if (data.ConsumeBool() || spec.dims.empty()) {
    const auto count = data.ConsumeIntegralInRange<std::size_t>(0, 9);
    while (spec.dims.size() > count) spec.dims.pop_back();
    while (spec.dims.size() < count) spec.dims.push_back(BorderingInteger(data));
    return;
  }
  spec.dims[data.ConsumeIntegralInRange<std::size_t>(0, spec.dims.size() - 1)] =
      BorderingInteger(data);
}

void BendStrides(FuzzedDataProvider& data, TensorSpec& spec) {
  std::vector<std::int64_t> strides(spec.dims.size());
  for (std::int64_t& stride : strides) stride = BorderingInteger(data);
  spec.strides = std::move(strides);
}

void BendTensor(FuzzedDataProvider& data, TensorSpec& spec) {
  enum { kGiven, kDtype, kDims, kStrides, kOffset, kFormat, kShift, kNullData, kKinds };
  spec.bent = true;
  switch (data.ConsumeIntegralInRange<int>(0, kKinds - 1)) {
    case kGiven:
      spec.given = !spec.given;
      break;
    case kDtype:
      spec.dtype = static_cast<aclDataType>(data.ConsumeIntegralInRange<int>(-2, 45));
      break;
    case kDims:
      BendDims(data, spec);
      break;
    case kStrides:
      BendStrides(data, spec);
      break;
    case kOffset:
      spec.offset = BorderingInteger(data);
      break;
    case kFormat:
      spec.format = static_cast<aclFormat>(data.ConsumeIntegralInRange<int>(-2, 60));
      break;
    case kShift:
      spec.address_shift = data.ConsumeIntegralInRange<std::int64_t>(0, 64);
      break;
    case kNullData:
      spec.null_data = true;
      break;
    default:
      break;
  }
}

void BendString(FuzzedDataProvider& data, std::optional<std::string>& text) {
  static const char* const kKnown[] = {"",         "fullmesh_v1", "fullmesh_v2",
                                       "fullmesh", "hierarchy",   "0"};
  switch (data.ConsumeIntegralInRange<int>(0, 3)) {
    case 0:
      text = std::nullopt;
      break;
    case 1:
      text = data.PickValueInArray(kKnown);
      break;
    case 2:
      text = std::string(data.ConsumeIntegralInRange<std::size_t>(120, 4096), 'g');
      break;
    default:
      text = data.ConsumeRandomLengthString(300);
      break;
  }
}

}  // namespace

std::int64_t BorderingInteger(FuzzedDataProvider& data) {
  static const std::int64_t kBorders[] = {-1,
                                          0,
                                          1,
                                          2,
                                          3,
                                          4,
                                          5,
                                          7,
                                          8,
                                          16,
                                          17,
                                          31,
                                          32,
                                          127,
                                          128,
                                          255,
                                          256,
                                          512,
                                          513,
                                          767,
                                          768,
                                          769,
                                          1023,
                                          1024,
                                          1025,
                                          8191,
                                          8192,
                                          8193,
                                          1 << 20,
                                          std::int64_t{1} << 31,
                                          (std::int64_t{1} << 31) - 1,
                                          std::int64_t{1} << 32,
                                          std::int64_t{1} << 40,
                                          std::int64_t{1} << 61,
                                          std::int64_t{1} << 62,
                                          kMax - 1,
                                          kMax,
                                          kMin,
                                          kMin + 1,
                                          -2,
                                          -1024,
                                          -(std::int64_t{1} << 31)};
  if (data.ConsumeBool()) return data.PickValueInArray(kBorders);
  return data.ConsumeBool() ? data.ConsumeIntegral<std::int64_t>()
                            : data.ConsumeIntegralInRange<std::int64_t>(-4, 40);
}

bool Bend(FuzzedDataProvider& data, CallArguments& arguments) {
  const int changes = data.ConsumeIntegralInRange<int>(0, 3);
  for (int left = changes; left > 0; --left) {
    switch (data.ConsumeIntegralInRange<int>(0, 3)) {
      case 0: {
        const auto last = arguments.attributes.size() - 1;
        arguments.attributes[data.ConsumeIntegralInRange<std::size_t>(0, last)] =
            BorderingInteger(data);
        break;
      }
      case 1: {
        const auto last = arguments.strings.size() - 1;
        BendString(data, arguments.strings[data.ConsumeIntegralInRange<std::size_t>(0, last)]);
        break;
      }
      default: {
        const auto last = arguments.tensors.size() - 1;
        BendTensor(data, arguments.tensors[data.ConsumeIntegralInRange<std::size_t>(0, last)]);
        break;
      }
    }
  }
  return changes != 0;
}

LiveTensor::LiveTensor(const TensorSpec& spec, int device_rank)
    : bytes_(spec.contents.size()), on_device_(spec.bent) {
  if (!spec.given) return;
  if (on_device_) {
    UseRank(device_rank);
    void* memory = nullptr;
    Demand(aclrtMalloc(&memory, std::max<std::size_t>(bytes_, 1), ACL_MEM_MALLOC_HUGE_FIRST) == 0,
           "aclrtMalloc");
    data_ = static_cast<std::byte*>(memory);
  } else {
    data_ = static_cast<std::byte*>(
        ::operator new (std::max<std::size_t>(bytes_, 1), std::align_val_t{kAlignment}));
  }
  if (bytes_ != 0) std::memcpy(data_, spec.contents.data(), bytes_);
  void* const passed = spec.null_data ? nullptr : data_ + spec.address_shift;
  const std::uint64_t count = spec.dims.size();
  std::vector<std::int64_t> strides = spec.strides.value_or(std::vector<std::int64_t>());
  strides.resize(count, 1);  // the dims may have been bent since
  handle_ =
      aclCreateTensor(spec.dims.data(), count, spec.dtype, spec.strides ? strides.data() : nullptr,
                      spec.offset, spec.format, spec.dims.data(), count, passed);
  Demand(handle_ != nullptr || count > 0, "a tensor of no dimensions");
}

LiveTensor::~LiveTensor() {
  if (handle_ != nullptr) Demand(aclDestroyTensor(handle_) == 0, "aclDestroyTensor");
  if (data_ == nullptr) return;
  if (on_device_) {
    Demand(aclrtFree(data_) == 0, "aclrtFree");
  } else {
    ::operator delete (data_, std::align_val_t{kAlignment});
  }
}

LiveTensors Make(const CallArguments& arguments, int device_rank) {
  LiveTensors tensors;
  tensors.reserve(arguments.tensors.size());
  for (const TensorSpec& spec : arguments.tensors) {
    tensors.push_back(std::make_unique<LiveTensor>(spec, device_rank));
  }
  return tensors;
}

}  // namespace ferry::fuzz
