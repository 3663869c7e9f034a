// What random cases draw beside sizes: choices that nobody looks at, which no outcome would miss.
#include "random_case.h"

#include <gtest/gtest.h>

#include <set>

namespace ferry::support {
namespace {

constexpr std::uint64_t kSeeds = 150;

RandomCase SmallCase(std::uint64_t seed) {
  return MakeRandomCase(seed, [](Random&) {
    return moe::MoeConfig{
        .ep_size = 2, .num_experts = 2, .top_k = 1, .hidden = 1024, .global_batch = 2};
  });
}

// Calls visit(dispatch options, combine options) for every rank of every case.
template <class Visit>
void ForEachRank(const Visit& visit) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RandomCase test = SmallCase(seed);
    for (std::size_t w = 0; w < test.world_size(); ++w) visit(test.dispatch[w], test.combine[w]);
  }
}

TEST(RandomCase, DrawsEveryFormatOnTensorsThatAreUsedExceptFractalNz) {
  std::set<std::int32_t> formats;
  ForEachRank([&](const DispatchOptions& dispatch, const CombineOptions& combine) {
    for (const Storage* storage :
         {&dispatch.x, &dispatch.expert_ids, &dispatch.expand_x, &dispatch.tp_recv_counts_storage,
          &combine.expert_scales, &combine.x_out}) {
      formats.insert(storage->format);
    }
  });
  EXPECT_EQ(formats.count(ACL_FORMAT_FRACTAL_NZ), 0U);
  EXPECT_EQ(formats.size(), 20U) << "19 formats that the header names, and one that it does not";
}

TEST(RandomCase, DrawsFractalNzAndAnyDimsOnTensorsThatAreNotUsed) {
  std::set<std::size_t> num_dims;
  std::set<std::int32_t> fractal;
  ForEachRank([&](const DispatchOptions& dispatch, const CombineOptions& combine) {
    const Storage* const storages[] = {&dispatch.expert_scales, &dispatch.dynamic_scales_storage,
                                       &dispatch.expand_scales, &combine.tp_send_counts,
                                       &combine.expand_scales};
    for (std::size_t i = 0; i < std::size(storages); ++i) {
      if (storages[i]->format == ACL_FORMAT_FRACTAL_NZ) fractal.insert(static_cast<int>(i));
    }
    for (const OtherDims* dims : {&dispatch.dynamic_scales_dims, &combine.tp_send_counts_dims}) {
      if (*dims) num_dims.insert((*dims)->size());
    }
  });
  EXPECT_EQ(fractal.size(), 5U);
  EXPECT_EQ(num_dims.size(), 9U) << "0 to 8 dims";
}

TEST(RandomCase, DrawsEveryTextOfGroupTpWithoutTp) {
  std::set<GroupTp> texts;
  ForEachRank([&](const DispatchOptions& dispatch, const CombineOptions& combine) {
    texts.insert(dispatch.call.group_tp);
    texts.insert(combine.call.group_tp);
  });
  EXPECT_EQ(texts.size(), 4U);
}

TEST(RandomCase, DrawsStorageShapesThatAreNoneAtAllOrWrong) {
  std::set<std::size_t> sizes;
  ForEachRank([&](const DispatchOptions& dispatch, const CombineOptions& combine) {
    for (const Storage* storage : {&dispatch.x, &dispatch.expand_x, &combine.x_out}) {
      if (storage->shape) sizes.insert(storage->shape->size());
    }
  });
  EXPECT_EQ(sizes.size(), 6U) << "0 to 5 numbers";
}

}  // namespace
}  // namespace ferry::support
