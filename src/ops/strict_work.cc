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

// The rows that this call will receive are written over it. Phase 1 has refused outputs with gaps.
void PoisonOutputs(const DispatchWork& work, comm::Group& ep) {
  const auto poison = [&](std::byte* begin, std::int64_t size) {
    const auto bytes = static_cast<std::size_t>(size);
    if (OverlapsInput({begin, bytes}, work.input)) return;
    ep.Commit(begin, bytes);
    std::memset(begin, static_cast<int>(kPoison), bytes);
  };
  const Rows& rows = work.output.expand_x;
  poison(rows.data, rows.rows * rows.row_bytes());
  const Vector<float>& scales = work.output.dynamic_scales;
  if (work.input.config.quantizes())
    poison(reinterpret_cast<std::byte*>(scales.data), scales.size * 4);
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
