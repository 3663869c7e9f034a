// What a program's user sees of a hang or a failure, through the C API: on stderr and on demand.
#include <ferry/ferry.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "acl/acl.h"
#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "hccl/hccl.h"
#include "support/world.h"

namespace ferry::support {
namespace {

constexpr std::int32_t kFailed = 507015;

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string State() {
  std::vector<char> text(ferry_dump_state(nullptr, 0) + 10000);
  EXPECT_LT(ferry_dump_state(text.data(), text.size()), text.size());
  return text.data();
}

// A world whose waits end soon; the variables are read when the communicators are made.
class Diagnostics : public ::testing::Test {
 protected:
  static constexpr std::size_t kRanks = 16;

  Diagnostics() {
    setenv("HCCL_EXEC_TIMEOUT", "2", 1);
    setenv("FERRY_WATCHDOG", "1", 1);
    world_ = std::make_unique<World>(static_cast<std::int32_t>(kRanks));
  }
  ~Diagnostics() override {
    for (const char* name : {"HCCL_EXEC_TIMEOUT", "FERRY_WATCHDOG", "FERRY_TRACE"}) unsetenv(name);
  }

  // Every rank but the last comes to a barrier and waits in vain; what the library writes meanwhile
  // is returned.
  std::string Hang() {
    ::testing::internal::CaptureStderr();
    for (std::size_t w = 0; w + 1 < kRanks; ++w) {
      EXPECT_EQ(HcclBarrier(world_->rank(w).ep, world_->rank(w).stream), HCCL_SUCCESS);
    }
    outcomes_ = world_->Synchronize();
    return ::testing::internal::GetCapturedStderr();
  }

  std::unique_ptr<World> world_;
  std::vector<Outcome> outcomes_;
};

TEST_F(Diagnostics, AHangIsOneReportAndOneFailureForAllRanksOfTheProcess) {
  const std::string lines = Hang();
  for (std::size_t w = 0; w + 1 < kRanks; ++w) EXPECT_EQ(outcomes_[w].finish, kFailed) << w;
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2) << lines;
  EXPECT_TRUE(Contains(lines, "has waited 1 s for rank(s) 15 (limit 2 s)")) << lines;
  EXPECT_TRUE(Contains(lines, "; 14 more rank(s) here wait\n")) << lines;
  EXPECT_TRUE(Contains(lines,
                       "failed: rank(s) 15 did not arrive within 2 s; rank 15 has not started "
                       "any call; every rank must launch every call, also without tokens, on a "
                       "stream that gets to it\n"))
      << lines;
}

TEST_F(Diagnostics, TheRefusedCallOfTheMissingRankIsInTheReportTheFailureAndTheState) {
  world_->Use(kRanks - 1);
  ASSERT_NE(aclnnMoeDistributeDispatchV2GetWorkspaceSize(
                nullptr, nullptr, nullptr, nullptr, nullptr, world_->rank(15).ep_name.c_str(), 16,
                15, 16, nullptr, 0, 0, 0, 0, 0, 0, 0, 1, nullptr, nullptr, nullptr, nullptr,
                nullptr, nullptr, nullptr, nullptr, nullptr, nullptr),
            0);
  const std::string refused = "refused: aclnnMoeDistributeDispatchV2GetWorkspaceSize: ";
  const std::string lines = Hang();
  EXPECT_TRUE(Contains(lines, "rank 15 has not started any call (its last call was refused"))
      << lines;
  EXPECT_TRUE(Contains(outcomes_[0].message, "; the last call of rank 15 was " + refused))
      << outcomes_[0].message;
  EXPECT_TRUE(Contains(outcomes_[0].message, "[dispatch-")) << outcomes_[0].message;
  EXPECT_TRUE(Contains(State(), "rank 15 was last refused")) << State();
}

TEST_F(Diagnostics, ARefusedSecondPhaseCountsToo) {
  world_->Use(kRanks - 1);
  ASSERT_NE(aclnnMoeDistributeDispatchV2(nullptr, 0, nullptr, world_->rank(15).stream), 0);
  EXPECT_TRUE(Contains(State(), "refused 0 s ago: aclnnMoeDistributeDispatchV2: executor is null"))
      << State();
}

TEST_F(Diagnostics, WithTraceTheCallerOfPhaseTwoIsNamed) {
  setenv("FERRY_TRACE", "1", 1);
  const std::string lines = Hang();
  EXPECT_TRUE(Contains(lines, "; ranks 0-14 of \"")) << lines;
  EXPECT_TRUE(Contains(lines, " called phase 2 of call 1 from ferry_diagnostics_test+0x")) << lines;
  EXPECT_TRUE(Contains(lines,
                       "also without tokens, on a stream that gets to it; phase 2 was called from "
                       "ferry_diagnostics_test+0x"))
      << lines;
  EXPECT_FALSE(Contains(outcomes_[0].message, "phase 2 was called")) << outcomes_[0].message;
  // The report, and the failure with the stack but not once more without it.
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2) << lines;
}

TEST_F(Diagnostics, TheStateIsCutLikeSnprintfCutsIt) {
  const std::string state = State();
  EXPECT_TRUE(Contains(state, "has 16 rank(s) in 1 group(s)\n")) << state;
  EXPECT_TRUE(Contains(state, "  ranks 0-15: has not started any call\n")) << state;
  char text[12] = "untouched";
  EXPECT_EQ(ferry_dump_state(text, 0), state.size());
  EXPECT_STREQ(text, "untouched");
  EXPECT_EQ(ferry_dump_state(text, sizeof text), state.size());
  EXPECT_EQ(std::string(text), state.substr(0, sizeof text - 1));
}

TEST_F(Diagnostics, WithoutABufferTheStateIsPrintedWhateverTheLogLevel) {
  setenv("FERRY_LOG", "off", 1);
  ::testing::internal::CaptureStderr();
  const std::size_t length = ferry_dump_state(nullptr, 0);
  const std::string lines = ::testing::internal::GetCapturedStderr();
  unsetenv("FERRY_LOG");
  EXPECT_GT(length, 0U);
  EXPECT_TRUE(Contains(lines, "[ferry] process ")) << lines;
  EXPECT_TRUE(Contains(lines, "[ferry]   ranks 0-15: has not started any call\n")) << lines;
}

}  // namespace
}  // namespace ferry::support
