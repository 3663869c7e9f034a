// Communicator management through the C API: names, ranks, the barrier, and calls gone wrong.
#include <acl/acl.h>
#include <gtest/gtest.h>
#include <hccl/hccl.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "support/recent_message.h"

namespace {

using ferry::support::RecentMessage;

constexpr int32_t kDevices = 16;  // FERRY_DEVICE_COUNT of this suite

class Hccl : public ::testing::Test {
 protected:
  // Ranks on devices 0, 1, …, each with a stream.
  void Open(std::size_t num_ranks) {
    comms_.resize(num_ranks);
    streams_.resize(num_ranks);
    std::vector<int32_t> devices;
    for (std::size_t r = 0; r < num_ranks; ++r) {
      devices.push_back(static_cast<int32_t>(r));
      ASSERT_EQ(aclrtSetDevice(devices[r]), ACL_SUCCESS);
      ASSERT_EQ(aclrtCreateStream(&streams_[r]), ACL_SUCCESS);
    }
    ASSERT_EQ(HcclCommInitAll(static_cast<uint32_t>(num_ranks), devices.data(), comms_.data()),
              HCCL_SUCCESS);
  }

  ~Hccl() override {
    for (const HcclComm comm : comms_) {
      if (comm != nullptr) {
        EXPECT_EQ(HcclCommDestroy(comm), HCCL_SUCCESS);
      }
    }
    for (const aclrtStream stream : streams_) EXPECT_EQ(aclrtDestroyStream(stream), ACL_SUCCESS);
  }

  void Destroy(std::size_t rank) {
    EXPECT_EQ(HcclCommDestroy(comms_[rank]), HCCL_SUCCESS);
    comms_[rank] = nullptr;
  }

  std::vector<HcclComm> comms_;
  std::vector<aclrtStream> streams_;
};

TEST_F(Hccl, EveryRankKnowsNameSizeAndRank) {
  Open(3);
  std::array<char, COMM_NAME_MAX_LENGTH> first{};
  ASSERT_EQ(HcclGetCommName(comms_[0], first.data()), HCCL_SUCCESS);
  EXPECT_NE(std::string(first.data()), "");
  for (uint32_t r = 0; r < 3; ++r) {
    std::array<char, COMM_NAME_MAX_LENGTH> name{};
    uint32_t size = 0;
    uint32_t rank = 99;
    EXPECT_EQ(HcclGetCommName(comms_[r], name.data()), HCCL_SUCCESS);
    EXPECT_EQ(name, first);
    EXPECT_EQ(HcclGetRankSize(comms_[r], &size), HCCL_SUCCESS);
    EXPECT_EQ(size, 3U);
    EXPECT_EQ(HcclGetRankId(comms_[r], &rank), HCCL_SUCCESS);
    EXPECT_EQ(rank, r);
  }
}

TEST_F(Hccl, InitAllDoesNotChangeTheCurrentDevice) {
  ASSERT_EQ(aclrtSetDevice(5), ACL_SUCCESS);
  std::array<int32_t, 2> devices = {1, 0};
  comms_.resize(2);
  ASSERT_EQ(HcclCommInitAll(2, devices.data(), comms_.data()), HCCL_SUCCESS);
  int32_t device = -1;
  EXPECT_EQ(aclrtGetDevice(&device), ACL_SUCCESS);
  EXPECT_EQ(device, 5);
}

TEST_F(Hccl, NobodyPassesABarrierBeforeAllHaveCome) {
  Open(3);
  ASSERT_EQ(HcclBarrier(comms_[0], streams_[0]), HCCL_SUCCESS);
  ASSERT_EQ(HcclBarrier(comms_[2], streams_[2]), HCCL_SUCCESS);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  aclrtStreamStatus status = ACL_STREAM_STATUS_COMPLETE;
  ASSERT_EQ(aclrtStreamQuery(streams_[0], &status), ACL_SUCCESS);
  EXPECT_EQ(status, ACL_STREAM_STATUS_NOT_READY);
  ASSERT_EQ(HcclBarrier(comms_[1], streams_[1]), HCCL_SUCCESS);
  for (const aclrtStream stream : streams_)
    EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(stream, 10000), ACL_SUCCESS);
}

TEST_F(Hccl, ABarrierOnTheDefaultStreamIsOnTheCurrentContext) {
  Open(2);
  for (int32_t r = 0; r < 2; ++r) {
    ASSERT_EQ(aclrtSetDevice(r), ACL_SUCCESS);
    ASSERT_EQ(HcclBarrier(comms_[static_cast<std::size_t>(r)], nullptr), HCCL_SUCCESS);
  }
  for (int32_t r = 0; r < 2; ++r) {
    ASSERT_EQ(aclrtSetDevice(r), ACL_SUCCESS);
    EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(nullptr, 10000), ACL_SUCCESS);
  }
}

TEST_F(Hccl, ADestroyedRankFailsThePeersNextCallAndShowsAsAsyncError) {
  Open(3);
  HcclResult state = HCCL_E_RESERVED;
  ASSERT_EQ(HcclGetCommAsyncError(comms_[0], &state), HCCL_SUCCESS);
  EXPECT_EQ(state, HCCL_SUCCESS);
  Destroy(1);
  ASSERT_EQ(HcclGetCommAsyncError(comms_[0], &state), HCCL_SUCCESS);
  EXPECT_EQ(state, HCCL_E_REMOTE);
  ASSERT_EQ(HcclBarrier(comms_[0], streams_[0]), HCCL_SUCCESS);
  EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(streams_[0], 10000), ACL_ERROR_RT_AICORE_EXCEPTION);
  const std::string message = RecentMessage();
  EXPECT_NE(message.find("HcclBarrier call 1 on group"), std::string::npos) << message;
  EXPECT_NE(message.find("failed: rank(s) 1 destroyed the communicator"), std::string::npos)
      << message;
}

TEST_F(Hccl, DestroyWhileABarrierIsQueuedLetsItEnd) {
  Open(2);
  ASSERT_EQ(HcclBarrier(comms_[0], streams_[0]), HCCL_SUCCESS);
  Destroy(0);
  ASSERT_EQ(HcclBarrier(comms_[1], streams_[1]), HCCL_SUCCESS);
  for (const aclrtStream stream : streams_)
    EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(stream, 10000), ACL_SUCCESS);
}

TEST_F(Hccl, BadDevicesAreRefusedWithValueAndRange) {
  const auto refusal = [](uint32_t ndev, std::vector<int32_t> devices) {
    std::vector<HcclComm> comms(devices.size() + 1);
    EXPECT_EQ(HcclCommInitAll(ndev, devices.data(), comms.data()), HCCL_E_PARA);
    return RecentMessage();
  };
  EXPECT_EQ(refusal(0, {0}), "HcclCommInitAll: ndev is 0; must be in [1, 16]");
  EXPECT_EQ(refusal(kDevices + 1, {0}), "HcclCommInitAll: ndev is 17; must be in [1, 16]");
  EXPECT_EQ(refusal(2, {0, kDevices}), "HcclCommInitAll: devices[1] is 16; must be in [0, 16)");
  EXPECT_EQ(refusal(1, {-1}), "HcclCommInitAll: devices[0] is -1; must be in [0, 16)");
  EXPECT_EQ(refusal(3, {4, 2, 4}),
            "HcclCommInitAll: devices[2] is 4, as devices[0]; every rank must have a device of its "
            "own");
}

TEST_F(Hccl, NullPointersAreRefusedByName) {
  Open(1);
  int32_t device = 0;
  HcclComm comm = nullptr;
  EXPECT_EQ(HcclCommInitAll(1, nullptr, &comm), HCCL_E_PTR);
  EXPECT_EQ(RecentMessage(), "HcclCommInitAll: devices is null; must be a valid pointer");
  EXPECT_EQ(HcclCommInitAll(1, &device, nullptr), HCCL_E_PTR);
  EXPECT_EQ(RecentMessage(), "HcclCommInitAll: comms is null; must be a valid pointer");
  EXPECT_EQ(HcclGetCommName(comms_[0], nullptr), HCCL_E_PTR);
  EXPECT_EQ(RecentMessage(), "HcclGetCommName: commName is null; must be a valid pointer");
  EXPECT_EQ(HcclGetRankSize(comms_[0], nullptr), HCCL_E_PTR);
  EXPECT_EQ(RecentMessage(), "HcclGetRankSize: rankSize is null; must be a valid pointer");
  EXPECT_EQ(HcclGetRankId(comms_[0], nullptr), HCCL_E_PTR);
  EXPECT_EQ(RecentMessage(), "HcclGetRankId: rank is null; must be a valid pointer");
  EXPECT_EQ(HcclGetCommAsyncError(comms_[0], nullptr), HCCL_E_PTR);
  EXPECT_EQ(RecentMessage(), "HcclGetCommAsyncError: asyncError is null; must be a valid pointer");
  EXPECT_EQ(HcclCommDestroy(nullptr), HCCL_E_PTR);
  EXPECT_EQ(RecentMessage(), "HcclCommDestroy: comm is null; must be a valid pointer");
  EXPECT_EQ(HcclBarrier(nullptr, streams_[0]), HCCL_E_PTR);
  EXPECT_EQ(RecentMessage(), "HcclBarrier: comm is null; must be a valid pointer");
}

TEST_F(Hccl, ADestroyedOrForeignHandleIsNotFound) {
  Open(2);
  const HcclComm destroyed = comms_[1];
  Destroy(1);
  int local = 0;
  for (const HcclComm comm : {destroyed, static_cast<HcclComm>(&local), streams_[0]}) {
    std::array<char, COMM_NAME_MAX_LENGTH> name{};
    uint32_t number = 0;
    HcclResult state = HCCL_SUCCESS;
    EXPECT_EQ(HcclGetCommName(comm, name.data()), HCCL_E_NOT_FOUND);
    EXPECT_NE(RecentMessage().find("HcclGetCommName: comm is "), std::string::npos);
    EXPECT_EQ(HcclGetRankSize(comm, &number), HCCL_E_NOT_FOUND);
    EXPECT_EQ(HcclGetRankId(comm, &number), HCCL_E_NOT_FOUND);
    EXPECT_EQ(HcclGetCommAsyncError(comm, &state), HCCL_E_NOT_FOUND);
    EXPECT_EQ(HcclBarrier(comm, streams_[0]), HCCL_E_NOT_FOUND);
    EXPECT_EQ(HcclCommDestroy(comm), HCCL_E_NOT_FOUND);
    EXPECT_NE(RecentMessage().find("HcclCommDestroy: comm is "), std::string::npos);
  }
}

TEST_F(Hccl, ABarrierOnAnUnknownStreamIsRefusedAndTakesNoNumber) {
  Open(2);
  int local = 0;
  EXPECT_EQ(HcclBarrier(comms_[0], &local), HCCL_E_PARA);
  EXPECT_NE(RecentMessage().find("HcclBarrier: "), std::string::npos);
  for (std::size_t r = 0; r < 2; ++r) ASSERT_EQ(HcclBarrier(comms_[r], streams_[r]), HCCL_SUCCESS);
  for (const aclrtStream stream : streams_)
    EXPECT_EQ(aclrtSynchronizeStreamWithTimeout(stream, 10000), ACL_SUCCESS);
}

struct BadVariable {
  const char* name;
  const char* value;
  const char* allowed;  // as the message says it
};

constexpr BadVariable kBadVariables[] = {
    {"HCCL_EXEC_TIMEOUT", "-1", "be in [0, 2147483647] seconds"},
    {"HCCL_EXEC_TIMEOUT", "2147483648", "be in [0, 2147483647] seconds"},
    {"HCCL_EXEC_TIMEOUT", "soon", "be in [0, 2147483647] seconds"},
    {"HCCL_CONNECT_TIMEOUT", "119", "be in [120, 7200]"},
    {"HCCL_CONNECT_TIMEOUT", "7201", "be in [120, 7200]"},
    {"HCCL_IF_BASE_PORT", "1023", "be in [1024, 65520]"},
    {"HCCL_IF_BASE_PORT", "65521", "be in [1024, 65520]"},
    {"HCCL_SOCKET_FAMILY", "AF_UNIX", "be AF_INET or AF_INET6"},
};

// Also a variable that the way of making it does not need.
TEST_F(Hccl, EveryWayOfMakingACommunicatorRefusesABadVariable) {
  int32_t device = 0;
  ASSERT_EQ(aclrtSetDevice(device), ACL_SUCCESS);
  HcclRootInfo info;
  ASSERT_EQ(HcclGetRootInfo(&info), HCCL_SUCCESS);
  HcclComm comm = nullptr;
  for (const BadVariable& bad : kBadVariables) {
    const std::string expected =
        std::string(": ") + bad.name + " is \"" + bad.value + "\"; must " + bad.allowed;
    ASSERT_EQ(setenv(bad.name, bad.value, 1), 0);
    EXPECT_EQ(HcclCommInitAll(1, &device, &comm), HCCL_E_PARA) << bad.name;
    EXPECT_EQ(RecentMessage(), "HcclCommInitAll" + expected);
    EXPECT_EQ(HcclCommInitRootInfo(1, &info, 0, &comm), HCCL_E_PARA) << bad.name;
    EXPECT_EQ(RecentMessage(), "HcclCommInitRootInfo" + expected);
    ASSERT_EQ(unsetenv(bad.name), 0);
  }
  // None of the refusals has used the root up.
  ASSERT_EQ(HcclCommInitRootInfo(1, &info, 0, &comm), HCCL_SUCCESS) << RecentMessage();
  EXPECT_EQ(HcclCommDestroy(comm), HCCL_SUCCESS);
}

TEST(HcclErrorString, NamesEveryCode) {
  std::vector<std::string> texts;
  for (int code = HCCL_SUCCESS; code < HCCL_E_RESERVED; ++code) {
    const char* text = HcclGetErrorString(static_cast<HcclResult>(code));
    ASSERT_NE(text, nullptr) << code;
    for (const std::string& other : texts) EXPECT_NE(other, text) << code;
    texts.emplace_back(text);
  }
  EXPECT_STREQ(HcclGetErrorString(HCCL_E_RESERVED), "unknown error");
}

}  // namespace
