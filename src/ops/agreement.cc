#include "ops/agreement.h"

#include <fmt/format.h>

#include <string_view>

namespace ferry::ops {
namespace {

// A record has room for short values. A longer text keeps its beginning and a hash of the whole, so
// that different texts stay different.
std::string Shortened(std::string_view text) {
  if (text.size() <= comm::kMaxAttributeValue) return std::string(text);
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: equal in every process
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  constexpr std::size_t kHashText = 17;  // '#' and 16 digits
  return fmt::format("{}#{:016x}", text.substr(0, comm::kMaxAttributeValue - kHashText), hash);
}

std::string CommAlgText(const StringArg& comm_alg) {
  return comm_alg.text.empty() ? "fullmesh_v1" : Shortened(comm_alg.text);
}

}  // namespace

std::vector<comm::Attribute> AgreementOf(const MoeCall& call, const OperatorTraits& traits) {
  return {
      {"operator", traits.name},
      {"epWorldSize", fmt::format("{}", call.ep_world_size)},
      {"moeExpertNum", fmt::format("{}", call.moe_expert_num)},
      {"tpWorldSize", fmt::format("{}", call.tp_ranks())},
      {"expertShardType", fmt::format("{}", call.expert_shard_type)},
      {"sharedExpertRankNum", fmt::format("{}", call.shared_expert_rank_num)},
      {"sharedExpertNum", fmt::format("{}", call.shared_experts())},
      {"globalBs", fmt::format("{}", call.global_batch())},
      {"commAlg", CommAlgText(call.comm_alg)},
      {"HCCL_BUFFSIZE", fmt::format("{}", call.facts.buffer_mib)},
      {"H", fmt::format("{}", call.hidden())},
      {"K", fmt::format("{}", call.top_k())},
      {fmt::format("dtype of {}", traits.rows_name), Shortened(NameOf(traits.rows_type))},
      {traits.quant_name, fmt::format("{}", traits.quant_mode)},
  };
}

}  // namespace ferry::ops
