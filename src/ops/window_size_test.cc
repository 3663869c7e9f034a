#include "ops/window_size.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace ferry::ops {
namespace {

constexpr WindowShape kSmall = {.max_batch = 64,
                                .ep_size = 2,
                                .experts_per_rank = 1,
                                .top_k = 1,
                                .shared_experts = 0,
                                .hidden = 2560};

WindowShape WithMaxBatch(std::int64_t max_batch) {
  WindowShape shape = kSmall;
  shape.max_batch = max_batch;
  return shape;
}

TEST(WindowBytesA3, AgreesWithTheSpecsVectors) {
  EXPECT_EQ(WindowBytesA3(kSmall, WindowForm::kFullmeshV1), 2'097'152);
  EXPECT_EQ(WindowBytesA3(WithMaxBatch(65), WindowForm::kFullmeshV1), 2'129'920);
  EXPECT_EQ(WindowBytesA3(WithMaxBatch(32), WindowForm::kFullmeshV1), 1'048'576);
  EXPECT_EQ(WindowBytesA3({.max_batch = 128,
                           .ep_size = 16,
                           .experts_per_rank = 16,
                           .top_k = 8,
                           .shared_experts = 0,
                           .hidden = 7168},
                          WindowForm::kFullmeshV1),
            1'002'438'656);
}

TEST(WindowBytesA3, AgreesWithTheWorkedExampleAndTheSample) {
  EXPECT_EQ(WindowBytesA3({.max_batch = 2,
                           .ep_size = 4,
                           .experts_per_rank = 2,
                           .top_k = 2,
                           .shared_experts = 1,
                           .hidden = 1024},
                          WindowForm::kFullmeshV1),
            106'496);
  EXPECT_EQ(WindowBytesA3({.max_batch = 8,
                           .ep_size = 8,
                           .experts_per_rank = 1,
                           .top_k = 3,
                           .shared_experts = 1,
                           .hidden = 7168},
                          WindowForm::kFullmeshV1),
            2'818'048);
}

TEST(WindowBytesA3, FullmeshV2PaysForItsFlags) {
  // H 2560: 5120 + 44 bytes are 11 lines of 480, so 5632 bytes, as v1 rounds them too.
  EXPECT_EQ(WindowBytesA3(kSmall, WindowForm::kFullmeshV2), 2'097'152);
  // H 7168: 14336 + 44 bytes are 30 lines (15360 bytes) against 14848 of v1.
  const WindowShape wide = {.max_batch = 1,
                            .ep_size = 2,
                            .experts_per_rank = 1,
                            .top_k = 1,
                            .shared_experts = 0,
                            .hidden = 7168};
  EXPECT_EQ(WindowBytesA3(wide, WindowForm::kFullmeshV1), 2 * (2 * 14848 + 14336));
  EXPECT_EQ(WindowBytesA3(wide, WindowForm::kFullmeshV2), 2 * (2 * 15360 + 14336));
}

TEST(WindowBytesA3, AnyTrailerFrom44To64GivesTheSameSize) {
  // The interface document writes 64 where the operator adds 44: no difference for any legal H.
  for (std::int64_t hidden = 1024; hidden <= 8192; ++hidden) {
    const WindowShape one = {.max_batch = 1,
                             .ep_size = 1,
                             .experts_per_rank = 1,
                             .top_k = 0,
                             .shared_experts = 0,
                             .hidden = hidden};
    const std::int64_t with_64 = (((2 * hidden + 31) / 32 * 32 + 64) + 511) / 512 * 512;
    ASSERT_EQ(WindowBytesA3(one, WindowForm::kFullmeshV1), 2 * with_64) << "H " << hidden;
  }
}

TEST(WindowBytesA3, SaturatesInsteadOfOverflowing) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(WindowBytesA3(WithMaxBatch(kMax), WindowForm::kFullmeshV1), kMax);
  EXPECT_EQ(WindowBytesA3({kMax, kMax, kMax, kMax, kMax, kMax}, WindowForm::kFullmeshV2), kMax);
}

TEST(MiBFor, RoundsUp) {
  EXPECT_EQ(MiBFor(2'097'152), 2);
  EXPECT_EQ(MiBFor(2'097'153), 3);
  EXPECT_EQ(MiBFor(1'002'438'656), 956);
  EXPECT_EQ(MiBFor(0), 0);
}

}  // namespace
}  // namespace ferry::ops
