#include "check_call.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "base/env.h"
#include "flag_value.h"
#include "ops/documented.h"
#include "presets.h"

namespace ferry::tool {
namespace {

std::int32_t ParseInt32(const char* flag, std::int64_t number) {
  using Limits = std::numeric_limits<std::int32_t>;
  if (number < Limits::min() || number > Limits::max()) {
    throw std::invalid_argument(fmt::format("{} holds '{}'; must be in [{}, {}]", flag, number,
                                            Limits::min(), Limits::max()));
  }
  return static_cast<std::int32_t>(number);
}

std::optional<std::int32_t> ParseDevice(const std::string& text) {
  if (text == "none") return std::nullopt;
  return ParseInt32("--device", ParseNumber("--device", text));
}

std::optional<ops::GroupFacts> ParseGroup(const char* flag, const std::string& text,
                                          std::int64_t size, std::int64_t rank) {
  if (text == "none") return std::nullopt;
  if (text.empty()) return ops::GroupFacts{.rank = rank, .size = size};
  const Numbers numbers = ParseNumbers(flag, text);
  if (numbers.size() != 2)
    throw std::invalid_argument(fmt::format("{} is '{}'; must be none or SIZE,RANK", flag, text));
  return ops::GroupFacts{.rank = numbers[1], .size = numbers[0]};
}

// A communicator is looked up on the current device.
void RequireNoGroup(const char* flag, const std::string& text) {
  if (text.empty() || text == "none") return;
  throw std::invalid_argument(
      fmt::format("{} is '{}'; must be none, or left out, with --device none", flag, text));
}

ops::StringArg Name(const std::string& text, std::size_t longest) {
  return {text.c_str(), longest};
}

void FillAttributes(const CheckRequest& request, ops::MoeCall& call) {
  call.ep_world_size = *request.ep_world_size;
  call.ep_rank_id = request.ep_rank_id;
  call.moe_expert_num = *request.moe_expert_num;
  call.tp_world_size = request.tp_world_size;
  if (!request.no_group_ep) call.group_ep = Name(request.group_ep, ops::kGroupNameBytes);
  const std::string usual_tp = call.has_tp() ? "tp" : "";
  if (!request.no_group_tp)
    call.group_tp = Name(request.group_tp.value_or(usual_tp), ops::kGroupNameBytes);
  call.tp_rank_id = request.tp_rank_id;
  call.expert_shard_type = request.expert_shard_type;
  call.shared_expert_num = request.shared_expert_num;
  call.shared_expert_rank_num = request.shared_expert_rank_num;
  call.global_bs = request.global_bs;
  if (request.comm_alg) call.comm_alg = Name(*request.comm_alg, ops::kCommAlgBytes);
  call.workspace_size_given = !request.no_workspace_size;
  call.executor_given = !request.no_executor;
  ops::Facts& facts = call.facts;
  facts.product = env::ParseProduct(request.product);
  facts.product_text = request.product;
  facts.buffer_mib = request.buffer_mib;
  facts.strict = request.strict;
  facts.device = ParseDevice(request.device);
  if (!facts.device) {
    RequireNoGroup("--ep-group", request.ep_group);
    RequireNoGroup("--tp-group", request.tp_group);
    return;
  }
  facts.ep = ParseGroup("--ep-group", request.ep_group, call.ep_world_size, call.ep_rank_id);
  facts.tp = ParseGroup("--tp-group", request.tp_group, call.tp_world_size, call.tp_rank_id);
}

// Applies what a request says of single tensors, over the documented ones.
template <class Call>
class TensorEditor {
 public:
  TensorEditor(const CheckRequest& request, const ops::CallSizes& sizes, Call& call)
      : request_(request), sizes_(sizes), call_(call), documented_(call) {}

  void Edit() {
    if (!request_.mask.empty()) GiveMask();
    for (const std::string& name : request_.given) (void)Tensor("--given", name);
    ForEach("--shape", request_.shapes, [](ops::TensorArg& tensor, const Numbers& dims) {
      tensor.dims = dims;
      tensor.strides = ops::ContiguousStrides(dims);
    });
    for (const std::string& text : request_.types) {
      const auto [name, value] = SplitTensorValue("--type", text);
      Tensor("--type", name).dtype = ParseType("--type", value);
    }
    GiveStrides();
    ForEachNumber("--offset", request_.offsets,
                  [](ops::TensorArg& tensor, std::int64_t value) { tensor.offset = value; });
    ForEachNumber("--format", request_.formats, [](ops::TensorArg& tensor, std::int64_t value) {
      tensor.format = ParseInt32("--format", value);
    });
    EditMemory();
    for (const std::string& name : request_.null)
      (call_.*Find("--null", name).param.member).reset();
    for (const std::string& name : request_.dead) {
      ops::TensorArg dead;
      dead.alive = false;
      call_.*Find("--dead", name).param.member = dead;
    }
  }

 private:
  using Documented = ops::DocumentedTensor<Call>;

  void GiveMask() {
    if (request_.mask != "1d" && request_.mask != "2d") {
      throw std::invalid_argument(fmt::format("--mask is '{}'; must be 1d or 2d", request_.mask));
    }
    ops::TensorArg& mask = Tensor("--mask", "xActiveMask");
    if (request_.mask == "2d") mask.dims = {sizes_.tokens, sizes_.top_k};
    mask.strides = ops::ContiguousStrides(mask.dims);
  }

  // As aclCreateTensor takes them: as many as dims.
  void GiveStrides() {
    for (const std::string& text : request_.strides) {
      const auto [name, value] = SplitTensorValue("--strides", text);
      ops::TensorArg& tensor = Tensor("--strides", name);
      Numbers strides = ParseNumbers("--strides", value);
      if (strides.size() != tensor.dims.size()) {
        throw std::invalid_argument(
            fmt::format("--strides is '{}'; must be {} numbers, one for each dim of {}", text,
                        tensor.dims.size(), ops::ShapeText(tensor)));
      }
      tensor.strides = std::move(strides);
    }
  }

  void EditMemory() {
    ForEachNumber("--shift", request_.shifts, [](ops::TensorArg& tensor, std::int64_t bytes) {
      if (bytes < 0 || bytes > 63)
        throw std::invalid_argument(fmt::format("--shift is {}; must be in [0, 63]", bytes));
      tensor.data += bytes;  // from an address that suits every element
    });
    ForEach("--memory", request_.memory, [](ops::TensorArg& tensor, const Numbers& around) {
      if (around.size() != 2 || around[0] < 0 || around[1] < 0) {
        throw std::invalid_argument(
            fmt::format("--memory holds '{}'; must be two numbers of bytes, BEFORE,BEHIND",
                        fmt::join(around, ",")));
      }
      const auto data = reinterpret_cast<std::uintptr_t>(tensor.data);
      tensor.allocation = ops::MemoryRange{data - static_cast<std::uintptr_t>(around[0]),
                                           data + static_cast<std::uintptr_t>(around[1])};
    });
    for (const std::string& name : request_.no_data) Tensor("--no-data", name).data = nullptr;
  }

  // By its name in rule ids or by that in the C API.
  const Documented& Find(const char* flag, const std::string& name) const {
    std::vector<std::string> names;
    for (const Documented& tensor : ops::DocumentedTensors<Call>()) {
      if (name == tensor.param.id || name == tensor.param.name) return tensor;
      names.emplace_back(tensor.param.id);
    }
    throw std::invalid_argument(
        fmt::format("{} names tensor '{}'; must be one of {}", flag, name, fmt::join(names, ", ")));
  }

  // The tensor, given in its documented shape if it was not.
  ops::TensorArg& Tensor(const char* flag, const std::string& name) {
    const Documented& found = Find(flag, name);
    ops::OptionalTensor& tensor = call_.*found.param.member;
    if (!tensor) {
      tensor =
          ops::ContiguousTensor(found.dims(documented_, sizes_), found.type(documented_, sizes_));
    }
    return *tensor;
  }

  template <class Apply>
  void ForEach(const char* flag, const std::vector<std::string>& texts, const Apply& apply) {
    for (const std::string& text : texts) {
      const auto [name, value] = SplitTensorValue(flag, text);
      apply(Tensor(flag, name), ParseNumbers(flag, value));
    }
  }

  template <class Apply>
  void ForEachNumber(const char* flag, const std::vector<std::string>& texts, const Apply& apply) {
    for (const std::string& text : texts) {
      const auto [name, value] = SplitTensorValue(flag, text);
      apply(Tensor(flag, name), ParseNumber(flag, value));
    }
  }

  const CheckRequest& request_;
  const ops::CallSizes sizes_;
  Call& call_;
  const Call documented_;
};

template <class Call>
Call Finish(const CheckRequest& request, Call call) {
  const DType type = ParseType("--dtype", request.dtype);
  const ops::CallSizes sizes = {
      .tokens = *request.tokens, .hidden = *request.hidden, .top_k = *request.top_k, .type = type};
  FillAttributes(request, call);
  ops::GiveDocumentedTensors(call, sizes);
  TensorEditor<Call>(request, sizes, call).Edit();
  return call;
}

// Takes the model's sizes where the request has none, and refuses a call without sizes.
CheckRequest Complete(CheckRequest request) {
  if (!request.preset.empty()) {
    const Preset& preset = FindPreset(request.preset);
    if (!request.moe_expert_num) request.moe_expert_num = preset.num_experts;
    if (!request.hidden) request.hidden = preset.hidden;
    if (!request.top_k) request.top_k = preset.top_k;
  }
  std::vector<const char*> missing;
  if (!request.ep_world_size) missing.push_back("--ep");
  if (!request.moe_expert_num) missing.push_back("--moe-experts");
  if (!request.tokens) missing.push_back("--bs");
  if (!request.hidden) missing.push_back("--h");
  if (!request.top_k) missing.push_back("--k");
  if (!missing.empty()) {
    throw std::invalid_argument(
        fmt::format("{} missing; --preset gives --moe-experts, --h and --k of a model",
                    fmt::join(missing, ", ")));
  }
  return request;
}

}  // namespace

AnyCall MakeCall(const CheckRequest& asked) {
  if (asked.op != "dispatch" && asked.op != "combine") {
    throw std::invalid_argument(fmt::format("--op is '{}'; must be dispatch or combine", asked.op));
  }
  const CheckRequest request = Complete(asked);
  if (request.op == "dispatch") {
    ops::DispatchCall call;
    call.quant_mode = request.quant_mode;
    call.expert_token_nums_type = request.expert_token_nums_type;
    return Finish(request, std::move(call));
  }
  ops::CombineCall call;
  call.comm_quant_mode = request.quant_mode;
  return Finish(request, std::move(call));
}

}  // namespace ferry::tool
