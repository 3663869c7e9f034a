// Combine by definition: spec combine.md sections 6 to 8 and 9.1.
#include <cstddef>
#include <map>
#include <utility>

#include "base/error.h"
#include "moe/reference.h"
#include "moe/reference_float.h"
#include "moe/reference_mask.h"
#include "moe/reference_quantization.h"

namespace ferry::reference {
namespace {

using RowBits = std::vector<std::uint16_t>;

// The rows that came back to one rank, by (token, slot).
using Cells = std::map<std::pair<std::int64_t, std::int32_t>, RowBits>;

std::size_t Index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

RowBits RowAt(const moe::MoeConfig& config, const std::vector<std::uint16_t>& rows,
              std::int64_t row) {
  const auto begin = rows.begin() + row * config.hidden;
  return {begin, begin + config.hidden};
}

void CheckWorld(const moe::MoeConfig& config, const std::vector<CombineRank>& world) {
  Require(world.size() == Index(std::int64_t{config.ep_size} * config.tp_size), Code::kInner,
          "world has {} ranks; must have {} * {}", world.size(), config.ep_size, config.tp_size);
  for (std::size_t w = 0; w < world.size(); ++w) {
    const CombineRank& rank = world[w];
    const std::size_t pairs = Index(rank.num_tokens * config.top_k);
    Require(rank.expert_ids.size() == pairs && rank.expert_scales.size() == pairs, Code::kInner,
            "world rank {}: expert_ids or expert_scales do not fit {} tokens", w, rank.num_tokens);
    Require(rank.shared_expert_x.empty() ||
                rank.shared_expert_x.size() == Index(rank.num_tokens * config.hidden),
            Code::kInner, "world rank {}: shared_expert_x does not fit {} tokens", w,
            rank.num_tokens);
    Require(rank.expand_x.size() >= Index((rank.own_rows + rank.peer_rows) * config.hidden) &&
                rank.assist_info.size() >= Index(3 * rank.own_rows),
            Code::kInner, "world rank {}: expand_x or assist_info do not fit {} + {} rows", w,
            rank.own_rows, rank.peer_rows);
    CheckActiveIds(rank, config.top_k, config.num_experts);
  }
}

// Section 8: one element of the peer plus one of this rank.
std::uint16_t AddOfPeer(DType type, std::uint16_t peer, std::uint16_t own) {
  if (type == DType::kFloat16) return Encode(type, Decode(type, peer) + Decode(type, own));
  // bf16 is added in binary32 and then rounded again.
  const float sum = DecodeToFloat(type, peer) + DecodeToFloat(type, own);
  return Encode(type, sum);
}

// The rows that world rank `w` sends back.
std::vector<RowBits> RowsToSend(const moe::MoeConfig& config, const std::vector<CombineRank>& world,
                                std::size_t w) {
  const CombineRank& rank = world[w];
  std::vector<RowBits> rows;
  for (std::int64_t i = 0; i < rank.own_rows; ++i) {
    rows.push_back(RowAt(config, rank.expand_x, i));
  }
  if (config.tp_size == 1) return rows;

  const CombineRank& peer = world[w % 2 == 0 ? w + 1 : w - 1];
  Require(peer.peer_rows == rank.own_rows, Code::kRtAicoreException,
          "world rank {} has {} rows, its TP peer holds {} of them", w, rank.own_rows,
          peer.peer_rows);
  for (std::int64_t i = 0; i < rank.own_rows; ++i) {
    const RowBits from_peer = RowAt(config, peer.expand_x, peer.own_rows + i);
    RowBits& row = rows[Index(i)];
    for (std::size_t h = 0; h < row.size(); ++h) {
      row[h] = AddOfPeer(config.x_type, from_peer[h], row[h]);
    }
  }
  return rows;
}

// A row as its owner gets it.
RowBits CellOf(const moe::MoeConfig& config, const RowBits& row) {
  if (config.transport == moe::Transport::kRows) return row;
  return TransportRow(config.x_type, row);
}

// Sends world rank `w`'s rows to the cells of their owners, which are in the same EP group.
void SendRows(const moe::MoeConfig& config, const std::vector<CombineRank>& world, std::size_t w,
              std::vector<Cells>& cells) {
  const std::size_t tp_rank = w % Index(config.tp_size);
  const std::vector<RowBits> rows = RowsToSend(config, world, w);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int32_t owner = world[w].assist_info[3 * i];
    const std::int32_t token = world[w].assist_info[3 * i + 1];
    const std::int32_t slot = world[w].assist_info[3 * i + 2];
    const std::int32_t slots = config.top_k + config.num_shared_experts;
    const std::int64_t max_batch = config.global_batch / config.ep_size;
    Require(0 <= owner && owner < config.ep_size && 0 <= token && token < max_batch && 0 <= slot &&
                slot < slots,
            Code::kRtAicoreException, "world rank {} row {}: bad triple ({}, {}, {})", w, i, owner,
            token, slot);
    cells[Index(owner) * Index(config.tp_size) + tp_rank][{token, slot}] = CellOf(config, rows[i]);
  }
}

const RowBits& NeededCell(const Cells& cells, std::int64_t token, std::int32_t slot) {
  const auto found = cells.find({token, slot});
  Require(found != cells.end(), Code::kRtAicoreException, "token {} slot {}: no rank filled it",
          token, slot);
  return found->second;
}

// Section 6: acc = f32(acc + f32(float(x) * weight)), two separately rounded operations.
void Accumulate(DType type, std::vector<float>& acc, const RowBits& row, float weight) {
  for (std::size_t h = 0; h < acc.size(); ++h) {
    const float product = DecodeToFloat(type, row[h]) * weight;
    acc[h] = acc[h] + product;
  }
}

RowBits SumToken(const moe::MoeConfig& config, const CombineRank& rank, const Mask& mask,
                 const Cells& cells, std::int64_t token) {
  std::vector<float> acc(Index(config.hidden), 0.0F);
  for (std::int32_t k = 0; k < config.top_k; ++k) {
    if (!mask.IsActive(token, k)) continue;
    Accumulate(config.x_type, acc, NeededCell(cells, token, k),
               rank.expert_scales[Index(token * config.top_k + k)]);
  }
  for (std::int32_t shared = 0; shared < config.num_shared_experts; ++shared) {
    Accumulate(config.x_type, acc, NeededCell(cells, token, config.top_k + shared), 1.0F);
  }
  if (!rank.shared_expert_x.empty()) {
    Accumulate(config.x_type, acc, RowAt(config, rank.shared_expert_x, token), 1.0F);
  }
  RowBits row;
  row.reserve(acc.size());
  for (const float value : acc) row.push_back(Encode(config.x_type, value));
  return row;
}

}  // namespace

std::vector<CombineResult> Combine(const moe::MoeConfig& config,
                                   const std::vector<CombineRank>& world) {
  CheckWorld(config, world);
  std::vector<Cells> cells(world.size());
  for (std::size_t w = 0; w < world.size(); ++w) SendRows(config, world, w, cells);

  std::vector<CombineResult> results(world.size());
  for (std::size_t w = 0; w < world.size(); ++w) {
    const Mask mask = MaskOf(world[w], config.top_k);
    CombineResult& result = results[w];
    for (std::int64_t token = 0; token < world[w].num_tokens; ++token) {
      result.produced.push_back(mask.IsActive(token));
      const RowBits row = result.produced.back() ? SumToken(config, world[w], mask, cells[w], token)
                                                 : RowBits(Index(config.hidden), 0);
      result.x.insert(result.x.end(), row.begin(), row.end());
    }
  }
  return results;
}

}  // namespace ferry::reference
