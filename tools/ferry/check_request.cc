#include "check_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <type_traits>

#include "base/env.h"
#include "check_json.h"
#include "check_line.h"
#include "flag_value.h"
#include "ops/call.h"

namespace ferry::tool {
namespace {

// An integer option. The library's own conversion saturates numbers that do not fit and takes 010
// for 8.
template <class Number>
CLI::Option* AddNumber(CLI::App& app, const std::string& flag, Number& number, const char* help) {
  const auto read = [&number, flag](const std::string& text) {
    try {
      number = ParseNumber(flag, text);
    } catch (const std::invalid_argument& error) {
      throw CLI::ValidationError(error.what());
    }
  };
  CLI::Option* option = app.add_option_function<std::string>(flag, read, help)->type_name("INT");
  if constexpr (std::is_same_v<Number, std::int64_t>) option->default_str(std::to_string(number));
  return option;
}

void AddAttributes(CLI::App& app, CheckRequest& request) {
  app.add_option("--op", request.op, "dispatch or combine");
  AddNumber(app, "--ep", request.ep_world_size, "epWorldSize");
  AddNumber(app, "--ep-rank", request.ep_rank_id, "epRankId");
  AddNumber(app, "--tp", request.tp_world_size, "tpWorldSize");
  AddNumber(app, "--tp-rank", request.tp_rank_id, "tpRankId");
  AddNumber(app, "--moe-experts", request.moe_expert_num, "moeExpertNum");
  AddNumber(app, "--shared-experts", request.shared_expert_num, "sharedExpertNum");
  AddNumber(app, "--shared-ranks", request.shared_expert_rank_num, "sharedExpertRankNum");
  AddNumber(app, "--shard-type", request.expert_shard_type, "expertShardType");
  AddNumber(app, "--quant", request.quant_mode, "quantMode of dispatch, commQuantMode of combine");
  AddNumber(app, "--global-bs", request.global_bs, "globalBs");
  AddNumber(app, "--nums-type", request.expert_token_nums_type, "expertTokenNumsType of dispatch");
  app.add_option("--comm-alg", request.comm_alg, "commAlg; null if not given");
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
  AddNumber(app, "--bs", request.tokens, "Bs, tokens of this rank");
  AddNumber(app, "--h", request.hidden, "H, elements of a token");
  AddNumber(app, "--k", request.top_k, "K, expert ids of a token");
  app.add_option("--dtype", request.dtype, "Type of token rows: bf16 or fp16")
      ->capture_default_str();
  app.add_option("--mask", request.mask, "Pass xActiveMask: 1d or 2d");
  AddList(app, "--given", request.given, "NAME: pass this optional tensor in its documented shape");
  AddList(app, "--null", request.null, "NAME: pass a null pointer");
  AddList(app, "--dead", request.dead, "NAME: pass a destroyed handle");
  AddList(app, "--no-data", request.no_data, "NAME: pass a tensor whose data pointer is null");
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
  app.add_option("--device", request.device,
                 "Current device of the calling thread, or none; its number is for messages")
      ->capture_default_str();
  app.add_option("--ep-group", request.ep_group,
                 "SIZE,RANK of the communicator groupEp names, or none; else as --ep, --ep-rank");
  app.add_option("--tp-group", request.tp_group, "The same of groupTp");
  app.add_option("--product", request.product, "As FERRY_PRODUCT has it");
  AddNumber(app, "--buffsize", request.buffer_mib, "HCCL_BUFFSIZE in MiB");
  app.add_flag("--strict", request.strict, "As with FERRY_STRICT=1");
}

// What `app` has parsed, as flags again.
void AppendParsed(const CLI::App& app, std::vector<std::string>& flags) {
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    if (option->count() == 0 || name == "--from" || name == "--env") continue;
    for (const std::string& result : option->results()) AppendFlag(name, result, flags);
  }
}

std::string ReadMessage(const std::string& text) {
  if (text != "-") return text;
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

// A refused program's line leaves out what is usual, whatever this process's environment says.
void ForgetEnvironment(CheckRequest& request) {
  request.product.clear();
  request.buffer_mib = ops::Facts{}.buffer_mib;
}

// What `app` has not been given, as FERRY_STRICT has it. It is read here rather than with the other
// defaults because it is reported if it makes no sense, which other commands leave to the library.
CheckRequest UnderEnvironment(const CLI::App& app, CheckRequest request) {
  if (app.count("--strict") == 0) request.strict = env::Strict();
  return request;
}

void Parse(CLI::App& app, std::vector<std::string> flags) {
  std::reverse(flags.begin(), flags.end());  // as the library wants them
  app.parse(std::move(flags));
}

}  // namespace

void AddCallOptions(CLI::App& app, CheckRequest& request) {
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  CLI::Option* from = app.add_option(
      "--from", request.from,
      "File of JSON whose members are named as these flags; flags given beside it count");
  app.add_option(
         "--env", request.message,
         "What a refused program has printed (- reads it from standard input): checks the "
         "call of its `ferry check` line as that process made it, whatever the environment is "
         "here; flags given beside it count")
      ->excludes(from);
  AddAttributes(app, request);
  AddTensors(app, request);
  AddPlace(app, request);
}

CheckRequest ReadRequest(const CLI::App& app, const CheckRequest& parsed) {
  if (!parsed.from && !parsed.message) return UnderEnvironment(app, parsed);
  CheckRequest ignored;
  CLI::App alone;  // takes nothing but a call
  alone.set_help_flag();
  AddCallOptions(alone, ignored);
  std::vector<std::string> flags = parsed.message ? FindCheckFlags(ReadMessage(*parsed.message))
                                                  : ReadJsonFlags(*parsed.from, alone);
  CheckRequest request;
  CLI::App together;
  AddCallOptions(together, request);
  if (parsed.message) ForgetEnvironment(request);
  together.allow_extras();  // of the command line: what is no part of the call
  try {
    Parse(alone, flags);
    if (ignored.from || ignored.message)
      throw std::invalid_argument("--env holds a line with --from or --env; must say all itself");
    AppendParsed(app, flags);
    Parse(together, flags);
  } catch (const CLI::ParseError& error) {
    throw std::invalid_argument(
        fmt::format("{}: {}", parsed.message ? "--env" : *parsed.from, error.what()));
  }
  return parsed.message ? request : UnderEnvironment(together, request);
}

}  // namespace ferry::tool
