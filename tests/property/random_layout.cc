#include "random_layout.h"

#include <algorithm>

#include "random_storage.h"

namespace ferry::support {
namespace {

constexpr std::int64_t kTripleWords = 3;

// What all ranks must agree on beside the configuration.
struct Agreed {
  std::optional<std::string> dispatch_alg = {};
  std::optional<std::string> combine_alg = {};
};

// Null, "" and "fullmesh_v1" are the same to the agreement.
std::optional<std::string> AnyOfFirstVersion(Random& random) {
  switch (random.Int(0, 2)) {
    case 0:
      return std::nullopt;
    case 1:
      return "";
    default:
      return "fullmesh_v1";
  }
}

// "fullmesh_v2" refuses masks, TP and batches below the largest.
bool MayUseSecondVersion(const RandomCase& test) {
  if (test.config.tp_size == 2) return false;
  return std::all_of(test.senders.begin(), test.senders.end(), [&](const auto& sender) {
    return sender.mask.empty() && sender.num_tokens == test.config.max_batch();
  });
}

Agreed ChooseAgreed(Random& random, const RandomCase& test) {
  Agreed agreed;
  if (MayUseSecondVersion(test) && random.OneIn(3)) agreed.dispatch_alg = "fullmesh_v2";
  if (random.OneIn(4)) {  // combine takes any text, as long as all ranks pass the same
    agreed.combine_alg =
        random.OneOf<std::string>({"fullmesh_v2", "fullmesh", "hierarchy", "anything at all"});
  }
  return agreed;
}

// Values of attributes that mean the same.
CallOptions ChooseCall(Random& random, const RandomCase& test, std::size_t w,
                       const std::optional<std::string>& agreed_alg) {
  const moe::MoeConfig& config = test.config;
  CallOptions call;
  if (test.senders[w].num_tokens == config.max_batch() && random.OneIn(2)) call.global_bs = 0;
  if (config.tp_size == 1) call.tp_world_size = random.Between(0, 1);
  if (config.num_shared_ranks == 0) call.shared_expert_num = random.Between(0, 1);
  call.comm_alg = agreed_alg ? agreed_alg : AnyOfFirstVersion(random);
  return call;
}

// Sizes of outputs: at least what the checks demand and what arrives.
void ChooseSizes(Random& random, const RandomCase& test, std::size_t w, DispatchOptions& options) {
  const moe::MoeConfig& config = test.config;
  const std::int64_t capacity = Capacity(config, test.ep_rank(w));
  const std::int64_t own = test.dispatched[w].own_rows;
  const std::int64_t rows = std::max(own + test.dispatched[w].peer_rows, capacity * config.tp_size);
  options.expand_x_rows = rows + random.Between(0, 2);
  // Combine, where it gets the tensor, demands more than dispatch.
  options.assist_words =
      std::max(kTripleWords * own, capacity * (test.copies_tensors ? kTripleWords : 128)) +
      random.Between(0, 4);
  if (config.quantization == moe::Quantization::kPerToken) {
    options.dynamic_scales = rows + random.Between(0, 2);
  } else {
    options.null_dynamic_scales = random.OneIn(3);
    options.dynamic_scales = random.Between(0, 2);
  }
  options.spare_ep_recv_counts = random.OneIn(3) ? random.Between(1, 5) : 0;
  options.tp_recv_counts = config.tp_size == 2 ? 2 : random.Between(0, 3);
  options.null_expand_scales = random.OneIn(2);
  options.gives_expert_scales = random.OneIn(4);
}

// Touching all of a capacity that hardly any row comes to would be the cost of a case: of a large
// tensor only what is used is watched, and a little more. It lies in front.
void WatchWhatIsUsed(const std::vector<std::int64_t>& dims, std::int64_t used, Storage& storage) {
  constexpr std::int64_t kMostWatched = 1'000'000;
  constexpr std::int64_t kSpare = 2;
  if (StorageElements(dims, storage) <= kMostWatched || used + kSpare >= dims[0]) return;
  const bool in_front = std::all_of(storage.strides.begin(), storage.strides.end(),
                                    [](std::int64_t stride) { return stride >= 0; });
  if (!in_front) storage = {.foreign = storage.foreign, .format = storage.format};
  std::vector<std::int64_t> front = dims;
  front[0] = used + kSpare;
  storage.watched = StorageElements(front, storage);
}

template <class Rank>
std::vector<std::int64_t> MaskDims(const moe::MoeConfig& config, const Rank& rank) {
  if (rank.mask_is_2d) return {rank.num_tokens, config.top_k};
  return {rank.num_tokens};
}

DispatchOptions ChooseDispatch(Random& random, const RandomCase& test, std::size_t w,
                               const Agreed& agreed) {
  const moe::MoeConfig& config = test.config;
  const std::int64_t tokens = test.senders[w].num_tokens;
  const std::int64_t local = config.local_experts(test.ep_rank(w));
  DispatchOptions options;
  options.call = ChooseCall(random, test, w, agreed.dispatch_alg);
  options.counts_type = random.OneIn(2) ? moe::CountsType::kCounts : moe::CountsType::kPrefixSums;
  ChooseSizes(random, test, w, options);
  const reference::DispatchRank& sender = test.senders[w];
  options.x = ChooseInputStorage(random, {tokens, config.hidden}, sender.x);
  options.expert_ids = ChooseInputStorage(random, {tokens, config.top_k}, sender.expert_ids);
  options.scales =
      ChooseInputStorage(random, {config.num_shared_experts + config.num_experts, config.hidden},
                         sender.smooth_scales);
  options.mask = ChooseInputStorage(random, MaskDims(config, sender), sender.mask);
  // Nobody reads them, so that any values will do.
  options.expert_scales =
      ChooseInputStorage(random, {tokens, config.top_k}, Alike{.rows = true, .elements = true});
  options.expand_x = ChooseStorage(random, {options.expand_x_rows, config.hidden});
  options.dynamic_scales_storage = ChooseStorage(random, {options.dynamic_scales});
  options.assist_info = ChooseStorage(random, {options.assist_words});
  options.expert_token_nums = ChooseStorage(random, {local});
  options.ep_recv_counts = ChooseStorage(
      random, {config.ep_size * local * config.tp_size + options.spare_ep_recv_counts});
  options.tp_recv_counts_storage = ChooseStorage(random, {options.tp_recv_counts});
  options.expand_scales = ChooseStorage(random, {4});
  const reference::DispatchResult& received = test.dispatched[w];
  WatchWhatIsUsed({options.expand_x_rows, config.hidden}, received.own_rows + received.peer_rows,
                  options.expand_x);
  WatchWhatIsUsed({options.assist_words}, kTripleWords * received.own_rows, options.assist_info);
  return options;
}

// Blocks of rows that lie apart from each other, in any order.
void ChooseSharedBlocks(Random& random, const std::vector<std::int64_t>& dims, Storage& storage) {
  const std::vector<std::int64_t> block = {dims[1], dims[2]};
  storage = ChooseStorage(random, block);
  if (storage.strides.empty()) storage.strides = {dims[2], 1};
  const std::int64_t stride = StorageElements(block, storage) + random.Between(0, 9);
  const bool reversed = random.OneIn(2);
  storage.strides.insert(storage.strides.begin(), reversed ? -stride : stride);
  if (reversed) storage.offset += (dims[0] - 1) * stride;
}

// sharedExpertX, whose rows may come in blocks.
void ChooseSharedExpertX(Random& random, const std::vector<std::uint16_t>& values,
                         std::int64_t tokens, std::int64_t hidden, CombineOptions& options) {
  Storage& storage = options.shared_expert_x;
  storage = ChooseInputStorage(random, {tokens, hidden}, values);
  const std::int64_t blocks = random.Between(1, tokens);
  if (random.OneIn(2) && tokens % blocks == 0) {
    options.shared_expert_x_blocks = blocks;
    const std::int64_t rows = tokens / blocks;
    if (random.OneIn(2)) {
      ChooseSharedBlocks(random, {blocks, rows, hidden}, storage);
    } else if (!storage.strides.empty()) {
      storage.strides.insert(storage.strides.begin(), storage.strides[0] * rows);
    }
  }
  // Room in front, where xOut may begin.
  if (random.OneIn(8)) storage.offset += random.Between(1, 2 * hidden);
}

// xOut in the memory of an input that lies there in `storage`: in rows of that input, or wherever
// it fits, or else in memory of its own.
void PutOutputInto(Random& random, CombineOutput input, const std::vector<std::int64_t>& dims,
                   const Storage& storage, const std::vector<std::int64_t>& out,
                   CombineOptions& options) {
  const bool is_plane = dims.size() == 2 && !RepeatsElements(dims, storage);
  const std::int64_t rows_of_one_view = is_plane && random.OneIn(2) ? dims[0] : 0;
  options.output = input;
  if (rows_of_one_view >= out[0]) {
    options.x_out = storage;
    const std::int64_t row = storage.strides.empty() ? out[1] : storage.strides[0];
    options.x_out.offset += random.Between(0, dims[0] - out[0]) * row;
    return;
  }
  const auto view = ChooseViewOf(random, StorageElements(dims, storage), out);
  if (!view) options.output = CombineOutput::kOwn;
  options.x_out = view ? *view : ChooseStorage(random, out);
}

// The dims of sharedExpertX; dense blocks are rows of a matrix.
std::vector<std::int64_t> SharedDims(const CombineOptions& options, std::int64_t tokens,
                                     std::int64_t hidden) {
  const std::int64_t blocks = options.shared_expert_x_blocks;
  if (blocks == 0 || options.shared_expert_x.strides.empty()) return {tokens, hidden};
  return {blocks, tokens / blocks, hidden};
}

void ChooseOutput(Random& random, const RandomCase& test, std::size_t w,
                  const DispatchOptions& dispatch, CombineOptions& options) {
  const moe::MoeConfig& config = test.config;
  const std::int64_t tokens = test.senders[w].num_tokens;
  const std::vector<std::int64_t> dims = {tokens, config.hidden};
  const bool own_expand_x =
      test.copies_tensors || config.quantization == moe::Quantization::kPerToken;
  const Storage& expand_x = own_expand_x ? options.expand_x : dispatch.expand_x;
  std::vector<CombineOutput> choices = {CombineOutput::kOwn};
  // Into memory of which a part is not watched, no output is put.
  if (expand_x.watched < 0) choices.push_back(CombineOutput::kExpandX);
  if (!test.copies_tensors && !RepeatsElements(dims, dispatch.x)) {
    choices.push_back(CombineOutput::kDispatchX);
  }
  if (!test.owners[w].shared_expert_x.empty()) choices.push_back(CombineOutput::kSharedExpertX);
  // The second run of an executor reads its inputs again.
  if (test.repeats_combine) choices = {CombineOutput::kOwn};
  options.output = random.OneOf(choices);
  switch (options.output) {
    case CombineOutput::kOwn:
      options.x_out = ChooseStorage(random, dims);
      break;
    case CombineOutput::kExpandX:
      PutOutputInto(random, options.output, {options.expand_x_rows, config.hidden}, expand_x, dims,
                    options);
      break;
    case CombineOutput::kSharedExpertX:
      PutOutputInto(random, options.output, SharedDims(options, tokens, config.hidden),
                    options.shared_expert_x, dims, options);
      break;
    case CombineOutput::kDispatchX:
      break;
  }
}

CombineOptions ChooseCombine(Random& random, const RandomCase& test, std::size_t w,
                             const DispatchOptions& dispatch, const Agreed& agreed) {
  const moe::MoeConfig& config = test.config;
  const std::int64_t tokens = test.senders[w].num_tokens;
  const std::int64_t entries =
      config.ep_size * config.local_experts(test.ep_rank(w)) * config.tp_size;
  CombineOptions options;
  options.call = ChooseCall(random, test, w, agreed.combine_alg);
  options.expand_x_rows = dispatch.expand_x_rows;
  options.gives_expand_scales = random.OneIn(3);
  options.gives_tp_send_counts = random.OneIn(2);
  options.out_dtype = random.OneIn(3) ? random.Between(-5, 100) : 0;
  options.group_list_type = random.OneIn(3) ? random.Between(-5, 100) : 0;
  const reference::CombineRank& owner = test.owners[w];
  options.expert_scales = ChooseInputStorage(random, {tokens, config.top_k}, owner.expert_scales);
  options.mask = ChooseInputStorage(random, MaskDims(config, owner), owner.mask);
  options.expand_x =
      ChooseInputStorage(random, {options.expand_x_rows, config.hidden}, owner.expand_x);
  options.expert_ids = ChooseInputStorage(random, {tokens, config.top_k}, owner.expert_ids);
  options.assist_info = ChooseStorage(random, {Capacity(config, test.ep_rank(w)) * 128});
  options.ep_send_counts = ChooseStorage(random, {entries});
  options.tp_send_counts = ChooseStorage(random, {2});
  WatchWhatIsUsed({options.expand_x_rows, config.hidden}, owner.own_rows + owner.peer_rows,
                  options.expand_x);
  WatchWhatIsUsed({Capacity(config, test.ep_rank(w)) * 128}, kTripleWords * owner.own_rows,
                  options.assist_info);
  ChooseSharedExpertX(random, owner.shared_expert_x, tokens, config.hidden, options);
  ChooseOutput(random, test, w, dispatch, options);
  return options;
}

}  // namespace

void ChooseOptions(Random& random, RandomCase& test) {
  test.repeats_dispatch = random.OneIn(8);
  test.repeats_combine = random.OneIn(8);
  test.copies_tensors = random.OneIn(4);
  const Agreed agreed = ChooseAgreed(random, test);
  for (std::size_t w = 0; w < test.world_size(); ++w) {
    test.dispatch.push_back(ChooseDispatch(random, test, w, agreed));
    test.combine.push_back(ChooseCombine(random, test, w, test.dispatch.back(), agreed));
    const std::int64_t rows = test.dispatched[w].own_rows + test.dispatched[w].peer_rows;
    if (rows > Capacity(test.config, test.ep_rank(w)) * test.config.tp_size) test.overflows = true;
  }
}

}  // namespace ferry::support
