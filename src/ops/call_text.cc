#include "ops/call_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/documented.h"

namespace ferry::ops {
namespace {

// In quotes unless a shell leaves it alone.
std::string ForShell(const std::string& text) {
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("-_=,./:+").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

class Text {
 public:
  explicit Text(const std::string& op) : text_("ferry check --op " + op) {}

  void Add(const std::string& flag) { text_ += " --" + flag; }
  void Add(const std::string& flag, const std::string& value) {
    // With "=", a negative number is not taken for another flag.
    text_ += " --" + flag + (value.rfind('-', 0) == 0 ? "=" : " ") + ForShell(value);
  }
  void AddNumber(const char* flag, std::int64_t value) { Add(flag, std::to_string(value)); }
  void AddUnless(std::int64_t usual, const char* flag, std::int64_t value) {
    if (value != usual) AddNumber(flag, value);
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// --ep-group and --tp-group: what the communicator says, where attributes say otherwise.
void AddGroup(Text& text, const char* flag, const std::optional<GroupFacts>& facts,
              std::int64_t size, std::int64_t rank) {
  if (!facts) {
    text.Add(flag, "none");
  } else if (facts->size != size || facts->rank != rank) {
    text.Add(flag, fmt::format("{},{}", facts->size, facts->rank));
  }
}

void AddNames(Text& text, const MoeCall& call) {
  const std::string& ep = call.group_ep.text;
  const std::string& tp = call.group_tp.text;
  if (!call.group_ep.given) {
    text.Add("no-group-ep");
  } else if (ep.empty() || ep.size() >= kGroupNameBytes) {
    text.Add("group-ep", ep);
  }
  if (tp.size() >= kGroupNameBytes) {
    text.Add("group-tp", tp);
  } else if (tp.empty() && call.has_tp()) {
    call.group_tp.given ? text.Add("group-tp", "") : text.Add("no-group-tp");
  } else if (tp == ep && !tp.empty()) {
    text.Add("group-tp", "ep");  // the name that groupEp has unless it is given
  }
}

void AddAttributes(Text& text, const MoeCall& call, const CallSizes& sizes) {
  text.AddNumber("ep", call.ep_world_size);
  text.AddNumber("ep-rank", call.ep_rank_id);
  text.AddUnless(0, "tp", call.tp_world_size);
  text.AddUnless(0, "tp-rank", call.tp_rank_id);
  text.AddNumber("moe-experts", call.moe_expert_num);
  text.AddUnless(0, "shared-experts", call.shared_expert_num);
  text.AddUnless(0, "shared-ranks", call.shared_expert_rank_num);
  text.AddUnless(0, "shard-type", call.expert_shard_type);
  text.AddNumber("bs", sizes.tokens);
  text.AddNumber("h", sizes.hidden);
  text.AddNumber("k", sizes.top_k);
  text.AddUnless(0, "global-bs", call.global_bs);
  if (sizes.type == DType::kFloat16) text.Add("dtype", "fp16");
  if (!call.comm_alg.text.empty()) text.Add("comm-alg", call.comm_alg.text);
}

// The device's number is told where it is quoted.
void AddGroups(Text& text, const MoeCall& call) {
  const Facts& facts = call.facts;
  if (!facts.device) {
    text.Add("device", "none");
    return;
  }
  if (!facts.ep || (call.has_tp() && !facts.tp)) text.AddUnless(0, "device", *facts.device);
  AddGroup(text, "ep-group", facts.ep, call.ep_world_size, call.ep_rank_id);
  if (call.has_tp()) AddGroup(text, "tp-group", facts.tp, call.tp_world_size, call.tp_rank_id);
}

void AddFacts(Text& text, const MoeCall& call) {
  const Facts& facts = call.facts;
  AddNames(text, call);
  AddGroups(text, call);
  if (!call.workspace_size_given) text.Add("no-workspace-size");
  if (!call.executor_given) text.Add("no-executor");
  if (facts.product != env::Product::kA3) text.Add("product", facts.product_text);
  text.AddNumber("buffsize", facts.buffer_mib);
  if (facts.strict) text.Add("strict");
}

std::string TypeText(DType type) {
  switch (type) {
    case DType::kFloat32:
      return "fp32";
    case DType::kFloat16:
      return "fp16";
    case DType::kBFloat16:
      return "bf16";
    case DType::kInt8:
      return "int8";
    case DType::kInt32:
      return "int32";
    case DType::kInt64:
      return "int64";
    case DType::kBool:
      return "bool";
    case DType::kUndefined:
      break;
  }
  return std::to_string(static_cast<std::int32_t>(type));
}

std::string List(const char* name, const std::vector<std::int64_t>& numbers) {
  return fmt::format("{}={}", name, fmt::join(numbers, ","));
}

// Where the data lies, if that is what is wrong.
void AddMemory(Text& text, const char* name, const OptionalTensor& tensor) {
  const auto data = reinterpret_cast<std::uintptr_t>(tensor->data);
  if (IsNullData(tensor)) {
    text.Add("no-data", name);
    return;
  }
  if (IsMisaligned(tensor)) text.Add("shift", fmt::format("{}={}", name, data % 64));
  if (!StaysInMemory(tensor) && tensor->allocation) {
    text.Add("memory", fmt::format("{}={},{}", name, data - tensor->allocation->begin,
                                   tensor->allocation->end - data));
  }
}

// What differs from the documented tensor. Other formats than FRACTAL_NZ are all the same.
void AddTensor(Text& text, const char* name, const OptionalTensor& actual,
               const OptionalTensor& usual, const TensorArg& documented) {
  if (!actual) {
    if (usual) text.Add("null", name);
    return;
  }
  if (!actual->alive) {
    text.Add("dead", name);
    return;
  }
  if (actual->dims != documented.dims) {
    text.Add("shape", List(name, actual->dims));
  } else if (!usual) {
    text.Add("given", name);
  }
  if (actual->dtype != documented.dtype)
    text.Add("type", fmt::format("{}={}", name, TypeText(actual->dtype)));
  if (actual->strides != ContiguousStrides(actual->dims))
    text.Add("strides", List(name, actual->strides));
  if (actual->offset != 0) text.Add("offset", fmt::format("{}={}", name, actual->offset));
  if (actual->format == kFormatFractalNz) text.Add("format", fmt::format("{}=29", name));
  AddMemory(text, name, actual);
}

template <class Call>
void AddTensors(Text& text, const Call& call, const CallSizes& sizes) {
  Call usual = call;
  GiveDocumentedTensors(usual, sizes);
  for (const auto& tensor : DocumentedTensors<Call>()) {
    AddTensor(text, tensor.param.id, tensor.param.of(call), tensor.param.of(usual),
              ContiguousTensor(tensor.dims(usual, sizes), tensor.type(usual, sizes)));
  }
}

DType RowType(const OptionalTensor& rows) {
  return rows && rows->dtype == DType::kFloat16 ? DType::kFloat16 : DType::kBFloat16;
}

}  // namespace

std::string CheckCommand(const DispatchCall& call) {
  const CallSizes sizes = {.tokens = Dim(call.x ? call.x : call.expert_ids, 0),
                           .hidden = Dim(call.x ? call.x : call.expand_x, 1),
                           .top_k = call.top_k(),
                           .type = RowType(call.x)};
  Text text("dispatch");
  AddAttributes(text, call, sizes);
  text.AddUnless(0, "quant", call.quant_mode);
  text.AddUnless(1, "nums-type", call.expert_token_nums_type);
  AddTensors(text, call, sizes);
  AddFacts(text, call);
  return text.text();
}

std::string CheckCommand(const CombineCall& call) {
  const CallSizes sizes = {.tokens = Dim(call.expert_ids ? call.expert_ids : call.x, 0),
                           .hidden = Dim(call.expand_x ? call.expand_x : call.x, 1),
                           .top_k = call.top_k(),
                           .type = RowType(call.expand_x)};
  Text text("combine");
  AddAttributes(text, call, sizes);
  text.AddUnless(0, "quant", call.comm_quant_mode);
  AddTensors(text, call, sizes);
  AddFacts(text, call);
  return text.text();
}

}  // namespace ferry::ops
