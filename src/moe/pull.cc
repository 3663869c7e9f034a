#include "moe/pull.h"

#include "moe/placement.h"
#include "moe/published.h"
#include "moe/read_once.h"

namespace ferry::moe {
namespace {

// How the entries of a block's list become triples.
struct EntryForm {
  std::int32_t per_token = 0;   // entries of one token: top_k of pairs, 1 of tokens
  std::int32_t first_slot = 0;  // of the first of them
};

EntryForm FormOf(const MoeConfig& config, std::int32_t rank) {
  if (!config.is_shared_rank(rank)) return {config.top_k, 0};
  return {1, config.top_k + Placement(config).SharedExpertOf(rank)};
}

// The list lies in the peer's memory, hence the check.
void PullBlock(const PeerPlan& plan, const Block& block, const EntryForm& form, RowWriter& writer) {
  if (block.entries.empty()) return;
  writer.Start(plan.tokens, block.scale_row);
  const std::int64_t num_entries = plan.num_tokens * form.per_token;
  for (const std::int32_t& place : block.entries) {
    const std::int32_t entry = ReadOnce(place);
    if (entry < 0 || entry >= num_entries) FailBadRecord(plan.rank, "an entry of a list", entry);
    writer.Append({plan.rank, entry / form.per_token, form.first_slot + entry % form.per_token});
  }
}

}  // namespace

void PullRows(const PullSource& source, const PullTarget& target, CopyHint hint) {
  const EntryForm form = FormOf(source.config, source.rank);
  RowWriter writer(target, hint);
  for (const Block& block : source.layout.blocks) {
    PullBlock(source.plans[static_cast<std::size_t>(block.source)], block, form, writer);
  }
}

}  // namespace ferry::moe
