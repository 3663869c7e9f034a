#include "base/cgroup.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ferry {
namespace {

namespace fs = std::filesystem;

// A folder that looks like /sys/fs/cgroup, and a file that looks like /proc/self/cgroup.
class Cgroup : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "ferry_cgroup_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  void Write(const std::string& path, const std::string& text) const {
    const fs::path file = folder_ / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text << '\n';
  }
  CgroupLimits Read() const {
    return ReadCgroupLimits((folder_ / "self").string(), folder_.string());
  }

  fs::path folder_;
};

constexpr auto kNoMemoryLimit = std::numeric_limits<std::uint64_t>::max();

TEST_F(Cgroup, MissingFilesDoNotLimit) {
  EXPECT_EQ(Read().cores, std::numeric_limits<double>::infinity());
  EXPECT_EQ(Read().memory_bytes, kNoMemoryLimit);
}

TEST_F(Cgroup, TheTightestGroupOnTheWayToTheRootDecides) {
  Write("self", "0::/a/b");
  Write("a/b/cpu.max", "max 100000");
  Write("a/cpu.max", "150000 100000");
  Write("cpu.max", "400000 100000");
  Write("a/b/memory.max", "max");
  Write("a/memory.max", "8589934592");
  EXPECT_DOUBLE_EQ(Read().cores, 1.5);
  EXPECT_EQ(Read().memory_bytes, std::uint64_t{8} << 30);
}

TEST_F(Cgroup, NoLimitIsSpelledMax) {
  Write("self", "0::/");
  Write("cpu.max", "max 100000");
  Write("memory.max", "max");
  EXPECT_EQ(Read().cores, std::numeric_limits<double>::infinity());
  EXPECT_EQ(Read().memory_bytes, kNoMemoryLimit);
}

TEST_F(Cgroup, Version1NamesItsControllers) {
  Write("self", "5:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n3:cpuset:/");
  Write("cpu/docker/x/cpu.cfs_quota_us", "250000");
  Write("cpu/docker/x/cpu.cfs_period_us", "100000");
  Write("cpu/cpu.cfs_quota_us", "-1");
  Write("cpu/cpu.cfs_period_us", "100000");
  Write("memory/docker/x/memory.limit_in_bytes", "1073741824");
  EXPECT_DOUBLE_EQ(Read().cores, 2.5);
  EXPECT_EQ(Read().memory_bytes, std::uint64_t{1} << 30);
}

TEST_F(Cgroup, AGroupKnownOnlyOutsideTheContainerFallsBackToTheMount) {
  Write("self", "4:cpu:/docker/x\n5:memory:/docker/x");
  Write("cpu/cpu.cfs_quota_us", "50000");
  Write("cpu/cpu.cfs_period_us", "100000");
  Write("memory/memory.limit_in_bytes", "4096");
  EXPECT_DOUBLE_EQ(Read().cores, 0.5);
  EXPECT_EQ(Read().memory_bytes, 4096U);
}

TEST_F(Cgroup, TellsWhatIsLeftAndCountsDroppablePagesAsFree) {
  Write("self", "0::/a");
  Write("memory.max", "10000");
  Write("memory.current", "3000");
  Write("a/memory.max", "8000");
  Write("a/memory.current", "7000");
  Write("a/memory.stat", "anon 5000\ninactive_file 1500\nactive_file 500");
  EXPECT_EQ(Read().memory_bytes, 8000U);
  EXPECT_EQ(Read().memory_free, 2500U);
}

TEST_F(Cgroup, AGroupBeyondItsLimitHasNothingLeft) {
  Write("self", "5:memory:/a");
  Write("memory/a/memory.limit_in_bytes", "8000");
  Write("memory/a/memory.usage_in_bytes", "9000");
  Write("memory/a/memory.stat", "inactive_file 4000\ntotal_inactive_file 500");
  EXPECT_EQ(Read().memory_free, 0U);
}

TEST_F(Cgroup, NonsenseDoesNotLimit) {
  Write("self", "nonsense\n0::/x\n:::");
  Write("x/cpu.max", "fast");
  Write("x/memory.max", "-7");
  EXPECT_EQ(Read().cores, std::numeric_limits<double>::infinity());
  EXPECT_EQ(Read().memory_bytes, kNoMemoryLimit);
}

TEST(CgroupOfThisProcess, CanBeRead) {
  const CgroupLimits limits = ReadCgroupLimits();
  EXPECT_GT(limits.cores, 0);
  EXPECT_GT(limits.memory_bytes, 0U);
}

}  // namespace
}  // namespace ferry
