#include "check_report.h"

#include <ferry/ferry.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace ferry::tool {
namespace {

using Verdict = RuleResult::Verdict;

std::string Row(const RuleResult& row) {
  if (row.verdict == Verdict::kDoesNotApply)
    return fmt::format("  {:<28} {}\n", row.id, row.parameter);
  return fmt::format("  {:<28} {} is {}; {}\n", row.id, row.parameter, row.value, row.limit);
}

// All rows of one verdict under its name.
std::string Rows(const CheckResult& result, Verdict verdict) {
  std::string text;
  for (const RuleResult& row : result.rules) {
    if (row.verdict == verdict) text += Row(row);
  }
  return text.empty() ? "" : fmt::format("{}\n{}", NameOf(verdict), text);
}

std::int64_t Count(const CheckResult& result, Verdict verdict) {
  return std::count_if(result.rules.begin(), result.rules.end(),
                       [=](const RuleResult& row) { return row.verdict == verdict; });
}

std::string Summary(const CheckResult& result, bool all) {
  const std::int64_t failing = Count(result, Verdict::kFails);
  std::string text =
      fmt::format("{} on product {}{}: {} rules, {} fail{}", result.op, result.product,
                  result.strict ? ", strict" : "", result.rules.size(),
                  failing == 0 ? "none" : fmt::to_string(failing), failing == 1 ? "s" : "");
  if (result.answer) {
    const RuleResult& row = result.rules[*result.answer];
    text += fmt::format("; phase 1 returns {} [{}]", static_cast<int>(row.code), row.id);
  } else if (result.launch) {
    const RuleResult& row = result.rules[*result.launch];
    text += fmt::format("; phase 2 returns {} [{}]", static_cast<int>(row.code), row.id);
  }
  if (const auto skipped = Count(result, Verdict::kNotReached); skipped > 0)
    text += fmt::format("; {} hold, but are not reached", skipped);
  return text + (all ? "\n" : "; --all shows every rule\n");
}

std::string WindowLines(const Window& window) {
  if (!window.is_known)
    return "HCCL_BUFFSIZE cannot be told: the experts do not lie on the ranks as the call says\n";
  return fmt::format(
      "HCCL_BUFFSIZE must be at least {} MiB; it is {}\n"
      "  2 * (maxBs {} * ep {} * L {} * row {} + maxBs {} * (K {} + S {}) * back {}) = {} bytes\n",
      window.needed_mib, window.set_mib, window.max_batch, window.ep_size, window.experts_per_rank,
      window.dispatch_row, window.max_batch, window.top_k, window.shared_experts,
      window.combine_row, window.bytes);
}

std::string Size(std::int64_t bytes) {
  return FormatBytes(static_cast<std::uint64_t>(bytes));
}

std::string MemoryLines(const CheckResult& result) {
  std::string text =
      fmt::format("memory of this rank, room for {} rows (A); addresses, not all of them touched\n",
                  result.capacity);
  for (const TensorMemory& tensor : result.tensors) {
    text += fmt::format("  {:<18} {:<16} {:<8} {:>10}\n", tensor.name, tensor.shape, tensor.type,
                        Size(tensor.bytes));
  }
  return text + fmt::format("  {:<18} {:<16} {:<8} {:>10}\n", "together", "", "",
                            Size(result.total_bytes));
}

}  // namespace

std::string FormatCheck(const CheckResult& result, bool all) {
  std::string text = Rows(result, Verdict::kFails);
  text += Rows(result, Verdict::kRefusedAtLaunch);
  text += Rows(result, Verdict::kRefusedByDevice);
  text += Rows(result, Verdict::kOutsideTheDocument);
  if (all) {
    text += Rows(result, Verdict::kOk) + Rows(result, Verdict::kNotReached) +
            Rows(result, Verdict::kDoesNotApply);
  }
  text += Summary(result, all);
  if (const auto refused = result.answer ? result.answer : result.launch)
    text += fmt::format("  ferry explain {} says why\n", result.rules[*refused].id);
  return text + WindowLines(result.window) + MemoryLines(result);
}

std::string FormatCheckJson(const CheckResult& result) {
  nlohmann::ordered_json json = {{"version", ferry_version()}, {"op", result.op},
                                 {"product", result.product},  {"strict", result.strict},
                                 {"accepted", !result.answer}, {"returns", 0}};
  if (result.answer) {
    json["returns"] = static_cast<int>(result.rules[*result.answer].code);
    json["refused_by"] = result.rules[*result.answer].id;
  } else if (result.launch) {
    json["phase2_returns"] = static_cast<int>(result.rules[*result.launch].code);
    json["phase2_refused_by"] = result.rules[*result.launch].id;
  }
  json["rules"] = nlohmann::ordered_json::array();
  for (const RuleResult& row : result.rules) {
    nlohmann::ordered_json rule = {{"id", row.id}, {"parameter", row.parameter}};
    if (row.verdict != Verdict::kDoesNotApply) {
      rule["value"] = row.value;
      rule["limit"] = row.limit;
    }
    rule["verdict"] = NameOf(row.verdict);
    rule["code"] = static_cast<int>(row.code);
    json["rules"].push_back(std::move(rule));
  }
  const Window& window = result.window;
  json["window"] = {{"known", window.is_known},
                    {"max_bs", window.max_batch},
                    {"ep", window.ep_size},
                    {"experts_per_rank", window.experts_per_rank},
                    {"k", window.top_k},
                    {"shared_experts", window.shared_experts},
                    {"dispatch_row_bytes", window.dispatch_row},
                    {"combine_row_bytes", window.combine_row},
                    {"bytes", window.bytes},
                    {"hccl_buffsize_needed_mib", window.needed_mib},
                    {"hccl_buffsize_mib", window.set_mib}};
  json["capacity"] = result.capacity;
  json["memory"] = nlohmann::ordered_json::array();
  for (const TensorMemory& tensor : result.tensors) {
    json["memory"].push_back({{"tensor", tensor.name},
                              {"shape", tensor.shape},
                              {"type", tensor.type},
                              {"bytes", tensor.bytes}});
  }
  json["memory_bytes"] = result.total_bytes;
  // A name that a caller passed may be no UTF-8: it is replaced rather than refused.
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace ferry::tool
