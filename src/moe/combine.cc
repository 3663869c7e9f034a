#include "moe/combine.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "moe/active_mask.h"
#include "moe/extent.h"
#include "moe/gather.h"
#include "moe/held_rows.h"
#include "moe/move_row.h"
#include "moe/origin.h"
#include "moe/published.h"
#include "moe/routing.h"
#include "moe/sum_tokens.h"
#include "moe/tp_add.h"

namespace ferry::moe {
namespace {

using comm::Group;

// Kept by the thread from call to call, so that steady state does not allocate.
struct Workspace {
  ActivePairs active;
  CellTable cells;
};

Workspace& ThreadWorkspace() {
  thread_local Workspace workspace;
  return workspace;
}

// `rows` if the elements of a row lie side by side, else a packed copy in `slot` of the group.
ConstRows MakeDense(const ConstRows& rows, Group& group, Group::Scratch slot) {
  if (rows.rows_are_dense()) return rows;
  const auto bytes = static_cast<std::size_t>(rows.rows * rows.row_bytes());
  const Rows packed = DenseRows(group.ScratchFor(slot, bytes), rows);
  MoveRows(packed, rows, CopyHint::kCached);
  return AsConst(packed);
}

class CombineCall {
 public:
  CombineCall(const CombineInput& input, const CombineOutput& output, Group& ep, Group* tp)
      : config_(input.config),
        input_(input),
        output_(output),
        ep_(ep),
        tp_(tp),
        active_(ThreadWorkspace().active),
        cells_(ThreadWorkspace().cells) {}

  // Announces this rank's rows and where they go, or why it cannot take part; to both groups.
  void Publish(const std::vector<comm::Attribute>& agreement);
  // After the TP meeting: fills the rows that the EP record has promised.
  void AddRowsOfPeer();
  // After the EP meeting: finds the rows of this rank's tokens and sums them.
  void SumOwnTokens();
  // After the releases: puts the sums where they belong, or says which row never came.
  void Finish() const;

 private:
  void CheckInput(comm::Record& record);
  void PublishHeldRows(comm::Record& ep_record, comm::Record& tp_record);
  void CommitOutput();
  [[nodiscard]] bool OutputMustWait() const;
  [[nodiscard]] Rows ScratchOutput();

  const MoeConfig& config_;
  const CombineInput& input_;
  const CombineOutput& output_;
  Group& ep_;
  Group* tp_;
  ActivePairs& active_;
  CellTable& cells_;
  HeldRows held_;
  ConstRows held_rows_;          // expandX rows [0, n + m), dense
  Rows sums_;                    // with TP: [n, hidden] in scratch, own rows + the peer's
  Rows target_;                  // where sums are written: xOut, or scratch until the release
  std::optional<Cell> missing_;  // a cell that no rank filled
};

// Reads mask, ids, counts and triples, each once. An expert id is reported before anything else.
void CombineCall::CheckInput(comm::Record& record) {
  held_ = ReadHeldRows(input_, ep_.rank(), tp_ == nullptr ? 0 : tp_->rank());
  record.failure = held_.failure;
  if (record.failure.empty()) {
    const std::size_t words = OriginWords(config_, held_.own);
    std::byte* memory = ep_.ScratchFor(Group::Scratch::kPlan, words * sizeof(std::int32_t));
    const Origins origins =
        SortOrigins(config_, ep_.rank(), Prefix(input_.assist_info, 3 * held_.own),
                    {reinterpret_cast<std::int32_t*>(memory), words});
    PublishIndex(origins.words, record);
    record.failure = origins.failure;
  }
  if (!record.failure.empty()) record.cause = comm::Cause::kOther;

  active_.Read(input_.mask, input_.expert_ids.rows, config_.top_k);
  const std::string bad_id = CheckIds(config_, {ep_.rank(), input_.expert_ids, active_});
  if (!bad_id.empty()) {
    record.cause = comm::Cause::kExpertId;
    record.failure = bad_id;
  }
}

// With TP the EP record promises rows that AddRowsOfPeer fills before this rank meets its EP group.
void CombineCall::PublishHeldRows(comm::Record& ep_record, comm::Record& tp_record) {
  Group& group = tp_ == nullptr ? ep_ : *tp_;
  held_rows_ = MakeDense(SliceRows(input_.expand_x, 0, held_.own + held_.peer), group,
                         Group::Scratch::kRows);
  if (tp_ == nullptr) {
    PublishRows(held_rows_, ep_record);
    return;
  }
  const ConstRows own = SliceRows(held_rows_, 0, held_.own);
  const auto bytes = static_cast<std::size_t>(own.rows * own.row_bytes());
  sums_ = DenseRows(ep_.ScratchFor(Group::Scratch::kRows, bytes), own);
  PublishRows(AsConst(sums_), ep_record);
  PublishPeerRows(held_rows_, held_, tp_record);
}

void CombineCall::Publish(const std::vector<comm::Attribute>& agreement) {
  comm::Record ep_record;
  ep_record.attributes = agreement;
  comm::Record tp_record = TpRecord(agreement, ep_.rank());
  CheckInput(ep_record);
  if (ep_record.cause == comm::Cause::kNone) PublishHeldRows(ep_record, tp_record);
  ep_.Publish(ep_record);
  if (tp_ != nullptr) tp_->Publish(tp_record);
}

void CombineCall::AddRowsOfPeer() {
  AddPeerRows(SliceRows(held_rows_, 0, sums_.rows), sums_, ep_.rank(), *tp_);
}

// Whether xOut overlaps memory that is still read while it is written: rows of expandX, which peers
// read until the release, or other rows of sharedExpertX than the one a sum is made of.
bool CombineCall::OutputMustWait() const {
  const Extent out = ExtentOf(AsConst(output_.x));
  if (out.Overlaps(ExtentOf(SliceRows(input_.expand_x, 0, held_.own + held_.peer)))) return true;
  if (!input_.shared_expert_x) return false;
  const ConstRows& shared = *input_.shared_expert_x;
  const bool same_rows = shared.data == output_.x.data &&
                         shared.row_stride == output_.x.row_stride &&
                         shared.col_stride == output_.x.col_stride;
  return !same_rows && out.Overlaps(ExtentOf(shared));
}

Rows CombineCall::ScratchOutput() {
  const ConstRows shape = AsConst(output_.x);
  const auto bytes = static_cast<std::size_t>(shape.rows * shape.row_bytes());
  return DenseRows(ep_.ScratchFor(Group::Scratch::kOutput, bytes), shape);
}

void CombineCall::CommitOutput() {
  const std::int32_t first = active_.tokens().front();
  const std::int32_t last = active_.tokens().back();
  const Extent extent = ExtentOf(SliceRows(AsConst(output_.x), first, last - first + 1));
  ep_.Commit(extent.begin, extent.bytes);
}

void CombineCall::SumOwnTokens() {
  cells_.Reset(output_.x.rows, config_.slots());
  for (std::int32_t rank = 0; rank < ep_.size(); ++rank) {
    const PeerOrigins origins = OpenOrigins(config_, rank, ep_.Peer(rank));
    const auto rows = static_cast<std::uint64_t>(GatherCells(origins, ep_.rank(), cells_));
    ep_.CountRead(rank, rows, rows * static_cast<std::uint64_t>(origins.rows.row_bytes()));
  }
  missing_ = cells_.FirstEmpty(active_);
  if (missing_ || active_.tokens().empty()) return;
  CommitOutput();
  target_ = OutputMustWait() ? ScratchOutput() : output_.x;
  SumTokens(input_, {active_, cells_}, target_);
}

void CombineCall::Finish() const {
  if (missing_) {
    Fail(Code::kRtAicoreException, "rank {} token {} slot {}: no rank returned this row",
         ep_.rank(), missing_->token, missing_->slot);
  }
  if (target_.data == output_.x.data) return;
  for (const std::int32_t token : active_.tokens()) {
    MoveRow(output_.x, token, AsConst(target_), token, CopyHint::kCached);
  }
}

}  // namespace

void Combine(const CombineInput& input, const CombineOutput& output,
             const std::vector<comm::Attribute>& agreement, comm::Group& ep, comm::Group* tp) {
  CombineCall call(input, output, ep, tp);
  call.Publish(agreement);
  if (tp != nullptr) {
    tp->Meet();
    call.AddRowsOfPeer();
  }
  ep.Meet();
  call.SumOwnTokens();
  if (tp != nullptr) tp->Release();
  ep.Release();
  // A row that never came fails this rank alone (the peers have what they need), hence after the
  // releases.
  call.Finish();
}

}  // namespace ferry::moe
