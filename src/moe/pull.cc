#include "moe/pull.h"

#include "moe/placement.h"
#include "moe/published.h"
#include "moe/read_once.h"

namespace ferry::moe {
namespace {

struct Triple {
  std::int32_t source = 0;
  std::int32_t token = 0;
  std::int32_t slot = 0;
};

// Writes rows and triples one after another.
class RowWriter {
 public:
  RowWriter(const PullTarget& target, CopyHint hint) : target_(target), hint_(hint) {}

  void Append(const Triple& triple, const ConstRows& x) {
    MoveRow(target_.expand_x, row_, x, triple.token, hint_);
    const std::int64_t word = 3 * row_++;
    target_.assist_info[word] = triple.source;
    target_.assist_info[word + 1] = triple.token;
    target_.assist_info[word + 2] = triple.slot;
  }

 private:
  const PullTarget& target_;
  CopyHint hint_;
  std::int64_t row_ = 0;
};

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
  const std::int64_t num_entries = plan.num_tokens * form.per_token;
  for (const std::int32_t& place : block.entries) {
    const std::int32_t entry = ReadOnce(place);
    if (entry < 0 || entry >= num_entries) FailBadRecord(plan.rank, "an entry of a list", entry);
    writer.Append({plan.rank, entry / form.per_token, form.first_slot + entry % form.per_token},
                  plan.x);
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
