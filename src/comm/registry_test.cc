#include "comm/registry.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/env.h"
#include "base/error.h"

namespace ferry::comm {
namespace {

// What creating a communicator on `devices` throws.
std::string Refusal(const std::vector<std::int32_t>& devices) {
  try {
    (void)CreateLocalCommunicator(devices, {});
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kHcclPara);
    return error.message();
  }
  return "accepted";
}

TEST(Registry, FindsEachRankByDeviceAndName) {
  const auto members = CreateLocalCommunicator({5, 2}, {});
  ASSERT_EQ(members.size(), 2U);
  const std::string name = members[0]->name();
  EXPECT_EQ(members[1]->name(), name);
  EXPECT_LE(name.size(), kMaxGroupName);
  EXPECT_EQ(FindMember(5, name), members[0]);
  EXPECT_EQ(FindMember(2, name), members[1]);
  EXPECT_EQ(members[1]->rank(), 1);
  EXPECT_EQ(members[1]->size(), 2);
  EXPECT_EQ(FindMember(3, name), nullptr);
  EXPECT_EQ(FindMember(5, name + "x"), nullptr);
  for (const auto& member : members) DestroyMember(member);
}

TEST(Registry, ADeviceMayBelongToSeveralCommunicators) {
  const auto first = CreateLocalCommunicator({0, 1}, {});
  const auto second = CreateLocalCommunicator({1, 0}, {});
  EXPECT_NE(first[0]->name(), second[0]->name());
  EXPECT_EQ(FindMember(1, first[0]->name())->rank(), 1);
  EXPECT_EQ(FindMember(1, second[0]->name())->rank(), 0);
  for (const auto& members : {first, second})
    for (const auto& member : members) DestroyMember(member);
}

TEST(Registry, ForgetsADestroyedRankAndKeepsItsPeers) {
  const auto members = CreateLocalCommunicator({0, 1}, {});
  DestroyMember(members[0]);
  EXPECT_EQ(FindMember(0, members[0]->name()), nullptr);
  EXPECT_EQ(FindMember(1, members[0]->name()), members[1]);
  EXPECT_EQ(members[1]->WhyDead(), "rank(s) 0 destroyed the communicator");
  DestroyMember(members[1]);
}

TEST(Registry, RefusesBadDevicesWithArgumentValueAndRange) {
  const std::int32_t count = env::DeviceCount();
  const std::string n = std::to_string(count);
  EXPECT_EQ(Refusal({}), "ndev is 0; must be in [1, " + n + "]");
  EXPECT_EQ(Refusal({0, count}), "devices[1] is " + n + "; must be in [0, " + n + ")");
  EXPECT_EQ(Refusal({-1}), "devices[0] is -1; must be in [0, " + n + ")");
  EXPECT_EQ(Refusal({3, 1, 3}),
            "devices[2] is 3, as devices[0]; every rank must have a device of its own");
}

}  // namespace
}  // namespace ferry::comm
