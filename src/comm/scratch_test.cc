#include "comm/scratch.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/error.h"

namespace ferry::comm {
namespace {

// Counts what it hands out and may refuse pages.
class CountingSource : public ScratchSource {
 public:
  std::byte* Allocate(std::size_t bytes, std::int32_t /*device*/) override {
    auto memory = std::make_unique<std::byte[]>(bytes);
    std::byte* const data = memory.get();
    live[data] = {std::move(memory), bytes};
    ++allocations;
    return data;
  }
  void Free(std::byte* memory) noexcept override { live.erase(memory); }
  void Commit(const void* begin, std::size_t bytes) override {
    Require(!refuse, Code::kRtMemoryAllocation, "no room");
    commits.emplace_back(begin, bytes);
  }
  [[nodiscard]] std::optional<std::uint64_t> OffsetOf(const void*, std::size_t) const override {
    return std::nullopt;
  }
  [[nodiscard]] const std::byte* PeerAddress(const Board&, std::int32_t, std::uint64_t,
                                             std::uint64_t) const override {
    return nullptr;
  }

  [[nodiscard]] std::size_t live_bytes() const {
    std::size_t bytes = 0;
    for (const auto& [data, block] : live) bytes += block.second;
    return bytes;
  }

  std::map<std::byte*, std::pair<std::unique_ptr<std::byte[]>, std::size_t>> live;
  std::vector<std::pair<const void*, std::size_t>> commits;
  int allocations = 0;
  bool refuse = false;
};

TEST(Scratch, MemoryIsCommittedBeforeItIsHandedOut) {
  const auto source = std::make_shared<CountingSource>();
  ScratchStore store(source, 0);
  const std::byte* data = store.Get(Group::Scratch::kPlan, 5000);
  ASSERT_EQ(source->commits.size(), 1U);
  EXPECT_EQ(source->commits[0].first, data);
  EXPECT_GE(source->commits[0].second, 5000U);
}

TEST(Scratch, ARankWithoutRowsGetsAnAddressToo) {
  ScratchStore store(SegmentScratch(), 0);
  EXPECT_NE(store.Get(Group::Scratch::kRows, 0), nullptr);
}

TEST(Scratch, AFullMachineIsAnErrorAndNotAFault) {
  const auto source = std::make_shared<CountingSource>();
  ScratchStore store(source, 0);
  source->refuse = true;
  EXPECT_THROW((void)store.Get(Group::Scratch::kRows, 5000), Error);
  source->refuse = false;
  EXPECT_NE(store.Get(Group::Scratch::kRows, 5000), nullptr);
}

TEST(Scratch, ChargesTheBudgetWithLittleMoreThanWasAskedFor) {
  const auto source = std::make_shared<CountingSource>();
  ScratchStore store(source, 0);
  constexpr std::size_t kAsked = (std::size_t{1} << 20) + 1;
  (void)store.Get(Group::Scratch::kRows, kAsked);
  EXPECT_LE(source->live_bytes(), kAsked + kAsked / 8);
  (void)store.Get(Group::Scratch::kRows, 4 * kAsked);
  EXPECT_LE(source->live_bytes(), 4 * kAsked + kAsked / 2);
}

TEST(Scratch, RequestsThatGrowSlowlyDoNotAllocateEachTime) {
  const auto source = std::make_shared<CountingSource>();
  ScratchStore store(source, 0);
  constexpr std::size_t kStart = 100'000;
  for (std::size_t more = 0; more < 100'000; more += 1000)
    (void)store.Get(Group::Scratch::kOutput, kStart + more);
  EXPECT_LE(source->allocations, 10);
}

TEST(Scratch, SlotsAreApartAndFreedWithTheStore) {
  const auto source = std::make_shared<CountingSource>();
  {
    ScratchStore store(source, 0);
    const std::byte* plan = store.Get(Group::Scratch::kPlan, 64);
    EXPECT_NE(plan, store.Get(Group::Scratch::kRows, 64));
    EXPECT_EQ(plan, store.Get(Group::Scratch::kPlan, 64));
  }
  EXPECT_TRUE(source->live.empty());
}

}  // namespace
}  // namespace ferry::comm
