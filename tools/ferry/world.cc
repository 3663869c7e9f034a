#include "world.h"

#include <algorithm>

#include "experts.h"

namespace ferry::tool {

World::World(const Preset& preset, std::int32_t ep_size, std::int32_t tp_size,
             std::int64_t batch_size, const Fault& fault, const Share& share)
    : config_{.ep_size = ep_size,
              .tp_size = tp_size,
              .num_experts = preset.num_experts,
              .num_shared_experts = 0,
              .num_shared_ranks = 0,
              .top_k = preset.top_k,
              .hidden = preset.hidden,
              .global_batch = batch_size * ep_size,
              .x_type = DType::kBFloat16},
      has_shared_expert_(preset.has_shared_expert),
      batch_size_(batch_size),
      fault_(fault),
      share_(share),
      ranks_(static_cast<std::size_t>(share.num_ranks)) {
  Check(aclInit(nullptr), "aclInit");
  CreateDevices();
  CreateGroups();
  for (RankState& rank : ranks_) CreateTensors(rank);
}

World::~World() {
  for (std::size_t w = 0; w < ranks_.size(); ++w) {
    RankState& rank = ranks_[w];
    aclrtSetCurrentContext(rank.context);
    for (auto* tensor :
         {&rank.x, &rank.expert_ids, &rank.expert_scales, &rank.shared_expert_x, &rank.expand_x,
          &rank.dynamic_scales, &rank.assist_info, &rank.expert_token_nums, &rank.ep_recv_counts,
          &rank.tp_recv_counts, &rank.combined_x}) {
      tensor->reset();
    }
    if (rank.ep_comm != nullptr) HcclCommDestroy(rank.ep_comm);
    if (rank.tp_comm != nullptr) HcclCommDestroy(rank.tp_comm);
    if (rank.world_comm != nullptr) HcclCommDestroy(rank.world_comm);
    if (rank.stream != nullptr) aclrtDestroyStream(rank.stream);
    if (rank.context != nullptr) aclrtDestroyContext(rank.context);
    aclrtResetDevice(static_cast<std::int32_t>(w));
  }
  aclFinalize();
}

void World::CreateDevices() {
  for (std::size_t w = 0; w < ranks_.size(); ++w) {
    RankState& rank = ranks_[w];
    rank.world_rank = share_.first_rank() + static_cast<std::int32_t>(w);
    rank.ep_rank = rank.world_rank / config_.tp_size;
    rank.tp_rank = rank.world_rank % config_.tp_size;
    Check(aclrtSetDevice(static_cast<std::int32_t>(w)), "aclrtSetDevice");
    Check(aclrtCreateContext(&rank.context, static_cast<std::int32_t>(w)), "aclrtCreateContext");
    Check(aclrtCreateStream(&rank.stream), "aclrtCreateStream");
  }
}

// Capacities as the interface document gives them (A, in its words). A rank with another
// moeExpertNum or H (--fault mismatch) needs more, so that phase 1 accepts its call and the ranks'
// meeting refuses it.
void World::CreateTensors(RankState& rank) {
  Check(aclrtSetCurrentContext(rank.context), "aclrtSetCurrentContext");
  const bool mismatched = fault_.Hits(Fault::Kind::kMismatch, rank.world_rank);
  const std::int64_t local_experts =
      config_.experts_per_rank() + (fault_.parameter == "moeExpertNum" && mismatched ? 1 : 0);
  const std::int64_t hidden = config_.hidden - (fault_.parameter == "H" && mismatched ? 32 : 0);
  const std::int64_t batches = fault_.parameter == "globalBs" && mismatched ? 2 : 1;
  const std::int64_t capacity =
      batches * config_.global_batch * std::min<std::int64_t>(local_experts, config_.top_k);
  const std::int64_t tp = config_.tp_size;
  const auto make = [](std::vector<std::int64_t> dims, aclDataType type) {
    return std::make_unique<DeviceTensor>(std::move(dims), type);
  };
  rank.x = make({batch_size_, hidden}, ACL_BF16);
  rank.expert_ids = make({batch_size_, config_.top_k}, ACL_INT32);
  rank.expert_scales = make({batch_size_, config_.top_k}, ACL_FLOAT);
  if (has_shared_expert_) rank.shared_expert_x = make({batch_size_, hidden}, ACL_BF16);
  rank.expand_x = make({tp * capacity, hidden}, ACL_BF16);
  rank.dynamic_scales = make({tp * capacity}, ACL_FLOAT);
  rank.assist_info = make({capacity * 128}, ACL_INT32);
  rank.expert_token_nums = make({local_experts}, ACL_INT64);
  rank.ep_recv_counts = make({config_.ep_size * local_experts * tp}, ACL_INT32);
  rank.tp_recv_counts = make({tp}, ACL_INT32);
  rank.combined_x = make({batch_size_, hidden}, ACL_BF16);
}

void World::Load(const Batch& batch, const std::vector<Token>& tokens) {
  const std::int64_t hidden = config_.hidden;
  for (RankState& rank : ranks_) {
    const std::vector<std::int32_t>& words = batch[static_cast<std::size_t>(rank.world_rank)];
    std::vector<std::uint16_t> x;
    std::vector<std::uint16_t> shared;
    std::vector<std::int32_t> ids;
    std::vector<float> scales;
    for (const std::int32_t word : words) {
      const Token& token = tokens[static_cast<std::size_t>(word)];
      x.insert(x.end(), token.embedding.begin(), token.embedding.end());
      ids.insert(ids.end(), token.expert_ids.begin(), token.expert_ids.end());
      scales.insert(scales.end(), token.expert_weights.begin(), token.expert_weights.end());
      for (const std::uint16_t bits : token.embedding) {
        if (has_shared_expert_) shared.push_back(ScaleBFloat16(bits, kSharedExpertScale));
      }
    }
    rank.num_tokens = static_cast<std::int64_t>(words.size());
    const bool narrow = fault_.Mismatches("H", rank.world_rank);
    const std::int64_t width = narrow ? hidden - 32 : hidden;
    x.resize(static_cast<std::size_t>(rank.num_tokens * width));
    rank.x->Reshape({rank.num_tokens, width});
    rank.x->Upload(x);
    rank.expert_ids->Reshape({rank.num_tokens, config_.top_k});
    rank.expert_ids->Upload(ids);
    rank.expert_scales->Reshape({rank.num_tokens, config_.top_k});
    rank.expert_scales->Upload(scales);
    rank.combined_x->Reshape({rank.num_tokens, width});
    if (has_shared_expert_ && !narrow) {
      rank.shared_expert_x->Reshape({rank.num_tokens, hidden});
      rank.shared_expert_x->Upload(shared);
    }
  }
}

void World::RunExperts() {
  for (const RankState& rank : ranks_) {
    auto* row = rank.expand_x->data<std::uint16_t>();
    for (std::int32_t l = 0; l < config_.experts_per_rank(); ++l) {
      const float scale = ExpertScale(rank.ep_rank * config_.experts_per_rank() + l);
      const std::int64_t rows = rank.expert_token_nums->data<std::int64_t>()[l];
      for (std::int64_t i = 0; i < rows * config_.hidden; ++i) {
        row[i] = ScaleBFloat16(row[i], scale);
      }
      row += rows * config_.hidden;
    }
  }
}

}  // namespace ferry::tool
