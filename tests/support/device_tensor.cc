#include "support/device_tensor.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

#include "acl/acl.h"
#include "support/recent_message.h"

namespace ferry::support {
namespace {

// Differs from byte to byte, so that a row in the wrong place is noticed even where it is
// unwritten.
std::byte PatternAt(std::size_t offset) {
  return static_cast<std::byte>(0xA5U ^ (offset * 0x9E3779B1U >> 24));
}

std::vector<std::int64_t> ContiguousStrides(const std::vector<std::int64_t>& dims) {
  std::vector<std::int64_t> strides(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
  return strides;
}

std::int64_t StorageElements(const std::vector<std::int64_t>& dims,
                             const std::vector<std::int64_t>& strides, std::int64_t offset) {
  std::int64_t last = offset;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0) return offset;
    last += std::max<std::int64_t>(0, (dims[i] - 1) * strides[i]);
  }
  return last + 1;
}

}  // namespace

std::int64_t StorageElements(const std::vector<std::int64_t>& dims, const Storage& storage) {
  return StorageElements(dims, storage.strides.empty() ? ContiguousStrides(dims) : storage.strides,
                         storage.offset);
}

void Check(int status, const char* step) {
  if (status == 0) return;
  throw std::runtime_error(std::string(step) + " returned " + std::to_string(status) + ": " +
                           RecentMessage());
}

WatchedMemory::WatchedMemory(std::size_t bytes, std::size_t watched_bytes, bool foreign)
    : bytes_(bytes),
      expected_(kGuardBytes + watched_bytes + (watched_bytes == bytes ? kGuardBytes : 0)),
      foreign_(foreign) {
  const std::size_t block_bytes = bytes + 2 * kGuardBytes;
  if (foreign) {
    const std::size_t rounded = (block_bytes + kGuardBytes - 1) / kGuardBytes * kGuardBytes;
    block_ = static_cast<std::byte*>(std::aligned_alloc(kGuardBytes, rounded));
    if (block_ == nullptr) throw std::bad_alloc();
  } else {
    void* block = nullptr;
    Check(aclrtMalloc(&block, block_bytes, ACL_MEM_MALLOC_HUGE_FIRST), "aclrtMalloc");
    block_ = static_cast<std::byte*>(block);
  }
  for (std::size_t i = 0; i < expected_.size(); ++i) expected_[i] = PatternAt(i);
  std::memcpy(block_, expected_.data(), expected_.size());
}

WatchedMemory::~WatchedMemory() {
  if (foreign_) {
    std::free(block_);
  } else if (aclrtFree(block_) != ACL_SUCCESS) {
    ADD_FAILURE() << "aclrtFree refused a tensor's memory";
  }
}

void WatchedMemory::Assume(std::size_t offset, const void* bytes, std::size_t count) {
  const std::size_t begin = kGuardBytes + offset;
  if (begin + count > expected_.size()) throw std::out_of_range("write beyond the watched bytes");
  std::memcpy(expected_.data() + begin, bytes, count);
}

void WatchedMemory::AssumeAsItIs(std::size_t offset, std::size_t count) {
  const std::size_t begin = std::min(kGuardBytes + offset, expected_.size());
  std::memcpy(expected_.data() + begin, block_ + begin, std::min(count, expected_.size() - begin));
}

::testing::AssertionResult WatchedMemory::Matches() const {
  if (std::memcmp(block_, expected_.data(), expected_.size()) == 0) {
    return ::testing::AssertionSuccess();
  }
  const auto differing = std::mismatch(expected_.begin(), expected_.end(), block_);
  const std::ptrdiff_t offset =
      differing.first - expected_.begin() - static_cast<std::ptrdiff_t>(kGuardBytes);
  return ::testing::AssertionFailure()
         << "byte " << offset << " of " << bytes_ << " is "
         << std::to_integer<int>(*differing.second) << ", not "
         << std::to_integer<int>(*differing.first)
         << (offset < 0 || offset >= static_cast<std::ptrdiff_t>(bytes_) ? " (guard)" : "");
}

void WatchedMemory::Repaint() {
  for (std::size_t i = kGuardBytes; i < std::min(expected_.size(), kGuardBytes + bytes_); ++i) {
    expected_[i] = ~PatternAt(i);
  }
  std::memcpy(block_, expected_.data(), expected_.size());
}

DeviceTensor::DeviceTensor(aclDataType type, std::vector<std::int64_t> dims, Storage storage)
    : type_(type),
      element_(aclDataTypeSize(type)),
      dims_(std::move(dims)),
      strides_(storage.strides.empty() ? ContiguousStrides(dims_) : std::move(storage.strides)),
      offset_(storage.offset) {
  const std::int64_t elements = StorageElements(dims_, strides_, offset_);
  const std::int64_t watched = storage.watched < 0 ? elements : std::min(elements, storage.watched);
  memory_ = std::make_shared<WatchedMemory>(static_cast<std::size_t>(elements) * element_,
                                            static_cast<std::size_t>(watched) * element_,
                                            storage.foreign);
  MakeHandle(storage);
}

DeviceTensor::DeviceTensor(const DeviceTensor& other, std::vector<std::int64_t> dims,
                           Storage storage)
    : type_(other.type_),
      element_(other.element_),
      dims_(std::move(dims)),
      strides_(storage.strides.empty() ? ContiguousStrides(dims_) : std::move(storage.strides)),
      offset_(storage.offset),
      memory_(other.memory_) {
  const std::int64_t elements = StorageElements(dims_, strides_, offset_);
  if (static_cast<std::size_t>(elements) * element_ > memory_->bytes()) {
    throw std::out_of_range("the view does not fit the memory it shares");
  }
  MakeHandle(storage);
}

DeviceTensor::~DeviceTensor() {
  EXPECT_EQ(aclDestroyTensor(handle_), 0) << "aclDestroyTensor refused a tensor";
}

void DeviceTensor::MakeHandle(const Storage& storage) {
  const auto flat = static_cast<std::int64_t>(memory_->bytes() / element_);
  const std::vector<std::int64_t> shape = storage.shape.value_or(std::vector<std::int64_t>{flat});
  handle_ = aclCreateTensor(dims_.data(), dims_.size(), type_, strides_.data(), offset_,
                            storage.format, shape.data(), shape.size(), memory_->data());
  if (handle_ == nullptr) throw std::runtime_error("aclCreateTensor returned null");
}

std::int64_t DeviceTensor::num_elements() const {
  std::int64_t count = 1;
  for (const std::int64_t dim : dims_) count *= dim;
  return count;
}

void DeviceTensor::CheckElement(std::size_t bytes) const {
  if (bytes != element_) throw std::invalid_argument("element type does not fit the tensor");
}

template <class Visit>
void DeviceTensor::ForEachRun(std::int64_t first, std::int64_t count, const Visit& visit) const {
  if (first + count > num_elements()) {
    throw std::out_of_range("more values than the tensor has elements");
  }
  const std::int64_t row = dims_.empty() ? 1 : dims_.back();
  const std::int64_t step = dims_.empty() ? 1 : strides_.back();
  const bool dense = step == 1;
  for (std::int64_t done = 0; done < count;) {
    std::int64_t position = offset_;
    std::int64_t index = first + done;
    for (std::size_t i = dims_.size(); i-- > 0; index /= dims_[i]) {
      position += index % dims_[i] * strides_[i];
    }
    const std::int64_t in_row = std::min(row - (first + done) % row, count - done);
    const std::int64_t run = dense ? in_row : 1;
    for (std::int64_t i = 0; i < in_row; i += run, done += run, position += step) {
      visit(static_cast<std::size_t>(position) * element_,
            static_cast<std::size_t>(done) * element_, static_cast<std::size_t>(run) * element_);
    }
  }
}

void DeviceTensor::WriteBytes(std::span<const std::byte> values) {
  AssumeBytes(0, values);
  ForEachRun(0, static_cast<std::int64_t>(values.size() / element_),
             [&](std::size_t position, std::size_t done, std::size_t bytes) {
               std::memcpy(memory_->data() + position, values.data() + done, bytes);
             });
}

void DeviceTensor::AssumeBytes(std::int64_t first, std::span<const std::byte> values) {
  ForEachRun(first, static_cast<std::int64_t>(values.size() / element_),
             [&](std::size_t position, std::size_t done, std::size_t bytes) {
               memory_->Assume(position, values.data() + done, bytes);
             });
}

void DeviceTensor::ReadBytes(std::span<std::byte> values) const {
  ForEachRun(0, static_cast<std::int64_t>(values.size() / element_),
             [&](std::size_t position, std::size_t done, std::size_t bytes) {
               std::memcpy(values.data() + done, memory_->data() + position, bytes);
             });
}

void DeviceTensor::AssumeAnyElements() {
  ForEachRun(0, num_elements(), [&](std::size_t position, std::size_t, std::size_t bytes) {
    memory_->AssumeAsItIs(position, bytes);
  });
}

::testing::AssertionResult DeviceTensor::Matches() const {
  return memory_->Matches();
}

}  // namespace ferry::support
