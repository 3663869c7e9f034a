#include "runtime/handle_table.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace ferry::runtime {
namespace {

TEST(HandleTable, FindsWhatWasAdded) {
  HandleTable<int> table(HandleKind::kStream);
  void* const one = table.Add(std::make_shared<int>(1));
  void* const two = table.Add(std::make_shared<int>(2));
  ASSERT_NE(table.Find(one), nullptr);
  EXPECT_EQ(*table.Find(one), 1);
  ASSERT_NE(table.Find(two), nullptr);
  EXPECT_EQ(*table.Find(two), 2);
}

TEST(HandleTable, KnowsNeitherNullNorAnAddressNorANumberOfTheFuture) {
  HandleTable<int> table(HandleKind::kStream);
  int local = 0;
  void* const handle = table.Add(std::make_shared<int>(1));
  EXPECT_EQ(table.Find(nullptr), nullptr);
  EXPECT_EQ(table.Find(&local), nullptr);
  EXPECT_EQ(table.Find(static_cast<char*>(handle) + 16), nullptr);
  EXPECT_EQ(table.Remove(&local), nullptr);
}

TEST(HandleTable, KnowsNoHandleOfAnotherKind) {
  HandleTable<int> streams(HandleKind::kStream);
  HandleTable<int> events(HandleKind::kEvent);
  void* const stream = streams.Add(std::make_shared<int>(1));
  void* const event = events.Add(std::make_shared<int>(1));
  EXPECT_NE(stream, event);
  EXPECT_EQ(streams.Find(event), nullptr);
  EXPECT_EQ(events.Find(stream), nullptr);
}

TEST(HandleTable, NeverGivesOutANumberTwice) {
  HandleTable<int> table(HandleKind::kTensor);
  std::set<void*> seen;
  for (int i = 0; i < 1000; ++i) {
    void* const handle = table.Add(std::make_shared<int>(i));
    EXPECT_TRUE(seen.insert(handle).second) << "at " << i;
    EXPECT_NE(table.Remove(handle), nullptr);
    EXPECT_EQ(table.Find(handle), nullptr);
  }
}

TEST(HandleTable, RemovesOnceAndLeavesTheObjectToItsHolders) {
  HandleTable<int> table(HandleKind::kEvent);
  void* const handle = table.Add(std::make_shared<int>(7));
  const std::shared_ptr<int> held = table.Find(handle);
  EXPECT_EQ(table.Remove(handle), held);
  EXPECT_EQ(table.Remove(handle), nullptr);
  EXPECT_EQ(*held, 7);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(HandleTable, ListsAllInTheOrderOfTheirCreation) {
  HandleTable<int> table(HandleKind::kStream);
  std::vector<void*> handles;
  for (int i = 0; i < 200; ++i) handles.push_back(table.Add(std::make_shared<int>(i)));
  table.Remove(handles[100]);
  handles.erase(handles.begin() + 100);
  const auto all = table.All();
  ASSERT_EQ(all.size(), handles.size());
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].first, handles[i]) << "at " << i;
}

TEST(HandleTable, GivesEachOfManyThreadsItsOwn) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 500;
  HandleTable<int> table(HandleKind::kStream);
  std::vector<int> wrong(kThreads, 0);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRounds; ++i) {
        void* const handle = table.Add(std::make_shared<int>(t));
        const auto found = table.Find(handle);
        if (found == nullptr || *found != t) ++wrong[static_cast<std::size_t>(t)];
        if (table.Remove(handle) != found) ++wrong[static_cast<std::size_t>(t)];
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(kThreads, 0));
  EXPECT_TRUE(table.All().empty());
}

}  // namespace
}  // namespace ferry::runtime
