#include "comm/descriptor_room.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>

namespace ferry::comm {
namespace {

class DescriptorRoom : public ::testing::Test {
 protected:
  DescriptorRoom() { ::getrlimit(RLIMIT_NOFILE, &before_); }
  ~DescriptorRoom() override { ::setrlimit(RLIMIT_NOFILE, &before_); }

  void Limit(rlim_t soft) const {
    const rlimit limit{std::min(soft, before_.rlim_max), before_.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
  static rlim_t SoftLimit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
  }

  rlimit before_{};
};

TEST_F(DescriptorRoom, OfAFewPeersIsLeftAsItIs) {
  Limit(1024);
  EXPECT_EQ(MakeDescriptorRoom(15), 1024U);
  EXPECT_EQ(SoftLimit(), 1024U);
}

TEST_F(DescriptorRoom, GrowsForHundredsOfPeersAsFarAsItMay) {
  Limit(1024);
  const rlim_t most = std::min<rlim_t>(before_.rlim_max, 8 * 767);
  EXPECT_EQ(MakeDescriptorRoom(767), most);
  EXPECT_EQ(SoftLimit(), most);
}

TEST_F(DescriptorRoom, NeverShrinks) {
  Limit(before_.rlim_max);
  EXPECT_EQ(MakeDescriptorRoom(1), before_.rlim_max);
  EXPECT_EQ(SoftLimit(), before_.rlim_max);
}

}  // namespace
}  // namespace ferry::comm
