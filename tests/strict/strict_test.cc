// What FERRY_STRICT=1 finds in programs, through the C API.
#include <acl/acl.h>
#include <ferry/ferry.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "small_world.h"
#include "support/moe_calls.h"
#include "support/recent_message.h"
#include "support/world.h"

namespace ferry::support {
namespace {

TEST(Strict, PoisonsRowsThatNobodySentAndTheyAreThoseBehindTheReceivedOnes) {
  const auto config = SmallConfig();
  const World world(2);
  const auto tensors = Tensors(config, Inputs(config));
  ASSERT_TRUE(AllOk(Dispatch(world, config, tensors)));
  const std::int64_t elements = tensors[0].expand_x->num_elements();
  const auto first = tensors[0].expand_x->Read<std::uint16_t>(elements);
  const auto second = tensors[1].expand_x->Read<std::uint16_t>(elements);
  EXPECT_EQ(first.front(), 0x3f80);
  // Rank 1's experts 2 and 3 received nothing.
  EXPECT_EQ(second, std::vector<std::uint16_t>(second.size(), 0xffff));
}

TEST(Strict, PoisonsScalesOfRowsThatNobodySent) {
  auto config = SmallConfig();
  config.quantization = moe::Quantization::kPerToken;
  const World world(2);
  const auto tensors = Tensors(config, Inputs(config));
  ASSERT_TRUE(AllOk(Dispatch(world, config, tensors)));
  for (const std::size_t received : {8, 0}) {
    const DeviceTensor& tensor = *tensors[received == 8 ? 0 : 1].dynamic_scales;
    const auto scales = tensor.Read<std::uint32_t>(tensor.num_elements());
    for (std::size_t i = 0; i < scales.size(); ++i)
      EXPECT_EQ(scales[i] == 0xffffffffU, i >= received) << i;
  }
}

TEST(Strict, RefusesADuplicateIdOnEveryRank) {
  const auto config = SmallConfig();
  const World world(2);
  auto inputs = Inputs(config);
  inputs[1].expert_ids = {0, 1, 3, 3};
  ExpectAllFailed(Dispatch(world, config, Tensors(config, inputs)),
                  "rank 1 token 1: expertIds has expert 3 twice, at k 0 and k 1");
}

// Whoever comes first: the rank with the later finding is alone for a while.
TEST(Strict, NamesTheLowestOfTwoRanksWithADuplicate) {
  const auto config = SmallConfig();
  const World world(2);
  auto inputs = Inputs(config);
  inputs[0].expert_ids = {0, 1, 2, 2};
  inputs[1].expert_ids = {3, 3, 0, 1};
  for (int round = 0; round < 20; ++round) {
    ExpectAllFailed(Dispatch(world, config, Tensors(config, inputs)),
                    "rank 0 token 1: expertIds has expert 2 twice");
  }
}

TEST(Strict, NamesABadIdBeforeADuplicateOfALowerRank) {
  const auto config = SmallConfig();
  const World world(2);
  auto inputs = Inputs(config);
  inputs[0].expert_ids = {3, 3, 0, 1};
  inputs[1].expert_ids = {0, 1, 0, 4};
  for (int round = 0; round < 20; ++round) {
    ExpectAllFailed(Dispatch(world, config, Tensors(config, inputs)),
                    "rank 1 token 1 k 1: expert id 4 outside [0, 4)");
  }
}

TEST(Strict, NamesAParameterThatDiffersBeforeADuplicate) {
  const auto config = SmallConfig();
  const World world(2);
  auto inputs = Inputs(config);
  inputs[0].expert_ids = {3, 3, 0, 1};
  DispatchOptions options{.expand_x_rows = 32, .assist_words = 32 * 128};
  options.call.global_bs = 8;
  for (int round = 0; round < 20; ++round) {
    auto tensors = Tensors(config, inputs);
    tensors[1] = MakeDispatch(config, 1, inputs[1], options);
    ExpectAllFailed(Dispatch(world, config, tensors),
                    "parameter globalBs differs: rank 0 has 4, rank 1 has 8");
  }
}

TEST(Strict, RefusesToFreeWhatAQueuedOperatorReads) {
  std::int32_t device = 0;
  void* memory = nullptr;
  const auto config = SmallConfig();
  const World world(2);
  world.Use(0);
  ASSERT_EQ(aclrtGetDevice(&device), 0);
  const std::size_t bytes = 2 * 1024 * sizeof(std::uint16_t);
  ASSERT_EQ(aclrtMalloc(&memory, bytes, ACL_MEM_MALLOC_HUGE_FIRST), 0);
  auto tensors = Tensors(config, Inputs(config));
  const std::int64_t dims[] = {2, 1024};
  aclTensor* const x =
      aclCreateTensor(dims, 2, ACL_BF16, nullptr, 0, ACL_FORMAT_ND, dims, 2, memory);
  const auto launch = [&](std::size_t r) {
    world.Use(r);
    const DispatchTensors& t = tensors[r];
    std::uint64_t workspace = 0;
    aclOpExecutor* executor = nullptr;
    const int refused = aclnnMoeDistributeDispatchV2GetWorkspaceSize(
        r == 0 ? x : t.x->handle(), t.expert_ids->handle(), nullptr, nullptr, nullptr,
        world.rank(r).ep_name.c_str(), 2, static_cast<std::int64_t>(r), config.num_experts, "", 0,
        0, 0, 0, 0, 0, 0, 1, nullptr, t.expand_x->handle(), nullptr, t.assist_info->handle(),
        t.expert_token_nums->handle(), t.ep_recv_counts->handle(), t.tp_recv_counts->handle(),
        nullptr, &workspace, &executor);
    return refused != 0 ? refused
                        : aclnnMoeDistributeDispatchV2(nullptr, 0, executor, world.rank(r).stream);
  };
  ASSERT_EQ(launch(0), 0);
  EXPECT_EQ(ferry_free(memory), kInvalid);
  EXPECT_EQ(aclrtFree(memory), kInvalid);
  const std::string message = RecentMessage();
  EXPECT_NE(message.find("holds x of aclnnMoeDistributeDispatchV2 call 1 on group \"" +
                         world.rank(0).ep_name + "\" (rank 0), which has not ended"),
            std::string::npos)
      << message;
  ASSERT_EQ(launch(1), 0);
  for (const Outcome& outcome : world.Synchronize()) EXPECT_TRUE(outcome.ok()) << outcome.message;
  EXPECT_EQ(aclrtFree(memory), 0) << RecentMessage();
  EXPECT_EQ(aclDestroyTensor(x), 0);
}

TEST(Strict, ReportsAnOverrunIntoTheSlackAtFree) {
  ASSERT_EQ(aclrtSetDevice(0), 0);
  void* memory = nullptr;
  ASSERT_EQ(aclrtMalloc(&memory, 100, ACL_MEM_MALLOC_HUGE_FIRST), 0);
  auto* const bytes = static_cast<unsigned char*>(memory);
  bytes[128 + 32] = 0;  // 100 rounded up to 32, plus 32, and one further
  EXPECT_EQ(aclrtFree(memory), kInvalid);
  const std::string message = RecentMessage();
  EXPECT_NE(message.find(" has 1 byte(s) written behind its end"), std::string::npos) << message;
  EXPECT_NE(message.find("160 usable bytes"), std::string::npos) << message;
  EXPECT_EQ(aclrtFree(memory), kInvalid) << "it is freed";
  ASSERT_EQ(aclrtResetDevice(0), 0);
}

// A program that ends a stream with the wrong functions, and leaves it.
void LeaveAStream() {
  aclrtStream stream = nullptr;
  const bool refused = aclInit(nullptr) == 0 && aclrtSetDevice(0) == 0 &&
                       aclrtCreateStream(&stream) == 0 && aclrtDestroyEvent(stream) != 0 &&
                       aclDestroyTensor(static_cast<aclTensor*>(stream)) != 0 &&
                       aclrtFree(stream) != 0 && aclFinalize() == 0;
  std::exit(refused ? 0 : 1);
}

TEST(Strict, ReportsALeakThoughTheWrongFunctionsWereTried) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(LeaveAStream(), ::testing::ExitedWithCode(0), "leak: 1 stream never ended");
}

// A program whose stream and context end only with their device; the default stream and the
// implicit context are Ferry's to end.
void LeaveThemToTheReset(aclError (*reset)(std::int32_t)) {
  aclrtStream stream = nullptr;
  aclrtContext context = nullptr;
  const bool ok = aclInit(nullptr) == 0 && aclrtSetDevice(0) == 0 &&
                  aclrtSynchronizeStream(nullptr) == 0 && aclrtCreateStream(&stream) == 0 &&
                  aclrtCreateContext(&context, 0) == 0 && reset(0) == 0 && aclFinalize() == 0;
  std::exit(ok ? 0 : 1);
}

TEST(Strict, ReportsStreamsAndContextsThatOnlyAResetEnded) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  for (const auto reset : {aclrtResetDevice, aclrtResetDeviceForce}) {
    EXPECT_EXIT(LeaveThemToTheReset(reset), ::testing::ExitedWithCode(0),
                "never ended by the program: 1 context, 1 stream\n"
                ".*leak: 1 context never ended with aclrtDestroyContext, only lost with "
                "aclrtResetDevice, created at .*\n"
                ".*leak: 1 stream never ended with aclrtDestroyStream, only lost with "
                "aclrtResetDevice, created at ");
  }
}

TEST(Strict, GivesTheUsableBytesThatTheInterfacePromises) {
  ASSERT_EQ(aclrtSetDevice(0), 0);
  for (const std::size_t size : {1U, 31U, 32U, 33U, 4000U, 4064U, 100000U}) {
    void* memory = nullptr;
    ASSERT_EQ(aclrtMalloc(&memory, size, ACL_MEM_MALLOC_HUGE_FIRST), 0);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 512, 0U);
    std::memset(memory, 1, (size + 31) / 32 * 32 + 32);
    EXPECT_EQ(aclrtFree(memory), 0) << size;
  }
  ASSERT_EQ(aclrtResetDevice(0), 0);
}

}  // namespace
}  // namespace ferry::support
