#include "corners.h"

namespace ferry::support {
namespace {

struct Sizes {
  std::int32_t ep = 2;
  std::int32_t tp = 1;
  std::int32_t experts = 2;
  std::int32_t shared = 0;
  std::int32_t shared_ranks = 0;
  std::int32_t top_k = 1;
  std::int64_t hidden = 1024;
  std::int64_t batch = 1;
};

moe::MoeConfig Plain(const Sizes& sizes, DType type) {
  return {.ep_size = sizes.ep,
          .tp_size = sizes.tp,
          .num_experts = sizes.experts,
          .num_shared_experts = sizes.shared,
          .num_shared_ranks = sizes.shared_ranks,
          .top_k = sizes.top_k,
          .hidden = sizes.hidden,
          .global_batch = sizes.batch * sizes.ep,
          .x_type = type};
}

moe::MoeConfig Bf16(const Sizes& sizes) {
  return Plain(sizes, DType::kBFloat16);
}

moe::MoeConfig Fp16(const Sizes& sizes) {
  return Plain(sizes, DType::kFloat16);
}

// quantMode 2, and commQuantMode 2 where it is legal.
moe::MoeConfig Int8(moe::MoeConfig config) {
  config.quantization = moe::Quantization::kPerToken;
  if (config.tp_size == 1) config.transport = moe::Transport::kInt8Groups;
  return config;
}

constexpr Wishes kMasks = {.masks = true, .equal_batches = true};
constexpr Wishes kUnequal = {.equal_batches = false};
constexpr Wishes kScales = {.equal_batches = true, .smooth_scales = true};
constexpr Wishes kFull = {.equal_batches = true};

}  // namespace

const std::vector<Corner>& Corners() {
  static const std::vector<Corner> corners = {
      {"SmallestOfAll", Bf16({.ep = 2, .experts = 1, .shared = 1, .shared_ranks = 1}), kFull},
      // Many ranks: globalBs is 0 on about half of them where batches are equal.
      {"Ep65", Int8(Bf16({.ep = 65, .experts = 130, .top_k = 8, .hidden = 1025, .batch = 2})),
       kMasks},
      {"Ep129SharedExpert",
       Fp16({.ep = 129, .experts = 256, .shared = 1, .shared_ranks = 1, .top_k = 8, .batch = 2}),
       kMasks},
      {"Ep129UnequalBatches",
       Int8(Fp16(
           {.ep = 129, .experts = 105, .shared = 3, .shared_ranks = 24, .top_k = 5, .batch = 3})),
       kUnequal},
      {"Ep384FourSharedExperts",
       Int8(Bf16({.ep = 384, .experts = 512, .shared = 4, .shared_ranks = 128, .top_k = 16})),
       kMasks},
      {"Ep384SmoothScales", Int8(Fp16({.ep = 384, .experts = 384, .top_k = 4})), kScales},
      {"Ep768Masks", Bf16({.ep = 768, .experts = 768, .top_k = 16}), kMasks},
      {"Ep768UnequalBatches",
       Int8(Bf16(
           {.ep = 768, .experts = 1024, .shared = 4, .shared_ranks = 256, .top_k = 8, .batch = 2})),
       kUnequal},
      {"Ep768AllExpertsOnOneRank",
       Fp16({.ep = 768, .experts = 1024, .shared = 1, .shared_ranks = 767, .top_k = 16}), kFull},
      // Many experts.
      {"E1024Of64Ranks", Bf16({.ep = 64, .experts = 1024, .top_k = 16, .batch = 16}), kMasks},
      {"E1024OfOneRank",
       Fp16({.ep = 5, .experts = 1024, .shared = 4, .shared_ranks = 4, .top_k = 16, .batch = 100}),
       kFull},
      // Many tokens.
      {"Bs512K16E1024", Int8(Bf16({.experts = 1024, .top_k = 16, .batch = 512})), kScales},
      {"Bs512K16Masks", Fp16({.experts = 16, .top_k = 16, .batch = 512}), kMasks},
      {"Bs511Of3Ranks", Int8(Fp16({.ep = 3, .experts = 9, .top_k = 9, .batch = 511})), kUnequal},
      // Wide tokens, of an odd width too: rows that no vector divides.
      {"H8192", Int8(Bf16({.ep = 3, .experts = 12, .top_k = 8, .hidden = 8192, .batch = 16})),
       kScales},
      {"H8191",
       Int8(Fp16({.ep = 4,
                  .experts = 6,
                  .shared = 2,
                  .shared_ranks = 2,
                  .top_k = 5,
                  .hidden = 8191,
                  .batch = 9})),
       kUnequal},
      {"H1025Bs512", Bf16({.experts = 8, .top_k = 8, .hidden = 1025, .batch = 512}), kUnequal},
      // TP.
      {"TpBs512", Int8(Bf16({.ep = 4, .tp = 2, .experts = 4, .top_k = 4, .batch = 512})), kScales},
      {"TpH8192", Fp16({.ep = 2, .tp = 2, .experts = 2, .top_k = 2, .hidden = 8192, .batch = 100}),
       kMasks},
      {"TpEp64FourSharedExperts",
       Fp16({.ep = 64,
             .tp = 2,
             .experts = 48,
             .shared = 4,
             .shared_ranks = 16,
             .top_k = 16,
             .batch = 4}),
       kUnequal},
      {"TpEp768", Int8(Bf16({.ep = 768, .tp = 2, .experts = 768, .top_k = 4})), kMasks},
  };
  return corners;
}

}  // namespace ferry::support
