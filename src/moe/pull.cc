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

// Every token of the source, in order.
void PullAllTokens(const PeerPlan& plan, const Block& block, std::int32_t slot, RowWriter& writer) {
  for (std::int64_t token = 0; token < block.num_rows; ++token) {
    writer.Append({plan.rank, static_cast<std::int32_t>(token), slot}, plan.x);
  }
}

// The source's pairs that name this expert. They lie in the peer's memory, hence the check.
void PullPairs(const PeerPlan& plan, const Block& block, std::int32_t top_k, RowWriter& writer) {
  const std::int64_t num_pairs = plan.num_tokens * top_k;
  for (const std::int32_t& place : block.pairs) {
    const std::int32_t pair = ReadOnce(place);
    if (pair < 0 || pair >= num_pairs) FailBadRecord(plan.rank, "a (token, k) pair", pair);
    writer.Append({plan.rank, pair / top_k, pair % top_k}, plan.x);
  }
}

}  // namespace

void PullRows(const PullSource& source, const PullTarget& target, CopyHint hint) {
  const MoeConfig& config = source.config;
  RowWriter writer(target, hint);
  if (config.is_shared_rank(source.rank)) {
    const std::int32_t slot = config.top_k + Placement(config).SharedExpertOf(source.rank);
    for (const Block& block : source.layout.blocks) {
      PullAllTokens(source.plans[static_cast<std::size_t>(block.source)], block, slot, writer);
    }
    return;
  }
  for (const Block& block : source.layout.blocks) {
    PullPairs(source.plans[static_cast<std::size_t>(block.source)], block, config.top_k, writer);
  }
}

}  // namespace ferry::moe
