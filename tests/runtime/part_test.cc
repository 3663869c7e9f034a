// What programs ask of the devices: attributes, core numbers, peers, and what they may set.
#include <acl/acl.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <thread>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

constexpr std::uint32_t kNoDevice = 16;  // FERRY_DEVICE_COUNT of this suite

std::int64_t Attribute(std::uint32_t device, aclrtDevAttr attribute) {
  std::int64_t value = -1;
  EXPECT_EQ(aclrtGetDeviceInfo(device, attribute, &value), ACL_SUCCESS) << RecentMessage();
  return value;
}

TEST(CannAttribute, SaysWhatThereIs) {
  const aclCannAttr* list = nullptr;
  std::size_t num = 0;
  ASSERT_EQ(aclGetCannAttributeList(&list, &num), ACL_SUCCESS);
  ASSERT_EQ(num, 3U);
  for (std::size_t i = 0; i < num; ++i) {
    std::int32_t value = -1;
    EXPECT_EQ(aclGetCannAttribute(list[i], &value), ACL_SUCCESS);
    EXPECT_EQ(value, list[i] == ACL_CANN_ATTR_JIT_COMPILE ? 0 : 1) << list[i];
  }
}

TEST(CannAttribute, RefusesWhatIsNone) {
  std::int32_t value = 7;
  const aclCannAttr* list = nullptr;
  std::size_t num = 0;
  ExpectFailure(aclGetCannAttribute(ACL_CANN_ATTR_BF16, nullptr), ACL_ERROR_INVALID_PARAM,
                {"aclGetCannAttribute: value is null"});
  for (const auto bad : {ACL_CANN_ATTR_UNDEFINED, Odd<aclCannAttr>(3)})
    ExpectFailure(aclGetCannAttribute(bad, &value), ACL_ERROR_INVALID_PARAM,
                  {"cannAttr is ", "must be in [0, 2]"});
  EXPECT_EQ(value, 7) << "a refused call writes nothing";
  ExpectFailure(aclGetCannAttributeList(nullptr, &num), ACL_ERROR_INVALID_PARAM,
                {"aclGetCannAttributeList: cannAttrList is null"});
  ExpectFailure(aclGetCannAttributeList(&list, nullptr), ACL_ERROR_INVALID_PARAM, {"num is null"});
}

TEST(DeviceCapability, IsThatOfTheProduct) {
  std::int64_t value = 0;
  EXPECT_EQ(aclGetDeviceCapability(0, ACL_DEVICE_INFO_AI_CORE_NUM, &value), ACL_SUCCESS);
  EXPECT_EQ(value, 24);
  EXPECT_EQ(aclGetDeviceCapability(15, ACL_DEVICE_INFO_VECTOR_CORE_NUM, &value), ACL_SUCCESS);
  EXPECT_EQ(value, 48);
  EXPECT_EQ(aclGetDeviceCapability(0, ACL_DEVICE_INFO_L2_SIZE, &value), ACL_SUCCESS);
  EXPECT_EQ(value, std::int64_t{192} << 20);
  ExpectFailure(aclGetDeviceCapability(0, ACL_DEVICE_INFO_L2_SIZE, nullptr),
                ACL_ERROR_INVALID_PARAM, {"aclGetDeviceCapability: value is null"});
  ExpectFailure(aclGetDeviceCapability(kNoDevice, ACL_DEVICE_INFO_L2_SIZE, &value),
                ACL_ERROR_RT_INVALID_DEVICEID, {"deviceId is 16; must be in [0, 16)"});
  ExpectFailure(aclGetDeviceCapability(UINT32_MAX, ACL_DEVICE_INFO_L2_SIZE, &value),
                ACL_ERROR_RT_INVALID_DEVICEID, {"deviceId is 4294967295"});
  for (const auto bad : {ACL_DEVICE_INFO_UNDEFINED, Odd<aclDeviceInfo>(3)})
    ExpectFailure(aclGetDeviceCapability(0, bad, &value), ACL_ERROR_INVALID_PARAM,
                  {"deviceInfo is ", "must be in [0, 2]"});
}

TEST(DeviceInfo, HasEveryAttribute) {
  for (const aclrtDevAttr attribute :
       {ACL_DEV_ATTR_AICPU_CORE_NUM, ACL_DEV_ATTR_AICORE_CORE_NUM, ACL_DEV_ATTR_CUBE_CORE_NUM,
        ACL_DEV_ATTR_VECTOR_CORE_NUM, ACL_DEV_ATTR_UBUF_PER_VECTOR_CORE,
        ACL_DEV_ATTR_TOTAL_GLOBAL_MEM_SIZE, ACL_DEV_ATTR_L2_CACHE_SIZE, ACL_DEV_ATTR_NPU_ARCH})
    EXPECT_GT(Attribute(3, attribute), 0) << attribute;
  for (const aclrtDevAttr attribute :
       {ACL_DEV_ATTR_WARP_SIZE, ACL_DEV_ATTR_MAX_THREAD_PER_VECTOR_CORE, ACL_DEV_ATTR_SMP_ID,
        ACL_DEV_ATTR_SUPER_POD_SERVER_ID, ACL_DEV_ATTR_SUPER_POD_ID, ACL_DEV_ATTR_CUST_OP_PRIVILEGE,
        ACL_DEV_ATTR_MAINBOARD_ID, ACL_DEV_ATTR_IS_VIRTUAL})
    EXPECT_EQ(Attribute(3, attribute), 0) << attribute;
  EXPECT_EQ(Attribute(3, ACL_DEV_ATTR_PHY_CHIP_ID), 3);
  EXPECT_EQ(Attribute(3, ACL_DEV_ATTR_SUPER_POD_DEVICE_ID), 3);
}

TEST(DeviceInfo, MemoryIsWhatTheDeviceHas) {
  const OnDevice here(2);
  std::size_t free_bytes = 0;
  std::size_t total = 0;
  ASSERT_EQ(aclrtGetMemInfo(ACL_HBM_MEM, &free_bytes, &total), ACL_SUCCESS);
  EXPECT_EQ(Attribute(2, ACL_DEV_ATTR_TOTAL_GLOBAL_MEM_SIZE), static_cast<std::int64_t>(total));
}

TEST(DeviceInfo, RefusesWhatIsNone) {
  std::int64_t value = 7;
  ExpectFailure(aclrtGetDeviceInfo(0, ACL_DEV_ATTR_SMP_ID, nullptr), ACL_ERROR_INVALID_PARAM,
                {"aclrtGetDeviceInfo: value is null"});
  ExpectFailure(aclrtGetDeviceInfo(kNoDevice, ACL_DEV_ATTR_SMP_ID, &value),
                ACL_ERROR_RT_INVALID_DEVICEID, {"deviceId is 16"});
  for (const std::int32_t bad : {0, 2, 602, -1})
    ExpectFailure(aclrtGetDeviceInfo(0, Odd<aclrtDevAttr>(bad), &value), ACL_ERROR_RT_PARAM_INVALID,
                  {"attr is " + std::to_string(bad), "aclrtDevAttr"});
  EXPECT_EQ(value, 7) << "a refused call writes nothing";
}

TEST(ResInCurrentThread, IsAWholeDevice) {
  std::thread([] {  // needs no context
    std::uint32_t value = 0;
    EXPECT_EQ(aclrtGetResInCurrentThread(ACL_RT_DEV_RES_CUBE_CORE, &value), ACL_SUCCESS);
    EXPECT_EQ(value, 24U);
    EXPECT_EQ(aclrtGetResInCurrentThread(ACL_RT_DEV_RES_VECTOR_CORE, &value), ACL_SUCCESS);
    EXPECT_EQ(value, 48U);
    ExpectFailure(aclrtGetResInCurrentThread(Odd<aclrtDevResLimitType>(2), &value),
                  ACL_ERROR_RT_PARAM_INVALID, {"aclrtGetResInCurrentThread: type is 2; must be 0"});
    ExpectFailure(aclrtGetResInCurrentThread(ACL_RT_DEV_RES_CUBE_CORE, nullptr),
                  ACL_ERROR_INVALID_PARAM, {"value is null"});
  })
      .join();
}

TEST(PeerAccess, IsAlwaysThere) {
  std::int32_t can = 0;
  EXPECT_EQ(aclrtDeviceCanAccessPeer(&can, 0, 15), ACL_SUCCESS);
  EXPECT_EQ(can, 1);
  EXPECT_EQ(aclrtDeviceEnablePeerAccess(15, 0), ACL_SUCCESS);
  ExpectFailure(aclrtDeviceCanAccessPeer(nullptr, 0, 1), ACL_ERROR_INVALID_PARAM,
                {"aclrtDeviceCanAccessPeer: canAccessPeer is null"});
  ExpectFailure(aclrtDeviceCanAccessPeer(&can, 16, 1), ACL_ERROR_RT_INVALID_DEVICEID,
                {"deviceId is 16"});
  ExpectFailure(aclrtDeviceCanAccessPeer(&can, 0, -1), ACL_ERROR_RT_INVALID_DEVICEID,
                {"peerDeviceId is -1"});
  ExpectFailure(aclrtDeviceEnablePeerAccess(16, 0), ACL_ERROR_RT_INVALID_DEVICEID,
                {"aclrtDeviceEnablePeerAccess: peerDeviceId is 16; must be in [0, 16)"});
}

TEST(Settings, AreAcceptedWithoutEffect) {
  EXPECT_EQ(aclrtSetOpWaitTimeout(0), ACL_SUCCESS);
  EXPECT_EQ(aclrtSetOpWaitTimeout(UINT32_MAX), ACL_SUCCESS);
  EXPECT_EQ(aclrtSetOpExecuteTimeOut(1), ACL_SUCCESS);
  EXPECT_EQ(aclrtSetExceptionInfoCallback([](aclrtExceptionInfo*) { FAIL() << "never called"; }),
            ACL_SUCCESS);
  const OnDevice here(0);
  void* memory = nullptr;
  ASSERT_EQ(aclrtMalloc(&memory, 64, ACL_MEM_MALLOC_HUGE_FIRST), ACL_SUCCESS);
  QueueFailure(memory, nullptr);
  EXPECT_EQ(aclrtSynchronizeStream(nullptr), kQueuedFailure);
  EXPECT_EQ(aclrtSetExceptionInfoCallback(nullptr), ACL_SUCCESS);
}

TEST(Ipc, IsNotOffered) {
  std::array<char, 65> key{};
  void* memory = &key;
  const auto expect_null = [](aclError answer, const std::string& part) {
    ExpectFailure(answer, ACL_ERROR_INVALID_PARAM, {part});
  };
  expect_null(aclrtIpcMemGetExportKey(nullptr, 1, key.data(), key.size(), 0),
              "aclrtIpcMemGetExportKey: devPtr is null");
  expect_null(aclrtIpcMemGetExportKey(memory, 1, nullptr, 0, 0), "key is null");
  expect_null(aclrtIpcMemImportByKey(nullptr, key.data(), 0),
              "aclrtIpcMemImportByKey: devPtr is null");
  expect_null(aclrtIpcMemImportByKey(&memory, nullptr, 0), "key is null");
  expect_null(aclrtIpcMemClose(nullptr), "aclrtIpcMemClose: key is null");
  const auto expect_missing = [](aclError answer) {
    ExpectFailure(answer, ACL_ERROR_RT_FEATURE_NOT_SUPPORT, {"cannot be shared", "communicator"});
  };
  expect_missing(aclrtIpcMemGetExportKey(memory, 1, key.data(), key.size(), 0));
  expect_missing(aclrtIpcMemImportByKey(&memory, key.data(), 0));
  expect_missing(aclrtIpcMemClose(key.data()));
}

TEST(DataBuffer, IsMadeAndDestroyedOnce) {
  int value = 0;
  aclDataBuffer* const buffer = aclCreateDataBuffer(&value, sizeof value);
  ASSERT_NE(buffer, nullptr);
  aclDataBuffer* const empty = aclCreateDataBuffer(nullptr, 0);
  ASSERT_NE(empty, nullptr);
  std::thread([buffer] { EXPECT_EQ(aclDestroyDataBuffer(buffer), ACL_SUCCESS); }).join();
  EXPECT_EQ(aclDestroyDataBuffer(empty), ACL_SUCCESS);
  ExpectFailure(aclDestroyDataBuffer(buffer), ACL_ERROR_RT_INVALID_HANDLE,
                {"aclDestroyDataBuffer: dataBuffer is 0x", "no data buffer or one that"});
  ExpectFailure(aclDestroyDataBuffer(nullptr), ACL_ERROR_INVALID_PARAM, {"dataBuffer is null"});
}

// FERRY_LOG lets errors through, which is its default.
TEST(AppLog, WritesALineWithItsPlace) {
  ::testing::internal::CaptureStderr();
  aclAppLog(ACL_ERROR, "Load", "model.cc", 17, "layer %d of %s", 3, "m");
  aclAppLog(ACL_INFO, "Load", "model.cc", 18, "not at this level");
  aclAppLog(ACL_ERROR, nullptr, nullptr, 0, "%s", std::string(5000, 'x').c_str());
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("[ferry] model.cc:17 Load: layer 3 of m\n"), 0U) << text;
  EXPECT_EQ(text.find("not at this level"), std::string::npos);
  EXPECT_NE(text.find("?:0 ?: xxx"), std::string::npos);
  EXPECT_EQ(aclGetRecentErrMsg(), nullptr) << "a line is no error";

  ::testing::internal::CaptureStderr();
  ACL_APP_LOG(ACL_ERROR, "no argument");
  ACL_APP_LOG(ACL_ERROR, "one: %d", 1);
  const std::string lines = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(lines.find("part_test.cc"), std::string::npos) << lines;
  EXPECT_NE(lines.find("TestBody: no argument\n"), std::string::npos) << lines;
  EXPECT_NE(lines.find("TestBody: one: 1\n"), std::string::npos) << lines;
}

TEST(AppLog, ReportsWhatItCannotWrite) {
  aclAppLog(Odd<aclLogLevel>(4), "f", "x.cc", 1, "text");
  EXPECT_EQ(RecentMessage(), "aclAppLog: logLevel is 4; must be in [0, 3]");
  aclAppLog(ACL_ERROR, "f", "x.cc", 1, nullptr);
  EXPECT_EQ(RecentMessage(), "aclAppLog: fmt is null; must be a valid pointer");
}

}  // namespace
}  // namespace ferry::runtime_test
