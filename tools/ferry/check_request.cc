#include "check_request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/env.h"

namespace ferry::tool {
namespace {

using Json = nlohmann::ordered_json;

void AddAttributes(CLI::App& app, CheckRequest& request) {
  app.add_option("--op", request.op, "dispatch or combine");
  app.add_option("--ep", request.ep_world_size, "epWorldSize");
  app.add_option("--ep-rank", request.ep_rank_id, "epRankId")->capture_default_str();
  app.add_option("--tp", request.tp_world_size, "tpWorldSize")->capture_default_str();
  app.add_option("--tp-rank", request.tp_rank_id, "tpRankId")->capture_default_str();
  app.add_option("--moe-experts", request.moe_expert_num, "moeExpertNum");
  app.add_option("--shared-experts", request.shared_expert_num, "sharedExpertNum")
      ->capture_default_str();
  app.add_option("--shared-ranks", request.shared_expert_rank_num, "sharedExpertRankNum")
      ->capture_default_str();
  app.add_option("--shard-type", request.expert_shard_type, "expertShardType")
      ->capture_default_str();
  app.add_option("--quant", request.quant_mode, "quantMode of dispatch, commQuantMode of combine")
      ->capture_default_str();
  app.add_option("--global-bs", request.global_bs, "globalBs")->capture_default_str();
  app.add_option("--nums-type", request.expert_token_nums_type, "expertTokenNumsType of dispatch")
      ->capture_default_str();
  app.add_option("--comm-alg", request.comm_alg, "commAlg; none if not given");
  app.add_option("--group-ep", request.group_ep, "Name passed as groupEp")->capture_default_str();
  app.add_option("--group-tp", request.group_tp, "Name passed as groupTp");
  app.add_flag("--no-group-ep", request.no_group_ep, "groupEp is null");
  app.add_flag("--no-group-tp", request.no_group_tp, "groupTp is null, with TP too");
  app.add_flag("--no-workspace-size", request.no_workspace_size, "workspaceSize is null");
  app.add_flag("--no-executor", request.no_executor, "executor is null");
}

// One value a flag, as often as one likes.
void AddList(CLI::App& app, const char* flag, std::vector<std::string>& list, const char* help) {
  app.add_option(flag, list, help)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void AddTensors(CLI::App& app, CheckRequest& request) {
  app.add_option("--preset", request.preset, "Model that gives H, K and moeExpertNum");
  app.add_option("--bs", request.tokens, "Bs, tokens of this rank");
  app.add_option("--h", request.hidden, "H, elements of a token");
  app.add_option("--k", request.top_k, "K, expert ids of a token");
  app.add_option("--dtype", request.dtype, "Type of token rows: bf16 or fp16")
      ->capture_default_str();
  app.add_option("--mask", request.mask, "Pass xActiveMask: 1d or 2d");
  AddList(app, "--given", request.given, "NAME: pass this optional tensor in its documented shape");
  AddList(app, "--null", request.null, "NAME: pass a null pointer");
  AddList(app, "--dead", request.dead, "NAME: pass a destroyed handle");
  AddList(app, "--no-data", request.no_data, "NAME: pass a tensor without memory");
  AddList(app, "--shape", request.shapes, "NAME=DIMS, as expandX=64,7168");
  AddList(app, "--type", request.types,
          "NAME=TYPE: fp32, fp16, bf16, int8, int32, int64, bool or a number of aclDataType");
  AddList(app, "--strides", request.strides, "NAME=STRIDES, in elements");
  AddList(app, "--offset", request.offsets, "NAME=ELEMENTS from the data pointer");
  AddList(app, "--format", request.formats, "NAME=NUMBER of aclFormat; 29 is FRACTAL_NZ");
  AddList(app, "--shift", request.shifts, "NAME=BYTES from an aligned address");
  AddList(app, "--memory", request.memory,
          "NAME=BEFORE,BEHIND: bytes of its allocation before and behind the data pointer");
}

void AddPlace(CLI::App& app, CheckRequest& request) {
  request.product = env::ProductText();
  request.buffer_mib = env::HcclBuffSizeMiB();
  request.strict = env::Strict();
  app.add_option("--ep-group", request.ep_group,
                 "SIZE,RANK of the communicator groupEp names, or none; else as --ep, --ep-rank");
  app.add_option("--tp-group", request.tp_group, "The same of groupTp");
  app.add_option("--product", request.product, "As FERRY_PRODUCT has it");
  app.add_option("--buffsize", request.buffer_mib, "HCCL_BUFFSIZE in MiB")->capture_default_str();
  app.add_flag("--strict", request.strict, "As with FERRY_STRICT=1");
}

std::string Scalar(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// [64, 7168] as a flag has it: 64,7168.
std::string ListText(const Json& value) {
  if (!value.is_array()) return Scalar(value);
  std::vector<std::string> parts;
  for (const Json& part : value) parts.push_back(Scalar(part));
  return fmt::format("{}", fmt::join(parts, ","));
}

// One member as flags: {"ep": 8}, {"strict": true}, {"null": ["x"]}, {"shape": {"x": [8, 7168]}}.
void AppendFlags(const std::string& name, const Json& value, std::vector<std::string>& flags) {
  const std::string flag = "--" + name;
  if (value.is_boolean()) {
    if (value.get<bool>()) flags.push_back(flag);
  } else if (value.is_array()) {
    for (const Json& part : value) flags.push_back(flag + "=" + Scalar(part));
  } else if (value.is_object()) {
    for (const auto& [tensor, list] : value.items())
      flags.push_back(flag + "=" + tensor + "=" + ListText(list));
  } else {
    flags.push_back(flag + "=" + Scalar(value));
  }
}

std::vector<std::string> FlagsOf(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::invalid_argument(fmt::format("--from is '{}', which cannot be read", path));
  const Json json = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    throw std::invalid_argument(
        fmt::format("--from is '{}', which holds no JSON object; must be like "
                    "{{\"op\": \"dispatch\", \"ep\": 8, \"shape\": {{\"x\": [8, 7168]}}}}",
                    path));
  }
  std::vector<std::string> flags;
  for (const auto& [name, value] : json.items()) {
    if (name == "from") throw std::invalid_argument(path + " names a file in turn");
    AppendFlags(name, value, flags);
  }
  return flags;
}

// What `app` has parsed, as flags again.
void AppendParsed(const CLI::App& app, std::vector<std::string>& flags) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() == 0 || option->get_name() == "--from") continue;
    if (option->get_items_expected_max() == 0) {
      flags.push_back(option->get_name());
      continue;
    }
    for (const std::string& result : option->results())
      flags.push_back(option->get_name() + "=" + result);
  }
}

}  // namespace

void AddCallOptions(CLI::App& app, CheckRequest& request) {
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.add_option(
      "--from", request.from,
      "File of JSON whose members are named as these flags; flags given beside it count");
  AddAttributes(app, request);
  AddTensors(app, request);
  AddPlace(app, request);
}

CheckRequest ReadRequest(const CLI::App& app, const CheckRequest& parsed) {
  if (parsed.from.empty()) return parsed;
  std::vector<std::string> flags = FlagsOf(parsed.from);
  const std::size_t from_file = flags.size();
  AppendParsed(app, flags);
  CheckRequest request;
  CLI::App again;
  AddCallOptions(again, request);
  again.allow_extras();                      // of the command line: what is no part of the call
  std::reverse(flags.begin(), flags.end());  // as the library wants them
  try {
    std::vector<std::string> file_alone(flags.end() - static_cast<std::ptrdiff_t>(from_file),
                                        flags.end());
    CheckRequest ignored;
    CLI::App strictly;
    AddCallOptions(strictly, ignored);
    strictly.parse(file_alone);
    again.parse(flags);
  } catch (const CLI::ParseError& error) {
    throw std::invalid_argument(fmt::format("{}: {}", parsed.from, error.what()));
  }
  return request;
}

}  // namespace ferry::tool
