#include "support/moe_tensors.h"

#include <cstring>
#include <utility>

#include "moe/placement.h"

namespace ferry::testing {
namespace {

std::int64_t NumCounts(const moe::MoeConfig& config, std::int32_t ep_rank) {
  return std::int64_t{config.ep_size} * config.local_experts(ep_rank) * config.tp_size;
}

std::vector<comm::Attribute> Agreement(const moe::MoeConfig& config) {
  return {{"moeExpertNum", std::to_string(config.num_experts)},
          {"globalBs", std::to_string(config.global_batch)}};
}

// Whether a mask of that size has an entry for each pair.
moe::ActiveMask::Form FormOf(std::size_t size, bool is_2d, std::int64_t num_tokens) {
  if (size == 0) return moe::ActiveMask::Form::kNone;
  const bool per_pair = is_2d || static_cast<std::int64_t>(size) != num_tokens;
  return per_pair ? moe::ActiveMask::Form::kPerPair : moe::ActiveMask::Form::kPerToken;
}

}  // namespace

MaskTensor::MaskTensor(const std::vector<std::uint8_t>& entries, bool is_2d,
                       std::int64_t num_tokens, std::int32_t top_k, Strides strides)
    : form_(FormOf(entries.size(), is_2d, num_tokens)),
      flags_(form_ == moe::ActiveMask::Form::kPerPair ? num_tokens : 1,
             form_ == moe::ActiveMask::Form::kPerPair ? top_k : num_tokens, strides) {
  flags_.SetAll(entries);
}

moe::ActiveMask MaskTensor::view() const {
  switch (form_) {
    case moe::ActiveMask::Form::kPerToken:
      return moe::ActiveMask::PerToken(flags_.vector());
    case moe::ActiveMask::Form::kPerPair:
      return moe::ActiveMask::PerPair(flags_.matrix());
    case moe::ActiveMask::Form::kNone:
      break;
  }
  return {};
}

std::int64_t Capacity(const moe::MoeConfig& config, std::int32_t ep_rank) {
  return moe::Placement(config).Capacity(ep_rank) * config.tp_size;
}

DispatchTensors::DispatchTensors(const moe::MoeConfig& config, std::int32_t ep_rank,
                                 const reference::DispatchRank& rank, std::int64_t expand_x_rows,
                                 const StridesChooser& choose)
    : assist_info_size(3 * expand_x_rows),
      dynamic_scales_size(expand_x_rows),
      x(rank.num_tokens, config.hidden, choose()),
      expert_ids(rank.num_tokens, config.top_k, choose()),
      mask(rank.mask, rank.mask_is_2d, rank.num_tokens, config.top_k, choose()),
      smooth_scales(config.num_shared_experts + config.num_experts, config.hidden, choose()),
      expand_x(expand_x_rows, config.hidden, choose()),
      quantized(expand_x_rows, config.hidden, choose()),
      dynamic_scales(1, expand_x_rows, choose()),
      assist_info(1, assist_info_size, choose()),
      expert_token_nums(1, config.local_experts(ep_rank), choose()),
      ep_recv_counts(1, NumCounts(config, ep_rank) + 2, choose()),
      tp_recv_counts(1, 2, choose()),
      config_(config),
      has_smooth_scales_(!rank.smooth_scales.empty()) {
  x.SetAll(rank.x);
  expert_ids.SetAll(rank.expert_ids);
  smooth_scales.SetAll(rank.smooth_scales);
}

moe::DispatchInput DispatchTensors::input() {
  moe::DispatchInput input{config_, AsConst(x.rows_of(config_.x_type)), expert_ids.matrix(),
                           mask.view()};
  if (has_smooth_scales_) input.smooth_scales = smooth_scales.matrix();
  return input;
}

moe::DispatchOutput DispatchTensors::output() {
  Vector<std::int32_t> triples = assist_info.vector();
  triples.size = assist_info_size;
  moe::DispatchOutput output{expand_x.rows_of(config_.x_type), triples,
                             expert_token_nums.vector(),       counts_type,
                             ep_recv_counts.vector(),          tp_recv_counts.vector()};
  if (config_.quantizes()) {
    output.expand_x = quantized.rows_of(DType::kInt8);
    output.dynamic_scales = dynamic_scales.vector();
    output.dynamic_scales.size = dynamic_scales_size;
  }
  return output;
}

std::string DispatchTensors::Judge(const reference::DispatchResult& result) {
  expand_x.ExpectAll(result.expand_x);
  quantized.ExpectAll(result.quantized);
  dynamic_scales.ExpectAll(result.dynamic_scales);
  assist_info.ExpectAll(result.assist_info);
  expert_token_nums.ExpectAll(counts_type == moe::CountsType::kPrefixSums
                                  ? result.expert_token_prefix_sums
                                  : result.expert_token_counts);
  ep_recv_counts.ExpectAll(result.ep_recv_counts);
  tp_recv_counts.ExpectAll(result.tp_recv_counts);
  return x.Difference("x") + expert_ids.Difference("expertIds") + mask.Difference() +
         smooth_scales.Difference("scales") + expand_x.Difference("expandX") +
         quantized.Difference("expandX") + dynamic_scales.Difference("dynamicScales") +
         assist_info.Difference("assistInfoForCombine") +
         expert_token_nums.Difference("expertTokenNums") +
         ep_recv_counts.Difference("epRecvCounts") + tp_recv_counts.Difference("tpRecvCounts");
}

CombineTensors::CombineTensors(const moe::MoeConfig& config, std::int32_t ep_rank,
                               std::int32_t tp_rank, const reference::CombineRank& rank,
                               std::int64_t expand_x_rows, const StridesChooser& choose)
    : expand_x(expand_x_rows, config.hidden, choose()),
      expert_ids(rank.num_tokens, config.top_k, choose()),
      assist_info(1, 3 * expand_x_rows, choose()),
      ep_send_counts(1, NumCounts(config, ep_rank), choose()),
      tp_send_counts(1, 2, choose()),
      expert_scales(rank.num_tokens, config.top_k, choose()),
      shared_expert_x(rank.num_tokens, config.hidden, choose()),
      mask(rank.mask, rank.mask_is_2d, rank.num_tokens, config.top_k, choose()),
      x(rank.num_tokens, config.hidden, choose()),
      config_(config),
      has_shared_expert_x_(!rank.shared_expert_x.empty()) {
  expand_x.SetAll(rank.expand_x);
  expert_ids.SetAll(rank.expert_ids);
  assist_info.SetAll(rank.assist_info);
  ep_send_counts.Set(0, std::int64_t{config.ep_size} * config.local_experts(ep_rank) - 1,
                     static_cast<std::int32_t>(rank.own_rows));
  tp_send_counts.Set(0, 1 - tp_rank, static_cast<std::int32_t>(rank.peer_rows));
  expert_scales.SetAll(rank.expert_scales);
  shared_expert_x.SetAll(rank.shared_expert_x);
}

moe::CombineInput CombineTensors::input() {
  moe::CombineInput input;
  input.config = config_;
  input.expand_x = AsConst(expand_x.rows_of(config_.x_type));
  input.expert_ids = expert_ids.matrix();
  input.assist_info = std::as_const(assist_info).vector();
  input.ep_send_counts = std::as_const(ep_send_counts).vector();
  input.tp_send_counts = std::as_const(tp_send_counts).vector();
  input.expert_scales = expert_scales.matrix();
  input.mask = mask.view();
  if (has_shared_expert_x_) {
    input.shared_expert_x = AsConst(shared_expert_x.rows_of(config_.x_type));
  }
  return input;
}

moe::CombineOutput CombineTensors::output() {
  return {out.value_or(x.rows_of(config_.x_type))};
}

std::string CombineTensors::Judge(const reference::CombineResult& result) {
  for (std::size_t i = 0; i < result.x.size(); ++i) {
    const auto token = static_cast<std::int64_t>(i) / config_.hidden;
    const std::int64_t h = static_cast<std::int64_t>(i) % config_.hidden;
    if (!result.produced[static_cast<std::size_t>(token)]) continue;
    if (!out) {
      x.Expect(token, h, result.x[i]);
    } else if (std::memcmp(out->row(token) + h * out->col_stride, &result.x[i],
                           sizeof(result.x[i])) != 0) {
      return "x: token " + std::to_string(token) + " element " + std::to_string(h) + " is wrong\n";
    }
  }
  if (out) return "";
  return expand_x.Difference("expandX") + expert_ids.Difference("expertIds") +
         assist_info.Difference("assistInfoForCombine") +
         ep_send_counts.Difference("epSendCounts") + tp_send_counts.Difference("tpSendCounts") +
         expert_scales.Difference("expertScales") + shared_expert_x.Difference("sharedExpertX") +
         mask.Difference() + x.Difference("x");
}

std::vector<std::string> RunDispatch(LocalWorld& world, std::vector<DispatchTensors>& ranks) {
  return world.Run([&](std::int32_t world_rank, comm::Group& ep, comm::Group* tp) {
    DispatchTensors& rank = ranks[static_cast<std::size_t>(world_rank)];
    const moe::DispatchInput input = rank.input();
    moe::Dispatch(input, rank.output(), Agreement(input.config), ep, tp);
  });
}

std::vector<std::string> RunCombine(LocalWorld& world, std::vector<CombineTensors>& ranks) {
  return world.Run([&](std::int32_t world_rank, comm::Group& ep, comm::Group* tp) {
    CombineTensors& rank = ranks[static_cast<std::size_t>(world_rank)];
    const moe::CombineInput input = rank.input();
    moe::Combine(input, rank.output(), Agreement(input.config), ep, tp);
  });
}

}  // namespace ferry::testing
