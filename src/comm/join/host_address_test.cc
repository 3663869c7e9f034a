#include "comm/join/host_address.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace ferry::comm {
namespace {

using Addresses = std::vector<std::string>;

const std::vector<Interface> kHost = {{"lo", "127.0.0.1", false},  {"lo", "::1", true},
                                      {"eth1", "10.0.1.1", false}, {"docker0", "172.17.0.1", false},
                                      {"eth0", "10.0.0.1", false}, {"eth0", "fd00::1", true},
                                      {"ib0", "10.1.0.1", false}};

Addresses Choose(const std::string& ifname) {
  return ChooseAddresses(kHost, {.if_ip = "", .ifname = ifname, .family = std::nullopt});
}

TEST(ChooseAddresses, OrdersByNameWithDockerAndLoopbackLast) {
  EXPECT_EQ(Choose(""), (Addresses{"10.0.0.1", "10.0.1.1", "10.1.0.1", "172.17.0.1", "127.0.0.1"}));
}

TEST(ChooseAddresses, TakesPrefixesExactNamesAndTheirOpposites) {
  EXPECT_EQ(Choose("eth"), (Addresses{"10.0.0.1", "10.0.1.1"}));
  EXPECT_EQ(Choose("ib,eth"), (Addresses{"10.1.0.1", "10.0.0.1", "10.0.1.1"}));
  EXPECT_EQ(Choose("=eth1"), (Addresses{"10.0.1.1"}));
  EXPECT_EQ(Choose("^eth,docker"), (Addresses{"10.1.0.1", "127.0.0.1"}));
  EXPECT_EQ(Choose("^=eth0,lo"), (Addresses{"10.0.1.1", "10.1.0.1", "172.17.0.1"}));
}

TEST(ChooseAddresses, TakesTheAddressAndTheFamilyThatAreAskedFor) {
  EXPECT_EQ(ChooseAddresses(kHost, {"10.9.9.9", "eth", std::nullopt}), Addresses{"10.9.9.9"});
  EXPECT_EQ(ChooseAddresses(kHost, {"", "", env::SocketFamily::kIpv6}),
            (Addresses{"fd00::1", "::1"}));
}

TEST(ChooseAddresses, RefusesWhatNoInterfaceFits) {
  EXPECT_THROW((void)Choose("wlan"), Error);
  EXPECT_THROW((void)Choose("=eth"), Error);
  EXPECT_THROW((void)ChooseAddresses(kHost, {"eth0", "", std::nullopt}), Error);
  EXPECT_THROW((void)ChooseAddresses({kHost[0]}, {"", "", env::SocketFamily::kIpv6}), Error);
}

TEST(ChoosePorts, Are32FromTheBaseUnlessRangesAreGiven) {
  EXPECT_EQ(ChoosePorts("", 60000), (std::vector<PortRange>{{60000, 60031}}));
  EXPECT_EQ(ChoosePorts("", 65520), (std::vector<PortRange>{{65520, 65535}}));
  EXPECT_EQ(ChoosePorts("auto", 60000), (std::vector<PortRange>{{0, 0}}));
  EXPECT_EQ(ChoosePorts("5000-5010,6000", 1), (std::vector<PortRange>{{5000, 5010}, {6000, 6000}}));
  for (const char* text : {"x", "0", "5-4", "1-65536", "5000,", "-5"})
    EXPECT_THROW((void)ChoosePorts(text, 60000), Error) << text;
}

TEST(ListInterfaces, HasTheLoopback) {
  bool found = false;
  for (const Interface& one : ListInterfaces()) found = found || one.address == "127.0.0.1";
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace ferry::comm
