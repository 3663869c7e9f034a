// A tensor whose every byte is watched: a pattern in what is not yet written, guards around it.
//
// The test says what the library should have written; all else must still be as it was.
#ifndef FERRY_TESTS_SUPPORT_DEVICE_TENSOR_H_
#define FERRY_TESTS_SUPPORT_DEVICE_TENSOR_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "aclnn/aclnn_base.h"

namespace ferry::support {

// How a tensor lies in its memory.
struct Storage {
  std::vector<std::int64_t> strides = {};  // elements; empty: contiguous; may be negative
  std::int64_t offset = 0;                 // elements before the first of the view
  bool foreign = false;                    // from the C++ heap instead of aclrtMalloc
  // Elements from the start of the storage that get the pattern and are compared; -1: all. For
  // capacities so large that touching all of it would be the cost of the test.
  std::int64_t watched = -1;
  aclFormat format = ACL_FORMAT_ND;
  // What the library is told of the storage's shape; nothing: one flat dim, which is true.
  std::optional<std::vector<std::int64_t>> shape = {};
};

// Elements from the storage base to the end of a view of these dims.
[[nodiscard]] std::int64_t StorageElements(const std::vector<std::int64_t>& dims,
                                           const Storage& storage);

// Bytes between two guards, and what they should be.
class WatchedMemory {
 public:
  WatchedMemory(std::size_t bytes, std::size_t watched_bytes, bool foreign);
  WatchedMemory(const WatchedMemory&) = delete;
  WatchedMemory& operator=(const WatchedMemory&) = delete;
  ~WatchedMemory();

  [[nodiscard]] std::byte* data() const { return block_ + kGuardBytes; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  // Changes what the bytes should be, without writing them.
  void Assume(std::size_t offset, const void* bytes, std::size_t count);
  // The same for bytes that may be anything, watched or not.
  void AssumeAsItIs(std::size_t offset, std::size_t count);
  // Whether guards and watched bytes are what they should be.
  [[nodiscard]] ::testing::AssertionResult Matches() const;
  // Fills the watched bytes with another pattern than they began with.
  void Repaint();

 private:
  static constexpr std::size_t kGuardBytes = 512;  // keeps the alignment of aclrtMalloc

  std::size_t bytes_;
  std::vector<std::byte> expected_;  // front guard, watched bytes, and the back guard if all are
  bool foreign_;
  std::byte* block_ = nullptr;
};

class DeviceTensor {
 public:
  DeviceTensor(aclDataType type, std::vector<std::int64_t> dims, Storage storage = {});
  // Another view of the memory of `other`, as where an output may overlap an input.
  DeviceTensor(const DeviceTensor& other, std::vector<std::int64_t> dims, Storage storage);
  DeviceTensor(const DeviceTensor&) = delete;
  DeviceTensor& operator=(const DeviceTensor&) = delete;
  ~DeviceTensor();

  [[nodiscard]] aclTensor* handle() const { return handle_; }
  [[nodiscard]] const std::vector<std::int64_t>& dims() const { return dims_; }
  [[nodiscard]] std::int64_t num_elements() const;
  // Base of the storage, to which the view's offset is added.
  [[nodiscard]] std::byte* data() const { return memory_->data(); }

  // Writes the first values.size() elements of the view, in index order.
  template <class T>
  void Write(const std::vector<T>& values) {
    CheckElement(sizeof(T));
    WriteBytes(std::as_bytes(std::span<const T>(values)));
  }
  // The first `count` elements of the view, in index order.
  template <class T>
  [[nodiscard]] std::vector<T> Read(std::int64_t count) const {
    CheckElement(sizeof(T));
    std::vector<T> values(static_cast<std::size_t>(count));
    ReadBytes(std::as_writable_bytes(std::span<T>(values)));
    return values;
  }

  // Says that the library has written these as the elements of the view from index `first` on.
  template <class T>
  void Assume(const std::vector<T>& values, std::int64_t first = 0) {
    CheckElement(sizeof(T));
    AssumeBytes(first, std::as_bytes(std::span<const T>(values)));
  }
  // Whether the whole memory, this view's and others', is what it should be.
  [[nodiscard]] ::testing::AssertionResult Matches() const;
  // Assume, then Matches.
  template <class T>
  [[nodiscard]] ::testing::AssertionResult Holds(const std::vector<T>& values) {
    Assume(values);
    return Matches();
  }
  // Takes back all that was written or assumed: the memory holds another pattern than at first.
  void Repaint() { memory_->Repaint(); }
  // The elements may hold anything, as after a failed call; gaps between them and guards may not.
  void AssumeAnyElements();
  // Nothing was written since the last Write or Assume.
  [[nodiscard]] ::testing::AssertionResult IsUntouched() const { return Matches(); }

 private:
  void CheckElement(std::size_t bytes) const;
  void MakeHandle(const Storage& storage);
  void WriteBytes(std::span<const std::byte> values);
  void AssumeBytes(std::int64_t first, std::span<const std::byte> values);
  void ReadBytes(std::span<std::byte> values) const;
  // Calls visit(offset in the memory, offset in dense values, bytes) for runs of adjacent elements
  // until `count` elements from index `first` on are visited.
  template <class Visit>
  void ForEachRun(std::int64_t first, std::int64_t count, const Visit& visit) const;

  aclDataType type_;
  std::size_t element_;  // bytes
  std::vector<std::int64_t> dims_;
  std::vector<std::int64_t> strides_;
  std::int64_t offset_;
  std::shared_ptr<WatchedMemory> memory_;
  aclTensor* handle_ = nullptr;
};

// Throws std::runtime_error with the library's message unless `status` is 0: for steps that a test
// needs but is not about.
void Check(int status, const char* step);

}  // namespace ferry::support

#endif  // FERRY_TESTS_SUPPORT_DEVICE_TENSOR_H_
