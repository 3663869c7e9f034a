#include "ops/lookup.h"

#include "comm/registry.h"
#include "memory/segment.h"
#include "runtime/context.h"
#include "runtime/tensor.h"

namespace ferry::ops {
namespace {

std::optional<MemoryRange> AllocationAround(const std::byte* data) {
  const auto allocation = memory::ProcessSegment().Find(data);
  if (!allocation) return std::nullopt;
  const auto begin = reinterpret_cast<std::uintptr_t>(allocation->base);
  return MemoryRange{begin, begin + allocation->bytes};
}

std::optional<GroupFacts> FactsOf(const std::shared_ptr<comm::Member>& member) {
  if (member == nullptr) return std::nullopt;
  return GroupFacts{.rank = member->rank(), .size = member->size()};
}

}  // namespace

OptionalTensor LookUpTensor(const void* handle) {
  if (handle == nullptr) return std::nullopt;
  TensorArg arg;
  const std::shared_ptr<const runtime::Tensor> tensor = runtime::Tensors().Find(handle);
  arg.alive = tensor != nullptr;
  if (!arg.alive) return arg;
  arg.dims = tensor->view_dims;
  arg.strides = tensor->strides;
  arg.dtype = tensor->dtype;
  arg.format = tensor->format;
  MoveTo(arg, tensor->data, tensor->offset);
  return arg;
}

void MoveTo(TensorArg& tensor, std::byte* storage, std::int64_t offset) {
  tensor.data = storage;
  tensor.offset = offset;
  tensor.allocation = AllocationAround(storage);
}

Members LookUpFacts(MoeCall& call) {
  Members members;
  Facts& facts = call.facts;
  facts.product = env::GetProduct();
  facts.product_text = env::ProductText();
  facts.buffer_mib = env::HcclBuffSizeMiB();
  facts.strict = env::Strict();
  const auto context = runtime::Contexts().Find(runtime::CurrentContextHandle());
  if (context == nullptr) return members;
  facts.device = context->device();
  members.ep = comm::FindMember(*facts.device, call.group_ep.text);
  facts.ep = FactsOf(members.ep);
  if (!call.has_tp() || call.group_tp.text.empty()) return members;
  members.tp = comm::FindMember(*facts.device, call.group_tp.text);
  facts.tp = FactsOf(members.tp);
  return members;
}

}  // namespace ferry::ops
