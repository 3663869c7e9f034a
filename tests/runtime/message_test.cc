// What a thread can ask about its errors.
#include <acl/acl.h>
#include <aclnn/aclnn_base.h>
#include <gtest/gtest.h>
#include <hccl/hccl.h>

#include <string>
#include <thread>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

TEST(Message, IsHandedOutOnce) {
  EXPECT_EQ(aclrtSetDevice(-1), ACL_ERROR_RT_INVALID_DEVICEID);
  const char* const message = aclGetRecentErrMsg();
  ASSERT_NE(message, nullptr);
  EXPECT_EQ(std::string(message).find("aclrtSetDevice: "), 0U);
  EXPECT_EQ(aclGetRecentErrMsg(), nullptr);
}

TEST(Message, TheLatestErrorCountsAndSuccessClearsNothing) {
  EXPECT_EQ(aclrtSetDevice(-1), ACL_ERROR_RT_INVALID_DEVICEID);
  EXPECT_EQ(aclrtFree(nullptr), ACL_ERROR_INVALID_PARAM);
  std::uint32_t count = 0;
  EXPECT_EQ(aclrtGetDeviceCount(&count), ACL_SUCCESS);
  EXPECT_EQ(RecentMessage().find("aclrtFree: "), 0U);
  EXPECT_EQ(aclGetRecentErrMsg(), nullptr);
}

TEST(Message, BelongsToTheThreadOfTheCall) {
  EXPECT_EQ(aclrtFree(nullptr), ACL_ERROR_INVALID_PARAM);
  std::thread([] {
    EXPECT_EQ(aclGetRecentErrMsg(), nullptr);
    EXPECT_EQ(aclrtSetDevice(-1), ACL_ERROR_RT_INVALID_DEVICEID);
  }).join();
  EXPECT_EQ(RecentMessage().find("aclrtFree: "), 0U);
}

TEST(Message, OfAQueuedTaskGoesToTheThreadThatSynchronises) {
  const OnDevice here(0);
  void* memory = nullptr;
  ASSERT_EQ(aclrtMalloc(&memory, 64, ACL_MEM_MALLOC_HUGE_FIRST), ACL_SUCCESS);
  const aclrtStream stream = NewStream();
  QueueFailure(memory, stream);
  std::thread([stream] {  // has no context
    ExpectFailure(aclrtSynchronizeStream(stream), kQueuedFailure, {"aclrtMemsetAsync: "});
  })
      .join();
  EXPECT_EQ(aclGetRecentErrMsg(), nullptr);
  EXPECT_EQ(aclrtSynchronizeStream(stream), ACL_SUCCESS);
}

TEST(LastError, IsKeptByPeekingAndClearedByGetting) {
  (void)aclrtGetLastError(ACL_RT_THREAD_LEVEL);
  EXPECT_EQ(aclrtPeekAtLastError(ACL_RT_THREAD_LEVEL), ACL_SUCCESS);
  EXPECT_EQ(aclrtSetDevice(-1), ACL_ERROR_RT_INVALID_DEVICEID);
  EXPECT_EQ(aclrtPeekAtLastError(ACL_RT_THREAD_LEVEL), ACL_ERROR_RT_INVALID_DEVICEID);
  EXPECT_EQ(aclrtGetLastError(ACL_RT_THREAD_LEVEL), ACL_ERROR_RT_INVALID_DEVICEID);
  EXPECT_EQ(aclrtGetLastError(ACL_RT_THREAD_LEVEL), ACL_SUCCESS);
}

TEST(LastError, IsNotOneOfHcclOrAclnn) {
  (void)aclrtGetLastError(ACL_RT_THREAD_LEVEL);
  EXPECT_EQ(HcclGetRankSize(nullptr, nullptr), HCCL_E_PTR);
  const int no_tensor = 0;
  EXPECT_NE(aclDestroyTensor(reinterpret_cast<const aclTensor*>(&no_tensor)), 0);
  EXPECT_EQ(aclrtPeekAtLastError(ACL_RT_THREAD_LEVEL), ACL_SUCCESS);
  EXPECT_NE(aclGetRecentErrMsg(), nullptr) << "the message is kept all the same";
}

TEST(LastError, AnUnknownLevelIsAnErrorWithAMessage) {
  const auto level = Odd<aclrtLastErrLevel>(3);
  ExpectFailure(aclrtPeekAtLastError(level), ACL_ERROR_RT_PARAM_INVALID,
                {"aclrtPeekAtLastError: level is 3"});
  ExpectFailure(aclrtGetLastError(level), ACL_ERROR_RT_PARAM_INVALID,
                {"aclrtGetLastError: level is 3"});
}

}  // namespace
}  // namespace ferry::runtime_test
