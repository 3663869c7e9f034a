// FERRY_STRICT=1 in processes whose ranks are joined: what one rank did is told in all of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "small_world.h"
#include "support/crowd.h"
#include "support/world.h"

namespace ferry::support {
namespace {

// The one rank of this process: its dispatch, then combines with the right and with other ids.
void DispatchAndCombine(const Member& member) {
  const auto config = SmallConfig();
  const auto rank = static_cast<std::int32_t>(member.index());
  const World world(2, 1,
                    {.world_ranks = {rank}, .root_info = [&](std::size_t group, bool is_maker) {
                       return member.RootInfo(group, is_maker);
                     }});
  std::vector<DispatchTensors> dispatched;
  dispatched.push_back(MakeDispatch(config, rank, InputOf(config, {0, 1, 2, 3})));
  ASSERT_TRUE(AllOk(Dispatch(world, config, dispatched)));
  EXPECT_TRUE(AllOk(Combine(world, config, CombinesAfter(config, dispatched))));
  member.At(1);
  if (rank == 1) dispatched[0].expert_ids->Write<std::int32_t>({0, 1, 3, 2});
  ExpectAllFailed(Combine(world, config, CombinesAfter(config, dispatched)),
                  "rank 1 token 1 k 0: expertIds has 3, and had 2 in the dispatch");
  member.At(2);
  dispatched[0].expert_ids->Write<std::int32_t>(rank == 0 ? Ids{0, 1, 3, 3} : Ids{0, 1, 2, 3});
  ExpectAllFailed(Dispatch(world, config, dispatched),
                  "rank 0 token 1: expertIds has expert 3 twice, at k 0 and k 1");
}

TEST(StrictProcesses, HearOfWhatARankOfAnotherDid) {
  ::setenv("HCCL_IF_IP", "127.0.0.1", 1);
  ::setenv("HCCL_HOST_SOCKET_PORT_RANGE", "auto", 1);
  for (const std::string& sentence : RunCrowd({.size = 2,
                                     .root_infos = 1,
                                     .patience = std::chrono::seconds(60),
                                     .body = DispatchAndCombine}))
    ADD_FAILURE() << sentence;
}

}  // namespace
}  // namespace ferry::support
