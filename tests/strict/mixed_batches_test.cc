// FERRY_STRICT=1 and batches whose dispatches and combines are mixed, in tensors and in copies that
// lie where other batches' tensors were: no right combine is refused, and none with wrong ids
// passes.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "small_world.h"
#include "support/moe_calls.h"
#include "support/world.h"

namespace ferry::support {
namespace {

constexpr std::int32_t kRanks = 3;
constexpr std::size_t kBatches = 6;  // at hand, each dispatched at most 18 calls ago

moe::MoeConfig Config() {
  auto config = SmallConfig();
  config.ep_size = kRanks;
  config.num_experts = 6;
  config.global_batch = 6;
  return config;
}

// What a batch has of a rank, and what its dispatch left.
struct Part {
  Ids ids;
  std::vector<std::uint8_t> mask;
  Ids triples;
  Ids counts;
};
using Batch = std::vector<Part>;  // by rank

class MixedBatches : public ::testing::Test {
 protected:
  bool OneIn(int n) { return random_() % static_cast<unsigned>(n) == 0; }
  std::size_t Any() { return random_() % batches_.size(); }

  // Mostly of two experts of one rank, so that ranks often receive the same or nothing.
  Ids SomeIds() {
    Ids ids;
    for (int t = 0; t < 2; ++t) {
      const auto first = static_cast<std::int32_t>(random_() % (OneIn(2) ? 2 : 6));
      ids.push_back(first);
      ids.push_back(OneIn(2) ? first ^ 1 : (first + 2) % 6);
    }
    return ids;
  }

  // Dispatches a new batch into the tensors at `place`, which no longer hold another's.
  void DispatchAt(std::size_t place) {
    Batch batch(kRanks);
    std::vector<reference::DispatchRank> inputs;
    for (Part& part : batch) {
      part.ids = SomeIds();
      for (int i = 0; i < 4; ++i) part.mask.push_back(OneIn(4) ? 0 : 1);
      inputs.push_back(InputOf(config_, part.ids));
      inputs.back().mask = part.mask;
    }
    tensors_[place] = Tensors(config_, inputs);
    ASSERT_TRUE(AllOk(Dispatch(world_, config_, tensors_[place])));
    for (std::size_t r = 0; r < kRanks; ++r) {
      const DispatchTensors& left = tensors_[place][r];
      batch[r].triples = left.assist_info->Read<std::int32_t>(left.assist_info->num_elements());
      batch[r].counts =
          left.ep_recv_counts->Read<std::int32_t>(left.ep_recv_counts->num_elements());
    }
    batches_[place] = std::move(batch);
  }

  // Combines a batch from copies in the tensors at `place`.
  std::vector<Outcome> CombineAt(std::size_t place, const Batch& batch) {
    std::vector<CombineTensors> combines;
    for (std::size_t r = 0; r < kRanks; ++r) {
      const DispatchTensors& tensors = tensors_[place][r];
      tensors.expert_ids->Write(batch[r].ids);
      tensors.assist_info->Write(batch[r].triples);
      tensors.ep_recv_counts->Write(batch[r].counts);
      auto input = Weights();
      input.mask = batch[r].mask;
      combines.push_back(MakeCombineAfter(config_, tensors, input));
    }
    return Combine(world_, config_, combines);
  }

  const moe::MoeConfig config_ = Config();
  const World world_{kRanks};
  std::mt19937 random_{17};
  std::vector<std::vector<DispatchTensors>> tensors_{kBatches};
  std::vector<Batch> batches_{kBatches};
};

bool DifferWhereActive(const Part& one, const Ids& other) {
  for (std::size_t i = 0; i < other.size(); ++i)
    if (one.mask[i] != 0 && one.ids[i] != other[i]) return true;
  return false;
}

TEST_F(MixedBatches, AreRefusedForWrongIdsAndNeverForRightOnes) {
  for (std::size_t place = 0; place < kBatches; ++place) DispatchAt(place);
  int wrong = 0;
  for (std::size_t round = 0; round < 150; ++round) {
    ASSERT_NO_FATAL_FAILURE(DispatchAt(round % kBatches));
    ASSERT_TRUE(AllOk(CombineAt(Any(), batches_[Any()]))) << "round " << round;
    Batch mixed = batches_[Any()];
    Part& part = mixed[random_() % kRanks];
    const Ids right = part.ids;
    part.ids = batches_[Any()][random_() % kRanks].ids;
    const bool differ = DifferWhereActive(part, right);
    const std::vector<Outcome> outcomes = CombineAt(Any(), mixed);
    if (differ) {
      ++wrong;
      ExpectAllFailed(outcomes, " in the dispatch; combine needs the expertIds and xActiveMask of");
    } else {
      EXPECT_TRUE(AllOk(outcomes));
    }
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
  EXPECT_GT(wrong, 50);
}

}  // namespace
}  // namespace ferry::support
