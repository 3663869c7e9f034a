#include "fuzz/legal_calls.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <span>

#include "aclnnop/aclnn_moe_distribute_combine_v2.h"
#include "aclnnop/aclnn_moe_distribute_dispatch_v2.h"
#include "fuzz/fuzz_world.h"

namespace ferry::fuzz {
namespace {

constexpr std::int64_t kAssistWordsPerRow = 128;

TensorSpec Spec(aclDataType dtype, std::vector<std::int64_t> dims) {
  std::int64_t elements = 1;
  for (const std::int64_t dim : dims) elements *= dim;
  TensorSpec spec{.dtype = dtype, .dims = std::move(dims)};
  spec.contents.resize(static_cast<std::size_t>(elements) * aclDataTypeSize(dtype),
                       std::byte{0x3c});
  return spec;
}

// Whether the library refuses what the device would: legal is then what the device takes.
bool IsStrict() {
  static const bool is_strict = std::getenv("FERRY_STRICT") != nullptr;
  return is_strict;
}

TensorSpec Absent() {
  return {.given = false};
}

template <class T>
void Put(TensorSpec& spec, std::size_t index, T value) {
  std::memcpy(spec.contents.data() + index * sizeof(T), &value, sizeof(T));
}

// Ids in [0, num_experts), no two alike in a token; or whatever the fuzzer likes.
void FillIds(FuzzedDataProvider& data, const Shape& shape, bool wild, TensorSpec& spec) {
  for (std::int64_t token = 0; token < spec.dims[0]; ++token) {
    const auto first = data.ConsumeIntegralInRange<std::int64_t>(0, shape.num_experts - 1);
    for (std::int64_t k = 0; k < shape.top_k; ++k) {
      auto id = static_cast<std::int32_t>((first + k) % shape.num_experts);
      if (wild && data.ConsumeBool()) id = static_cast<std::int32_t>(BorderingInteger(data));
      Put(spec, static_cast<std::size_t>(token * shape.top_k + k), id);
    }
  }
}

void FillBytes(FuzzedDataProvider& data, TensorSpec& spec) {
  const auto bytes =
      data.ConsumeBytes<std::uint8_t>(std::min<std::size_t>(spec.contents.size(), 64));
  if (!bytes.empty()) std::memcpy(spec.contents.data(), bytes.data(), bytes.size());
}

std::int64_t NumTokens(const Shape& shape, int rank) {
  return shape.num_tokens[static_cast<std::size_t>(rank)];
}

TensorSpec MaskOf(FuzzedDataProvider& data, const Shape& shape, int rank) {
  const std::int64_t tokens = NumTokens(shape, rank);
  if (shape.mask_dims == 0 || tokens != shape.max_tokens) return Absent();
  TensorSpec spec =
      shape.mask_dims == 1 ? Spec(ACL_BOOL, {tokens}) : Spec(ACL_BOOL, {tokens, shape.top_k});
  for (std::byte& flag : spec.contents)
    flag = static_cast<std::byte>(data.ConsumeIntegral<std::uint8_t>());
  return spec;
}

// Of combine. The device wants one without TP, too.
TensorSpec TpSendCounts(const Shape& shape) {
  if (shape.has_tp()) return Spec(ACL_INT32, {2});
  return IsStrict() ? Spec(ACL_INT32, {0}) : Absent();
}

// Numbers of one rank that follow from the shape.
struct Sizes {
  Place place;
  std::int64_t local_experts = 1;
  std::int64_t capacity = 0;  // A of spec dispatch.md section 4
  [[nodiscard]] std::int64_t rows() const { return capacity * place.tp_size; }
  [[nodiscard]] std::int64_t counts() const {
    return place.ep_size * local_experts * place.tp_size;
  }
};

Sizes SizesOf(const Shape& shape, int rank) {
  Sizes sizes{.place = PlaceOf(shape.topology, rank)};
  const std::int64_t ep = sizes.place.ep_size;
  if (sizes.place.ep_rank < shape.num_shared_ranks) {
    const std::int64_t copies = shape.num_shared_ranks / shape.num_shared_experts;
    sizes.capacity = shape.max_tokens * ((ep + copies - 1) / copies);
    return sizes;
  }
  sizes.local_experts = shape.num_experts / (ep - shape.num_shared_ranks);
  sizes.capacity = shape.max_tokens * ep * std::min(sizes.local_experts, shape.top_k);
  return sizes;
}

// Numbers that the operators take in the same order: up to sharedExpertRankNum.
std::vector<std::int64_t> CommonAttributes(const Shape& shape, const Place& place) {
  return {place.ep_size,
          place.ep_rank,
          shape.num_experts,
          place.tp_size == 2 ? 2 : 0,
          place.tp_rank,
          0,
          shape.num_shared_experts,
          shape.num_shared_ranks};
}

std::int64_t GlobalBatch(const Shape& shape, const Place& place) {
  return shape.zero_global_bs ? 0 : shape.max_tokens * place.ep_size;
}

// Triples and counts that only sometimes fit each other: what a caller may have damaged.
void FillHeldRows(FuzzedDataProvider& data, const Shape& shape, const Sizes& sizes, bool wild,
                  CallArguments& call) {
  const auto count = [&] {
    return static_cast<std::int32_t>(
        wild ? BorderingInteger(data)
             : data.ConsumeIntegralInRange<std::int64_t>(0, sizes.capacity));
  };
  const std::int32_t held = count();
  for (std::int64_t i = 0; i < sizes.counts(); ++i) {
    Put(call.tensors[kSendCounts], static_cast<std::size_t>(i), held);
  }
  if (shape.has_tp()) {
    const std::int32_t of_peer = count();
    for (std::size_t i = 0; i < 2; ++i) Put(call.tensors[kTpSendCounts], i, of_peer);
  }
  for (std::int64_t word = 0; word < 3 * sizes.capacity; ++word) {
    const std::int64_t bounds[] = {sizes.place.ep_size, shape.max_tokens,
                                   shape.top_k + shape.num_shared_experts};
    const std::int64_t value =
        wild && data.ConsumeBool()
            ? BorderingInteger(data)
            : data.ConsumeIntegralInRange<std::int64_t>(0, bounds[word % 3] - 1);
    Put(call.tensors[kTriples], static_cast<std::size_t>(word), static_cast<std::int32_t>(value));
  }
}

void ChooseBatches(FuzzedDataProvider& data, Shape& shape) {
  shape.max_tokens = data.ConsumeIntegralInRange<std::int64_t>(1, 5);
  const bool equal = data.ConsumeBool();
  for (std::int64_t& tokens : shape.num_tokens) {
    tokens =
        equal ? shape.max_tokens : data.ConsumeIntegralInRange<std::int64_t>(1, shape.max_tokens);
  }
  shape.zero_global_bs = equal && data.ConsumeBool();
}

// Shared ranks hold the same number of copies of each shared expert.
void ChooseExperts(FuzzedDataProvider& data, Shape& shape) {
  const std::int64_t ep_size = PlaceOf(shape.topology, 0).ep_size;
  shape.num_shared_experts = data.ConsumeIntegralInRange<std::int64_t>(0, ep_size - 1);
  if (const std::int64_t shared = shape.num_shared_experts; shared != 0) {
    shape.num_shared_ranks =
        shared * data.ConsumeIntegralInRange<std::int64_t>(1, (ep_size - 1) / shared);
  }
  const std::int64_t moe_ranks = ep_size - shape.num_shared_ranks;
  shape.num_experts =
      moe_ranks * (shape.has_tp() ? 1 : data.ConsumeIntegralInRange<std::int64_t>(1, 3));
  shape.top_k =
      data.ConsumeIntegralInRange<std::int64_t>(1, std::min<std::int64_t>(4, shape.num_experts));
}

// "fullmesh_v2" takes no mask, no TP and no batch below the largest.
void ChooseAlgorithm(FuzzedDataProvider& data, Shape& shape) {
  const auto choice = data.ConsumeIntegralInRange<int>(0, 3);
  if (IsStrict()) return;
  const bool all_full =
      std::all_of(shape.num_tokens.begin(), shape.num_tokens.end(),
                  [&](std::int64_t tokens) { return tokens == shape.max_tokens; });
  if (choice == 1) shape.comm_alg = "";
  if (choice == 2) shape.comm_alg = "fullmesh_v1";
  if (choice == 3 && shape.mask_dims == 0 && !shape.has_tp() && all_full) {
    shape.comm_alg = "fullmesh_v2";
  }
}

aclTensor* Handle(const LiveTensors& tensors, std::size_t index) {
  return tensors[index]->handle();
}

}  // namespace

Shape AnyShape(FuzzedDataProvider& data) {
  Shape shape;
  if (data.ConsumeBool()) shape.topology = Topology::kEp2Tp2;
  ChooseBatches(data, shape);
  shape.hidden = data.ConsumeIntegralInRange<std::int64_t>(1024, 1060);
  ChooseExperts(data, shape);
  shape.quantised = data.ConsumeBool();
  shape.has_scales = shape.quantised && data.ConsumeBool();
  shape.mask_dims = data.ConsumeIntegralInRange<int>(0, 2);
  if (data.ConsumeBool()) shape.type = ACL_FLOAT16;
  ChooseAlgorithm(data, shape);
  return shape;
}

CallArguments LegalDispatch(FuzzedDataProvider& data, const Shape& shape, int rank, bool wild) {
  const Sizes sizes = SizesOf(shape, rank);
  const std::int64_t tokens = NumTokens(shape, rank);
  CallArguments call;
  call.tensors = {
      Spec(shape.type, {tokens, shape.hidden}),
      Spec(ACL_INT32, {tokens, shape.top_k}),
      shape.has_scales
          ? Spec(ACL_FLOAT, {shape.num_shared_experts + shape.num_experts, shape.hidden})
          : Absent(),
      MaskOf(data, shape, rank),
      Absent(),
      Spec(shape.quantised ? ACL_INT8 : shape.type, {sizes.rows(), shape.hidden}),
      Spec(ACL_FLOAT, {sizes.rows()}),
      Spec(ACL_INT32, {sizes.capacity * kAssistWordsPerRow}),
      Spec(ACL_INT64, {sizes.local_experts}),
      Spec(ACL_INT32, {sizes.counts()}),
      Spec(ACL_INT32, {shape.has_tp() ? 2 : 0}),
      Absent(),
  };
  FillIds(data, shape, wild, call.tensors[kExpertIds]);
  FillBytes(data, call.tensors[kX]);
  if (shape.has_scales) FillBytes(data, call.tensors[kScales]);
  call.attributes = CommonAttributes(shape, sizes.place);
  call.attributes.insert(
      call.attributes.end(),
      {shape.quantised ? 2 : 0, GlobalBatch(shape, sizes.place), data.ConsumeBool()});
  call.strings = {sizes.place.ep_group, sizes.place.tp_group, shape.comm_alg};
  return call;
}

CallArguments LegalCombine(FuzzedDataProvider& data, const Shape& shape, int rank, bool wild) {
  const Sizes sizes = SizesOf(shape, rank);
  const std::int64_t tokens = NumTokens(shape, rank);
  CallArguments call;
  call.tensors = {
      Spec(shape.type, {sizes.rows(), shape.hidden}),
      Spec(ACL_INT32, {tokens, shape.top_k}),
      Spec(ACL_INT32, {sizes.capacity * kAssistWordsPerRow}),
      Spec(ACL_INT32, {sizes.counts()}),
      Spec(ACL_FLOAT, {tokens, shape.top_k}),
      TpSendCounts(shape),
      MaskOf(data, shape, rank),
      Absent(),
      Absent(),
      Absent(),
      Absent(),
      shape.num_shared_ranks == 0 ? Spec(shape.type, {tokens, shape.hidden}) : Absent(),
      Spec(shape.type, {tokens, shape.hidden}),
  };
  FillIds(data, shape, wild, call.tensors[kIds]);
  FillBytes(data, call.tensors[kRows]);
  FillHeldRows(data, shape, sizes, wild, call);
  const bool quantised = shape.quantised && !shape.has_tp();
  call.attributes = CommonAttributes(shape, sizes.place);
  call.attributes.insert(call.attributes.end(),
                         {GlobalBatch(shape, sizes.place), 0, quantised ? 2 : 0, 0});
  call.strings = {sizes.place.ep_group, sizes.place.tp_group, shape.comm_alg};
  return call;
}

aclOpExecutor* PrepareDispatch(const CallArguments& arguments, const LiveTensors& t) {
  const std::vector<std::int64_t>& a = arguments.attributes;
  std::uint64_t workspace = 0;
  aclOpExecutor* executor = nullptr;
  const aclnnStatus status = aclnnMoeDistributeDispatchV2GetWorkspaceSize(
      Handle(t, 0), Handle(t, 1), Handle(t, 2), Handle(t, 3), Handle(t, 4),
      TextOf(arguments.strings[0]), a[0], a[1], a[2], TextOf(arguments.strings[1]), a[3], a[4],
      a[5], a[6], a[7], a[8], a[9], a[10], TextOf(arguments.strings[2]), Handle(t, 5), Handle(t, 6),
      Handle(t, 7), Handle(t, 8), Handle(t, 9), Handle(t, 10), Handle(t, 11), &workspace,
      &executor);
  return Accepted("aclnnMoeDistributeDispatchV2", status) ? executor : nullptr;
}

aclOpExecutor* PrepareCombine(const CallArguments& arguments, const LiveTensors& t) {
  const std::vector<std::int64_t>& a = arguments.attributes;
  std::uint64_t workspace = 0;
  aclOpExecutor* executor = nullptr;
  const aclnnStatus status = aclnnMoeDistributeCombineV2GetWorkspaceSize(
      Handle(t, 0), Handle(t, 1), Handle(t, 2), Handle(t, 3), Handle(t, 4), Handle(t, 5),
      Handle(t, 6), Handle(t, 7), Handle(t, 8), Handle(t, 9), Handle(t, 10), Handle(t, 11),
      TextOf(arguments.strings[0]), a[0], a[1], a[2], TextOf(arguments.strings[1]), a[3], a[4],
      a[5], a[6], a[7], a[8], a[9], a[10], a[11], TextOf(arguments.strings[2]), Handle(t, 12),
      &workspace, &executor);
  return Accepted("aclnnMoeDistributeCombineV2", status) ? executor : nullptr;
}

}  // namespace ferry::fuzz
