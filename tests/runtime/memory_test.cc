// Allocation, copies and fills.
#include <acl/acl.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

constexpr auto kPolicy = ACL_MEM_MALLOC_HUGE_FIRST;

class MemoryTest : public ::testing::Test {
 protected:
  const OnDevice here_{0};
};

TEST(Memory, WantsAContext) {
  void* memory = nullptr;
  ExpectFailure(aclrtMalloc(&memory, 1, kPolicy), ACL_ERROR_RT_CONTEXT_NULL, {"aclrtMalloc: "});
  ExpectFailure(aclrtMallocAlign32(&memory, 1, kPolicy), ACL_ERROR_RT_CONTEXT_NULL, {});
}

TEST_F(MemoryTest, BytesBehindTheSizeAreUsable) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{32}, std::size_t{480},
                                 std::size_t{512}, std::size_t{4095}, std::size_t{1} << 21}) {
    void* memory = nullptr;
    ASSERT_EQ(aclrtMalloc(&memory, size, kPolicy), ACL_SUCCESS);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 512, 0U);
    const std::size_t usable = (size + 31) / 32 * 32 + 32;
    EXPECT_EQ(aclrtMemset(memory, usable, 0xab, usable), ACL_SUCCESS) << size;
    EXPECT_EQ(static_cast<unsigned char*>(memory)[usable - 1], 0xab);
    EXPECT_EQ(aclrtFree(memory), ACL_SUCCESS);
    ASSERT_EQ(aclrtMallocAlign32(&memory, size, kPolicy), ACL_SUCCESS);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 512, 0U);
    EXPECT_EQ(aclrtMemset(memory, usable - 32, 1, usable - 32), ACL_SUCCESS) << size;
    EXPECT_EQ(aclrtFree(memory), ACL_SUCCESS);
  }
}

TEST_F(MemoryTest, SizesAndPointersOfAllocationsAreChecked) {
  void* memory = nullptr;
  ExpectFailure(aclrtMalloc(nullptr, 1, kPolicy), ACL_ERROR_INVALID_PARAM,
                {"aclrtMalloc: devPtr is null"});
  ExpectFailure(aclrtMalloc(&memory, 0, kPolicy), ACL_ERROR_INVALID_PARAM, {"size is 0"});
  ExpectFailure(aclrtMallocAlign32(nullptr, 1, kPolicy), ACL_ERROR_INVALID_PARAM,
                {"devPtr is null"});
  ExpectFailure(aclrtMallocAlign32(&memory, 0, kPolicy), ACL_ERROR_INVALID_PARAM, {"size is 0"});
  for (const std::size_t size : {SIZE_MAX, SIZE_MAX / 2, std::size_t{1} << 60}) {
    ExpectFailure(aclrtMalloc(&memory, size, kPolicy), ACL_ERROR_RT_MEMORY_ALLOCATION,
                  {"aclrtMalloc: "});
    ExpectFailure(aclrtMallocAlign32(&memory, size, kPolicy), ACL_ERROR_RT_MEMORY_ALLOCATION, {});
  }
}

TEST_F(MemoryTest, OnlyWhatWasAllocatedIsFreedAndOnlyOnce) {
  void* memory = nullptr;
  ASSERT_EQ(aclrtMalloc(&memory, 4096, kPolicy), ACL_SUCCESS);
  ExpectFailure(aclrtFree(nullptr), ACL_ERROR_INVALID_PARAM, {"devPtr is null"});
  ExpectFailure(aclrtFree(static_cast<char*>(memory) + 512), ACL_ERROR_RT_PARAM_INVALID,
                {"aclrtFree: devPtr 0x", " lies 512 bytes inside the allocation at 0x"});
  ExpectFailure(aclrtFree(&memory), ACL_ERROR_RT_PARAM_INVALID,
                {"aclrtFree: devPtr 0x", " is not memory of aclrtMalloc"});
  EXPECT_EQ(aclrtFree(memory), ACL_SUCCESS);
  ExpectFailure(aclrtFree(memory), ACL_ERROR_RT_PARAM_INVALID, {"devPtr"});
}

TEST(HostMemory, NeedsNoContextAndIsFreedOnce) {
  void* memory = nullptr;
  ASSERT_EQ(aclrtMallocHost(&memory, 100), ACL_SUCCESS);
  std::memset(memory, 1, 100);
  ExpectFailure(aclrtFreeHost(static_cast<char*>(memory) + 1), ACL_ERROR_RT_PARAM_INVALID,
                {"aclrtFreeHost: hostPtr is 0x"});
  EXPECT_EQ(aclrtFreeHost(memory), ACL_SUCCESS);
  ExpectFailure(aclrtFreeHost(memory), ACL_ERROR_RT_PARAM_INVALID, {"hostPtr is 0x"});
  ExpectFailure(aclrtFreeHost(nullptr), ACL_ERROR_INVALID_PARAM, {"hostPtr is null"});
  ExpectFailure(aclrtMallocHost(nullptr, 1), ACL_ERROR_INVALID_PARAM, {"hostPtr is null"});
  ExpectFailure(aclrtMallocHost(&memory, 0), ACL_ERROR_INVALID_PARAM, {"size is 0"});
  ExpectFailure(aclrtMallocHost(&memory, SIZE_MAX), ACL_ERROR_RT_MEMORY_ALLOCATION, {"size is "});
}

TEST(Memcpy, NothingToCopyIsNeverAnError) {
  const auto no_kind = Odd<aclrtMemcpyKind>(99);
  void* const no_stream = reinterpret_cast<void*>(0x10);
  EXPECT_EQ(aclrtMemcpy(nullptr, 0, nullptr, 0, no_kind), ACL_SUCCESS);
  EXPECT_EQ(aclrtMemcpyAsync(nullptr, 0, nullptr, 0, no_kind, no_stream), ACL_SUCCESS);
}

TEST_F(MemoryTest, CopiesGoEveryWay) {
  const std::array<int, 4> source{1, 2, 3, 4};
  std::array<int, 4> target{};
  void* first = nullptr;
  void* second = nullptr;
  ASSERT_EQ(aclrtMalloc(&first, sizeof source, kPolicy), ACL_SUCCESS);
  ASSERT_EQ(aclrtMalloc(&second, sizeof source, kPolicy), ACL_SUCCESS);
  EXPECT_EQ(
      aclrtMemcpy(first, sizeof source, source.data(), sizeof source, ACL_MEMCPY_HOST_TO_DEVICE),
      ACL_SUCCESS);
  EXPECT_EQ(aclrtMemcpyAsync(second, sizeof source, first, sizeof source,
                             ACL_MEMCPY_DEVICE_TO_DEVICE, nullptr),
            ACL_SUCCESS);
  EXPECT_EQ(aclrtMemcpyAsync(target.data(), sizeof target, second, sizeof target,
                             ACL_MEMCPY_DEVICE_TO_HOST, nullptr),
            ACL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeStream(nullptr), ACL_SUCCESS);
  EXPECT_EQ(target, source);
}

TEST_F(MemoryTest, CopyArgumentsAreChecked) {
  std::array<char, 8> bytes{};
  char* const to = bytes.data();
  const auto kind = ACL_MEMCPY_HOST_TO_HOST;
  ExpectFailure(aclrtMemcpy(nullptr, 8, to, 8, kind), ACL_ERROR_INVALID_PARAM,
                {"aclrtMemcpy: dst is null"});
  ExpectFailure(aclrtMemcpy(to, 8, nullptr, 8, kind), ACL_ERROR_INVALID_PARAM, {"src is null"});
  ExpectFailure(aclrtMemcpy(to, 7, to, 8, kind), ACL_ERROR_RT_PARAM_INVALID,
                {"count is 8; must be in [0, destMax = 7]"});
  ExpectFailure(aclrtMemcpy(to, 8, to, 8, Odd<aclrtMemcpyKind>(8)), ACL_ERROR_RT_PARAM_INVALID,
                {"kind is 8; must be in [0, 7]"});
  ExpectFailure(aclrtMemcpyAsync(nullptr, 8, to, 8, kind, nullptr), ACL_ERROR_INVALID_PARAM,
                {"aclrtMemcpyAsync: dst is null"});
  ExpectFailure(aclrtMemcpyAsync(to, 8, nullptr, 8, kind, nullptr), ACL_ERROR_INVALID_PARAM, {});
  ExpectFailure(aclrtMemcpyAsync(to, 7, to, 8, kind, nullptr), ACL_ERROR_RT_PARAM_INVALID,
                {"destMax = 7"});
}

// Where an end is device memory, more is known than what the caller says of it.
TEST_F(MemoryTest, CopiesAndFillsStayInTheAllocationsTheyBeginIn) {
  constexpr std::size_t kTooMuch = std::size_t{1} << 20;
  std::vector<char> host(kTooMuch);
  void* small = nullptr;
  ASSERT_EQ(aclrtMallocAlign32(&small, 512, kPolicy), ACL_SUCCESS);
  ExpectFailure(aclrtMemcpy(small, kTooMuch, host.data(), kTooMuch, ACL_MEMCPY_HOST_TO_DEVICE),
                ACL_ERROR_RT_PARAM_INVALID,
                {"aclrtMemcpy: dst is 1048576 bytes at 0x", "must be at most the 512 bytes"});
  ExpectFailure(aclrtMemcpy(host.data(), kTooMuch, small, kTooMuch, ACL_MEMCPY_DEVICE_TO_HOST),
                ACL_ERROR_RT_PARAM_INVALID, {"aclrtMemcpy: src is 1048576 bytes at 0x"});
  ExpectFailure(aclrtMemset(static_cast<char*>(small) + 500, 13, 0, 13), ACL_ERROR_RT_PARAM_INVALID,
                {"aclrtMemset: devPtr is 13 bytes at 0x", "at most the 12 bytes"});
  EXPECT_EQ(
      aclrtMemcpyAsync(host.data(), kTooMuch, small, kTooMuch, ACL_MEMCPY_DEVICE_TO_HOST, nullptr),
      ACL_SUCCESS);
  ExpectFailure(aclrtSynchronizeStream(nullptr), ACL_ERROR_RT_PARAM_INVALID,
                {"aclrtMemcpyAsync: src is 1048576 bytes at 0x"});
  EXPECT_EQ(aclrtFree(small), ACL_SUCCESS);
}

TEST_F(MemoryTest, FillArgumentsAreChecked) {
  std::array<unsigned char, 8> bytes{};
  EXPECT_EQ(aclrtMemset(bytes.data(), 8, 0x1ff, 4), ACL_SUCCESS);  // the low byte counts
  EXPECT_EQ(bytes[3], 0xff);
  EXPECT_EQ(bytes[4], 0);
  EXPECT_EQ(aclrtMemset(bytes.data(), 8, 1, 0), ACL_SUCCESS);
  ExpectFailure(aclrtMemset(nullptr, 8, 0, 8), ACL_ERROR_INVALID_PARAM,
                {"aclrtMemset: devPtr is null"});
  ExpectFailure(aclrtMemset(bytes.data(), 7, 0, 8), ACL_ERROR_RT_PARAM_INVALID,
                {"count is 8; must be in [0, maxCount = 7]"});
  ExpectFailure(aclrtMemsetAsync(nullptr, 8, 0, 8, nullptr), ACL_ERROR_INVALID_PARAM,
                {"aclrtMemsetAsync: devPtr is null"});
  ExpectFailure(aclrtMemsetAsync(bytes.data(), 7, 0, 8, nullptr), ACL_ERROR_RT_PARAM_INVALID,
                {"maxCount = 7"});
}

}  // namespace
}  // namespace ferry::runtime_test
