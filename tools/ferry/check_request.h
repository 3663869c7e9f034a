// What a user says of a call to `ferry check`: flags, or JSON with the same names.
#ifndef FERRY_TOOLS_FERRY_CHECK_REQUEST_H_
#define FERRY_TOOLS_FERRY_CHECK_REQUEST_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ferry::tool {

struct CheckRequest {
  std::optional<std::string> from;     // file of JSON
  std::optional<std::string> message;  // that holds the line of a refused program; "-" is stdin
  std::string op;                      // dispatch or combine
  std::string preset;                  // model whose sizes are taken; "" is none

  // Attributes, as the C API has them.
  std::optional<std::int64_t> ep_world_size;
  std::int64_t ep_rank_id = 0;
  std::int64_t tp_world_size = 0;
  std::int64_t tp_rank_id = 0;
  std::optional<std::int64_t> moe_expert_num;
  std::int64_t shared_expert_num = 0;
  std::int64_t shared_expert_rank_num = 0;
  std::int64_t expert_shard_type = 0;
  std::int64_t quant_mode = 0;  // commQuantMode of combine
  std::int64_t global_bs = 0;
  std::int64_t expert_token_nums_type = 1;
  std::optional<std::string> comm_alg;  // nothing: null
  std::string group_ep = "ep";
  std::optional<std::string> group_tp;  // nothing: a name with TP, "" without
  bool no_group_ep = false;
  bool no_group_tp = false;
  bool no_workspace_size = false;
  bool no_executor = false;

  // Sizes and tensors.
  std::optional<std::int64_t> tokens;
  std::optional<std::int64_t> hidden;
  std::optional<std::int64_t> top_k;
  std::string dtype = "bf16";
  std::string mask;                // "", 1d or 2d
  std::vector<std::string> given;  // each of these: NAME or NAME=...
  std::vector<std::string> null, dead, no_data;
  std::vector<std::string> shapes, types, strides, offsets, formats, shifts, memory;

  // Where the call is made.
  std::string device = "0";        // or none
  std::string ep_group, tp_group;  // "" as the attributes say, "none", or SIZE,RANK
  std::string product;
  std::int64_t buffer_mib = 0;
  bool strict = false;
};

// Adds the options of a call. What the environment sets is the default, except beside a message:
// HCCL_BUFFSIZE, FERRY_PRODUCT, FERRY_STRICT.
void AddCallOptions(CLI::App& app, CheckRequest& request);

// The request that `app` has parsed; where it names a file or a message, what that says, under what
// else was given. Throws std::invalid_argument.
[[nodiscard]] CheckRequest ReadRequest(const CLI::App& app, const CheckRequest& parsed);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_CHECK_REQUEST_H_
