#include "report.h"

#include <ferry/ferry.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/env.h"
#include "presets.h"

namespace ferry::tool {
namespace {

double Sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// How close to a plain copy: the median over batches of copy time / phase time, 1 = as fast.
double RatioToCopy(const PhaseTotals& phase) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < phase.seconds.size(); ++i) {
    ratios.push_back(phase.copy_seconds[i] / phase.seconds[i]);
  }
  return Median(ratios);
}

std::string PhaseLine(const char* name, const PhaseTotals& phase) {
  return fmt::format("{}  {:>9} rows  {:>8.1f} MiB  {:>7.2f} ms a batch  {:.2f} of a plain copy\n",
                     name, phase.rows, static_cast<double>(phase.bytes) / (1 << 20),
                     1e3 * Median(phase.seconds), RatioToCopy(phase));
}

std::string ProductName() {
  switch (env::GetProduct()) {
    case env::Product::kA3:
      return "A3";
    case env::Product::kA2:
      return "A2";
    case env::Product::kUnknown:
      break;
  }
  return fmt::format("\"{}\"", env::ProductText());
}

std::string Places(const RunResult& result) {
  return result.num_processes == 1 ? "as threads"
                                   : fmt::format("in {} processes", result.num_processes);
}

std::string Header(const RunOptions& options, const RunResult& result) {
  const Preset& preset = FindPreset(options.preset);
  const std::int32_t num_ranks = options.ep_size * options.tp_size;
  std::string text = fmt::format(
      "ferry {} · product {} · {}: {} experts, top-{}, hidden {}, bf16\n"
      "{}: {} words ({} distinct), {} ranks {} (EP {}, TP {}), {} tokens each, seed {}\n",
      ferry_version(), ProductName(), preset.name, preset.num_experts, preset.top_k, preset.hidden,
      result.title, result.num_words, result.num_distinct, num_ranks, Places(result),
      options.ep_size, options.tp_size, options.batch_size, options.seed);
  text += fmt::format(
      "HCCL_BUFFSIZE {} MiB, {}\n", result.buffsize_mib,
      result.buffsize_is_ours ? "sized for this run; set it to override" : "as you have set it");
  return text;
}

std::string Suggestions() {
  return "try next: ferry run --preset mixtral-8x7b --tp 2\n"
         "          ferry run --fault absent:3\n"
         "          ferry info\n";
}

}  // namespace

std::string FormatReport(const RunOptions& options, const RunResult& result) {
  std::string text = Header(options, result);
  if (result.failure) return text + fmt::format("FAILED: {}\n", *result.failure);
  if (result.difference) return text + fmt::format("DIFFERENT: {}\n", *result.difference);
  text += PhaseLine("dispatch", result.dispatch);
  text += PhaseLine("combine ", result.combine);
  text += fmt::format(
      "          (bytes = rows received x hidden x 2; a plain copy writes as many, beside each "
      "batch)\n"
      "hottest expert {} on EP rank {}: {} rows, most often \"{}\"; load max/mean {:.1f}\n",
      result.hottest.expert, result.hottest.ep_rank, result.hottest.rows, result.hottest.word,
      result.hottest.max_to_mean);
  text += fmt::format("{} batches, every output of {} ranks bit-equal\n", result.num_batches,
                      options.ep_size * options.tp_size);
  return text + Suggestions();
}

std::string FormatJson(const RunOptions& options, const RunResult& result) {
  const auto phase = [](const PhaseTotals& totals) {
    return nlohmann::json{{"rows", totals.rows},
                          {"bytes", totals.bytes},
                          {"seconds_total", Sum(totals.seconds)},
                          {"seconds_median", Median(totals.seconds)},
                          {"copy_seconds_median", Median(totals.copy_seconds)},
                          {"ratio_to_copy", RatioToCopy(totals)}};
  };
  nlohmann::json json = {
      {"version", ferry_version()},
      {"product", ProductName()},
      {"preset", options.preset},
      {"text", options.text_path},
      {"words", result.num_words},
      {"distinct_words", result.num_distinct},
      {"ep", options.ep_size},
      {"tp", options.tp_size},
      {"bs", options.batch_size},
      {"seed", options.seed},
      {"processes", result.num_processes},
      {"hccl_buffsize_mib", result.buffsize_mib},
      {"batches_equal", result.num_batches},
      {"dispatch", phase(result.dispatch)},
      {"combine", phase(result.combine)},
      {"traffic", TrafficJson(result.traffic)},
      {"equal", !result.failure && !result.difference},
      {"failure", nullptr},
      {"difference", nullptr},
  };
  if (result.failure) json["failure"] = *result.failure;
  if (result.difference) json["difference"] = *result.difference;
  if (!result.failure && !result.difference) {
    json["hottest_expert"] = {{"expert", result.hottest.expert},
                              {"ep_rank", result.hottest.ep_rank},
                              {"rows", result.hottest.rows},
                              {"word", result.hottest.word},
                              {"load_max_to_mean", result.hottest.max_to_mean}};
  }
  // Words may hold bytes that are no UTF-8: they are replaced rather than refused.
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace ferry::tool
