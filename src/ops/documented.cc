#include "ops/documented.h"

#include <utility>

#include "base/math.h"
#include "ops/combine_params.h"
#include "ops/dispatch_params.h"
#include "ops/product.h"

namespace ferry::ops {
namespace {

using Dims = std::vector<std::int64_t>;

template <class Call>
bool Always(const Call& /*call*/) {
  return true;
}
template <class Call>
bool Never(const Call& /*call*/) {
  return false;
}

template <DType type, class Call>
DType Fixed(const Call& /*call*/, const CallSizes& /*sizes*/) {
  return type;
}
template <class Call>
DType RowType(const Call& /*call*/, const CallSizes& sizes) {
  return sizes.type;
}

template <class Call>
Dims Tokens(const Call& /*call*/, const CallSizes& sizes) {
  return {sizes.tokens, sizes.hidden};
}
template <class Call>
Dims Ids(const Call& /*call*/, const CallSizes& sizes) {
  return {sizes.tokens, sizes.top_k};
}
template <class Call>
Dims Mask(const Call& /*call*/, const CallSizes& sizes) {
  return {sizes.tokens};
}
template <class Call>
Dims Rows(const Call& call, const CallSizes& sizes) {
  return {call.rows_with_tp(), sizes.hidden};
}
template <class Call>
Dims RowScales(const Call& call, const CallSizes& /*sizes*/) {
  return {call.rows_with_tp()};
}
template <class Call>
Dims OwnRows(const Call& call, const CallSizes& /*sizes*/) {
  return {call.capacity()};
}
template <class Call>
Dims AssistWords(const Call& call, const CallSizes& /*sizes*/) {
  return {SaturatingMultiply(call.capacity(), kAssistWordsForCombine)};
}
template <class Call>
Dims EpCounts(const Call& call, const CallSizes& /*sizes*/) {
  return {call.counts_length()};
}
template <class Call>
Dims TpCounts(const Call& call, const CallSizes& /*sizes*/) {
  return {call.tp_world_size};
}
template <class Call>
Dims Nothing(const Call& /*call*/, const CallSizes& /*sizes*/) {
  return {0};
}

Dims SmoothScales(const DispatchCall& call, const CallSizes& sizes) {
  return {SaturatingAdd(call.shared_experts(), call.moe_expert_num), sizes.hidden};
}
Dims ExpertNums(const DispatchCall& call, const CallSizes& /*sizes*/) {
  return {call.local_experts()};
}
bool Quantises(const DispatchCall& call) {
  return call.quantises();
}
DType ExpandedType(const DispatchCall& call, const CallSizes& sizes) {
  return call.quantises() ? DType::kInt8 : sizes.type;
}

constexpr auto kInt32 = DType::kInt32;
constexpr auto kFloat32 = DType::kFloat32;
constexpr auto kBool = DType::kBool;

}  // namespace

template <>
const std::vector<DocumentedTensor<DispatchCall>>& DocumentedTensors() {
  using C = DispatchCall;
  // Never destroyed: threads may outlive statics.
  static const auto* const kTensors = new std::vector<DocumentedTensor<C>>{
      {dispatch::kX, Always<C>, Tokens<C>, RowType<C>},
      {dispatch::kExpertIds, Always<C>, Ids<C>, Fixed<kInt32, C>},
      {dispatch::kScales, Never<C>, SmoothScales, Fixed<kFloat32, C>},
      {dispatch::kMask, Never<C>, Mask<C>, Fixed<kBool, C>},
      {dispatch::kExpertScales, Never<C>, Ids<C>, Fixed<kFloat32, C>},
      {dispatch::kExpandX, Always<C>, Rows<C>, ExpandedType},
      {dispatch::kDynamicScales, Quantises, RowScales<C>, Fixed<kFloat32, C>},
      {dispatch::kAssistInfo, Always<C>, AssistWords<C>, Fixed<kInt32, C>},
      {dispatch::kExpertTokenNums, Always<C>, ExpertNums, Fixed<DType::kInt64, C>},
      {dispatch::kEpRecvCounts, Always<C>, EpCounts<C>, Fixed<kInt32, C>},
      {dispatch::kTpRecvCounts, Always<C>, TpCounts<C>, Fixed<kInt32, C>},
      {dispatch::kExpandScales, Never<C>, OwnRows<C>, Fixed<kFloat32, C>}};
  return *kTensors;
}

template <>
const std::vector<DocumentedTensor<CombineCall>>& DocumentedTensors() {
  using C = CombineCall;
  // Never destroyed: threads may outlive statics.
  static const auto* const kTensors = new std::vector<DocumentedTensor<C>>{
      {combine::kExpertIds, Always<C>, Ids<C>, Fixed<kInt32, C>},
      {combine::kExpandX, Always<C>, Rows<C>, RowType<C>},
      {combine::kAssistInfo, Always<C>, AssistWords<C>, Fixed<kInt32, C>},
      {combine::kEpSendCounts, Always<C>, EpCounts<C>, Fixed<kInt32, C>},
      {combine::kExpertScales, Always<C>, Ids<C>, Fixed<kFloat32, C>},
      {combine::kTpSendCounts, Always<C>, TpCounts<C>, Fixed<kInt32, C>},
      {combine::kMask, Never<C>, Mask<C>, Fixed<kBool, C>},
      {combine::kActivationScale, Never<C>, Nothing<C>, Fixed<kFloat32, C>},
      {combine::kWeightScale, Never<C>, Nothing<C>, Fixed<kFloat32, C>},
      {combine::kGroupList, Never<C>, Nothing<C>, Fixed<kInt32, C>},
      {combine::kExpandScales, Never<C>, OwnRows<C>, Fixed<kFloat32, C>},
      {combine::kSharedExpertX, Never<C>, Tokens<C>, RowType<C>},
      {combine::kXOut, Always<C>, Tokens<C>, RowType<C>}};
  return *kTensors;
}

std::vector<std::int64_t> ContiguousStrides(const std::vector<std::int64_t>& dims) {
  std::vector<std::int64_t> strides(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;)
    strides[i - 1] = SaturatingMultiply(strides[i], dims[i]);
  return strides;
}

TensorArg ContiguousTensor(std::vector<std::int64_t> dims, DType type) {
  alignas(64) static std::byte memory[64];  // an address that suits every element
  TensorArg tensor;
  tensor.strides = ContiguousStrides(dims);
  tensor.dims = std::move(dims);
  tensor.dtype = type;
  tensor.data = memory;
  return tensor;
}

}  // namespace ferry::ops
