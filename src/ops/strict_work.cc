#include "ops/strict_work.h"

#include <cstddef>
#include <cstring>
#include <utility>

#include "moe/extent.h"
#include "ops/accusing_group.h"
#include "ops/paired_group.h"
#include "ops/pairing.h"

namespace ferry::ops {
namespace {

constexpr std::byte kPoison{0xFF};  // NaN as float32, float16 and bfloat16

bool OverlapsInput(const moe::Extent& output, const moe::DispatchInput& input) {
  const ConstRows ids = {reinterpret_cast<const std::byte*>(input.expert_ids.data),
                         DType::kInt32,
                         input.expert_ids.rows,
                         input.expert_ids.cols,
                         input.expert_ids.row_stride * 4,
                         input.expert_ids.col_stride * 4};
  return output.Overlaps(moe::ExtentOf(input.x)) || output.Overlaps(moe::ExtentOf(ids));
}

// All elements of the view, and nothing between them.
void PoisonRows(const Rows& rows, comm::Group& group) {
  const moe::Extent extent = moe::ExtentOf(AsConst(rows));
  group.Commit(extent.begin, extent.bytes);
  const bool dense = rows.rows_are_dense();
  const auto run = dense ? static_cast<std::size_t>(rows.row_bytes()) : SizeOf(rows.dtype);
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    for (std::int64_t c = 0; c < (dense ? 1 : rows.cols); ++c) {
      std::memset(rows.row(r) + c * rows.col_stride, static_cast<int>(kPoison), run);
    }
  }
}

Rows AsRows(const Vector<float>& scales) {
  return {reinterpret_cast<std::byte*>(scales.data),
          DType::kFloat32,
          scales.size,
          1,
          scales.stride * 4,
          4};
}

// The rows that this call will receive are written over it.
void PoisonOutputs(const DispatchWork& work, comm::Group& ep) {
  const auto poison = [&](const Rows& rows) {
    if (!OverlapsInput(moe::ExtentOf(AsConst(rows)), work.input)) PoisonRows(rows, ep);
  };
  poison(work.output.expand_x);
  if (work.input.config.quantizes()) poison(AsRows(work.output.dynamic_scales));
}

}  // namespace

Work StrictDispatch(const std::shared_ptr<comm::Member>& member,
                    const std::shared_ptr<const DispatchWork>& checked, Work work) {
  return [history = HistoryOf(member), checked, work = std::move(work)](comm::Group& ep,
                                                                        comm::Group* tp) {
    const moe::DispatchInput& input = checked->input;
    RoutedIds ids = ReadRoutedIds(input.expert_ids, input.mask);
    AccusingGroup accusing(ep, DuplicateId(ids, input.config.num_experts, ep.rank()));
    PoisonOutputs(*checked, ep);
    work(accusing, tp);
    const auto left = FingerprintOf(input.config, ep.rank(),
                                    {checked->output.assist_info, checked->output.ep_recv_counts});
    if (left) history->Remember(ep.number(), *left, std::move(ids));
  };
}

Work StrictCombine(const std::shared_ptr<comm::Member>& member,
                   const std::shared_ptr<const CombineWork>& checked, Work work) {
  return [history = HistoryOf(member), checked, work = std::move(work)](comm::Group& ep,
                                                                        comm::Group* tp) {
    const moe::CombineInput& input = checked->input;
    const RoutedIds ids = ReadRoutedIds(input.expert_ids, input.mask);
    AccusingGroup accusing(ep, DuplicateId(ids, input.config.num_experts, ep.rank()));
    const auto given =
        FingerprintOf(input.config, ep.rank(), {input.assist_info, input.ep_send_counts});
    const EarlierCalls candidates = given ? history->DispatchesOf(*given, ep.number()) : 0;
    PairedGroup paired(accusing, {history, candidates, ids});
    work(paired, tp);
  };
}

}  // namespace ferry::ops
