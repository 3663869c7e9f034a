#include "moe/dispatch.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/copy_row.h"
#include "moe/active_mask.h"
#include "moe/extent.h"
#include "moe/layout.h"
#include "moe/move_row.h"
#include "moe/published.h"
#include "moe/pull.h"
#include "moe/routing.h"
#include "moe/tp_gather.h"

namespace ferry::moe {
namespace {

// Kept by the thread from call to call, so that steady state does not allocate.
struct Workspace {
  ActivePairs active;
  std::vector<PeerPlan> plans;  // by source rank
  RowLayout layout;
};

Workspace& ThreadWorkspace() {
  thread_local Workspace workspace;
  return workspace;
}

Room RoomOf(const MoeConfig& config, const DispatchOutput& output) {
  Room room{output.expand_x.rows, output.assist_info.size, {}};
  if (config.quantizes()) room.dynamic_scales_size = output.dynamic_scales.size;
  return room;
}

class DispatchCall {
 public:
  DispatchCall(const DispatchInput& input, const DispatchOutput& output, comm::Group& ep)
      : config_(input.config),
        input_(input),
        output_(output),
        ep_(ep),
        plans_(ThreadWorkspace().plans),
        layout_(ThreadWorkspace().layout) {}

  // Announces this rank's plan and tokens, or why it cannot take part.
  void PublishTokens(const std::vector<comm::Attribute>& agreement);
  // After the meeting: receives this rank's own rows.
  void MoveOwnRows();
  // Meets the TP peer and exchanges received rows with it.
  void ExchangeRows(comm::Group& tp, comm::Record& record);
  void WriteExpertTokenNums() const;

 private:
  void OpenPlans();
  void CountRows();
  void CommitOutputs();
  void CommitExtent(const Extent& extent);
  [[nodiscard]] CopyHint HintForAll() const;

  const MoeConfig& config_;
  const DispatchInput& input_;
  const DispatchOutput& output_;
  comm::Group& ep_;
  std::vector<PeerPlan>& plans_;
  RowLayout& layout_;
  CopyHint hint_ = CopyHint::kCached;
  std::int64_t peer_rows_ = 0;  // m
};

void DispatchCall::PublishTokens(const std::vector<comm::Attribute>& agreement) {
  const std::size_t words = PlanWords(config_, input_.expert_ids.rows);
  std::byte* memory = ep_.ScratchFor(comm::Group::Scratch::kPlan, words * sizeof(std::int32_t));
  ActivePairs& active = ThreadWorkspace().active;
  active.Read(input_.mask, input_.expert_ids.rows, config_.top_k);
  const RoutingPlan plan = PlanRouting(config_, {ep_.rank(), input_.expert_ids, active},
                                       {reinterpret_cast<std::int32_t*>(memory), words});
  comm::Record record;
  record.attributes = agreement;
  if (plan.failure.empty()) {
    PublishPlan(plan, PrepareTokens(input_, active, ep_), record);
  } else {
    record.cause = comm::Cause::kExpertId;
    record.failure = plan.failure;
  }
  ep_.Publish(record);
}

void DispatchCall::OpenPlans() {
  plans_.clear();
  for (std::int32_t rank = 0; rank < ep_.size(); ++rank) {
    plans_.push_back(OpenPlan(config_, rank, ep_.Peer(rank)));
  }
}

// Rows as they are read: quantised ones bring a scale each.
void DispatchCall::CountRows() {
  for (const PeerPlan& plan : plans_) {
    const bool quantized = plan.tokens.form == RowForm::kQuantized;
    const auto row_bytes =
        static_cast<std::uint64_t>(plan.tokens.rows.row_bytes()) + (quantized ? sizeof(float) : 0);
    const auto rows =
        static_cast<std::uint64_t>(layout_.source_rows[static_cast<std::size_t>(plan.rank)]);
    ep_.CountRead(plan.rank, rows, rows * row_bytes);
  }
}

void DispatchCall::CommitExtent(const Extent& extent) {
  if (extent.bytes != 0) ep_.Commit(extent.begin, extent.bytes);
}

// How many rows come is known only after the meeting, so memory that is missing fails the release.
void DispatchCall::CommitOutputs() {
  const auto totals = static_cast<std::int64_t>(layout_.blocks.size()) * config_.tp_size;
  CommitExtent(ExtentOf(SliceRows(AsConst(output_.expand_x), 0, layout_.num_rows)));
  CommitExtent(ExtentOf(Prefix(output_.assist_info, 3 * layout_.num_rows)));
  if (config_.quantizes()) CommitExtent(ExtentOf(Prefix(output_.dynamic_scales, layout_.num_rows)));
  CommitExtent(ExtentOf(output_.expert_token_nums));
  CommitExtent(ExtentOf(Prefix(output_.ep_recv_counts, totals)));
  if (config_.tp_size > 1) CommitExtent(ExtentOf(output_.tp_recv_counts));
}

// From what all ranks write together: with TP, two EP groups of which each rank writes the rows of
// both ranks of its pair.
CopyHint DispatchCall::HintForAll() const {
  std::int64_t tokens = 0;
  for (const PeerPlan& plan : plans_) tokens += plan.num_tokens;
  const std::int64_t rows = tokens * config_.slots() * config_.tp_size * config_.tp_size;
  return HintFor(rows * AsConst(output_.expand_x).row_bytes());
}

void DispatchCall::MoveOwnRows() {
  OpenPlans();
  LayOutRows(config_, ep_.rank(), plans_, layout_);
  CheckRoom(ep_.rank(), layout_, plans_, RoomOf(config_, output_));
  CommitOutputs();
  hint_ = HintForAll();
  PullRows({config_, ep_.rank(), layout_, plans_},
           {output_.expand_x, output_.assist_info, output_.dynamic_scales}, hint_);
  CountRows();
  std::int64_t at = 0;
  for (const std::int32_t total : layout_.running_rows) output_.ep_recv_counts[at++] = total;
}

void DispatchCall::ExchangeRows(comm::Group& tp, comm::Record& record) {
  PublishOwnRows({config_, layout_, output_}, tp, record);
  record.values[kDuplicatesFrom] = FirstWithDuplicates(plans_);
  tp.Publish(record);
  kernels::StreamFence();  // the peer reads the rows that MoveOwnRows wrote
  tp.Meet();
  peer_rows_ = GatherFromPeer({config_, layout_, output_}, hint_, ep_, tp);
  output_.tp_recv_counts[tp.rank()] = static_cast<std::int32_t>(layout_.num_rows);
  output_.tp_recv_counts[1 - tp.rank()] = static_cast<std::int32_t>(peer_rows_);
}

// With TP a rank has a single expert, whose number includes the peer's rows.
void DispatchCall::WriteExpertTokenNums() const {
  std::int64_t sum = 0;
  std::int64_t at = 0;
  for (const std::int64_t rows : layout_.expert_rows) {
    sum += rows;
    const bool prefix_sums = output_.counts_type == CountsType::kPrefixSums;
    output_.expert_token_nums[at++] = (prefix_sums ? sum : rows) + peer_rows_;
  }
}

}  // namespace

void Dispatch(const DispatchInput& input, const DispatchOutput& output,
              const std::vector<comm::Attribute>& agreement, comm::Group& ep, comm::Group* tp) {
  DispatchCall call(input, output, ep);
  call.PublishTokens(agreement);
  comm::Record tp_record;
  if (tp != nullptr) {
    tp_record = TpRecord(agreement, ep.rank());
    tp->Publish(tp_record);
  }

  ep.Meet();
  call.MoveOwnRows();
  if (tp != nullptr) call.ExchangeRows(*tp, tp_record);
  call.WriteExpertTokenNums();
  kernels::StreamFence();
  ep.Release();
  if (tp != nullptr) tp->Release();
}

}  // namespace ferry::moe
