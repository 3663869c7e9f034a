// Far more ranks than cores, in one process: it works, it does not collapse, and memory follows the
// rows that exist, not the capacities.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "moe/config.h"
#include "moe/reference.h"
#include "support/moe_calls.h"
#include "support/world.h"

namespace ferry::support {
namespace {

constexpr std::int64_t kTokens = 8;
constexpr std::int32_t kTopK = 8;
constexpr std::int64_t kHidden = 7168;

double ResidentGiB() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stod(line.substr(6)) / (1 << 20);
  }
  return 0.0;
}

moe::MoeConfig ConfigOf(std::int32_t ep_size, std::int32_t num_experts) {
  return {.ep_size = ep_size,
          .tp_size = 1,
          .num_experts = num_experts,
          .num_shared_experts = 0,
          .num_shared_ranks = 0,
          .top_k = kTopK,
          .hidden = kHidden,
          .global_batch = kTokens * ep_size,
          .x_type = DType::kBFloat16};
}

// A finite bf16 that tells rank, token and column apart.
std::uint16_t ValueAt(std::size_t rank, std::int64_t token, std::int64_t column) {
  const std::uint64_t hash =
      (rank * kTokens + static_cast<std::uint64_t>(token)) * 0x9E3779B97F4A7C15ULL +
      static_cast<std::uint64_t>(column) * 0xD1B54A32D192ED03ULL;
  return static_cast<std::uint16_t>(0x3f00 | ((hash >> 40) & 0xff));
}

reference::DispatchRank InputOf(const moe::MoeConfig& config, std::size_t rank) {
  reference::DispatchRank input;
  input.num_tokens = kTokens;
  for (std::int64_t t = 0; t < kTokens; ++t) {
    for (std::int64_t h = 0; h < kHidden; ++h) input.x.push_back(ValueAt(rank, t, h));
    const std::uint64_t first = rank * 7919 + static_cast<std::uint64_t>(t) * 104729;
    for (std::int32_t k = 0; k < kTopK; ++k) {
      const auto step = static_cast<std::uint64_t>(k) * 31 + 1;
      input.expert_ids.push_back(static_cast<std::int32_t>(
          (first + step) % static_cast<std::uint64_t>(config.num_experts)));
    }
  }
  return input;
}

// Every row is the row that its triple names, for an expert of this rank.
void CheckRows(const moe::MoeConfig& config, std::size_t rank, const DispatchTensors& tensors,
               const std::vector<reference::DispatchRank>& inputs, std::int64_t& total) {
  const std::int64_t blocks = config.ep_size * config.experts_per_rank();
  const std::int64_t n = tensors.ep_recv_counts->Read<std::int32_t>(blocks).back();
  const auto triples = tensors.assist_info->Read<std::int32_t>(3 * n);
  const auto rows = tensors.expand_x->Read<std::uint16_t>(n * kHidden);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto source = static_cast<std::size_t>(triples[static_cast<std::size_t>(3 * i)]);
    const std::int64_t token = triples[static_cast<std::size_t>(3 * i + 1)];
    const std::int64_t slot = triples[static_cast<std::size_t>(3 * i + 2)];
    const std::int32_t expert =
        inputs[source].expert_ids[static_cast<std::size_t>(token * kTopK + slot)];
    ASSERT_EQ(static_cast<std::size_t>(expert / config.experts_per_rank()), rank);
    for (std::int64_t h = 0; h < kHidden; ++h) {
      ASSERT_EQ(rows[static_cast<std::size_t>(i * kHidden + h)], ValueAt(source, token, h))
          << "rank " << rank << " row " << i;
    }
  }
  total += n;
}

// All weights are 1/8 and all eight rows are the token itself, so the sum is the token, exactly.
void CheckSums(std::size_t rank, const CombineTensors& tensors) {
  const auto x = tensors.x_out->Read<std::uint16_t>(kTokens * kHidden);
  for (std::int64_t t = 0; t < kTokens; ++t) {
    for (std::int64_t h = 0; h < kHidden; ++h) {
      ASSERT_EQ(x[static_cast<std::size_t>(t * kHidden + h)], ValueAt(rank, t, h))
          << "rank " << rank << " token " << t;
    }
  }
}

double Seconds(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void ExpectRoundTrip(std::int32_t ep_size, std::int32_t num_experts) {
  const moe::MoeConfig config = ConfigOf(ep_size, num_experts);
  setenv("HCCL_BUFFSIZE", "1000000", 1);
  const World world(ep_size);
  std::vector<reference::DispatchRank> inputs;
  std::vector<DispatchTensors> dispatches;
  const Storage unwatched = {.strides = {}, .offset = 0, .foreign = false, .watched = 0};
  DispatchOptions options;
  options.expand_x = unwatched;  // a pattern would fill the capacity, which the library does not
  options.assist_info = unwatched;
  for (std::int32_t r = 0; r < ep_size; ++r) {
    world.Use(static_cast<std::size_t>(r));  // memory counts against the current device's budget
    inputs.push_back(InputOf(config, static_cast<std::size_t>(r)));
    dispatches.push_back(MakeDispatch(config, r, inputs.back(), options));
  }
  auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(AllOk(Dispatch(world, config, dispatches)));
  const double dispatch_seconds = Seconds(start);
  std::vector<CombineTensors> combines;
  for (std::size_t r = 0; r < dispatches.size(); ++r) {
    reference::CombineRank owner;
    owner.num_tokens = kTokens;
    owner.expert_scales.assign(kTokens * kTopK, 0.125f);
    combines.push_back(MakeCombineAfter(config, dispatches[r], owner, {}));
  }
  start = std::chrono::steady_clock::now();
  ASSERT_TRUE(AllOk(Combine(world, config, combines)));
  const double combine_seconds = Seconds(start);
  const double resident = ResidentGiB();
  std::int64_t rows = 0;
  for (std::size_t r = 0; r < dispatches.size(); ++r) {
    CheckRows(config, r, dispatches[r], inputs, rows);
    CheckSums(r, combines[r]);
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_EQ(rows, std::int64_t{ep_size} * kTokens * kTopK);
  EXPECT_LE(resident, 8.0);
  std::printf("EP %d: %ld rows of %ld; first dispatch %.3f s, combine %.3f s; %.2f GiB resident\n",
              ep_size, static_cast<long>(rows), static_cast<long>(kHidden), dispatch_seconds,
              combine_seconds, resident);
}

TEST(ManyRanks, SixtyFourWork) {
  ExpectRoundTrip(64, 256);
}
TEST(ManyRanks, TwoHundredFiftySixWork) {
  ExpectRoundTrip(256, 256);
}
TEST(ManyRanks, SevenHundredSixtyEightWork) {
  ExpectRoundTrip(768, 768);
}

}  // namespace
}  // namespace ferry::support
