#include "merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <tuple>

namespace ferry::tool {
namespace {

nlohmann::json OrNull(const std::optional<std::string>& text) {
  return text ? nlohmann::json(*text) : nlohmann::json(nullptr);
}

struct Failure {
  std::int64_t batches = 0;  // before it
  bool is_a_consequence = false;
  std::string text;

  [[nodiscard]] auto Key() const { return std::tie(batches, is_a_consequence); }
};

void TakeSlower(const nlohmann::json& told, std::vector<double>& seconds) {
  const auto other = told.get<std::vector<double>>();
  for (std::size_t i = 0; i < std::min(seconds.size(), other.size()); ++i)
    seconds[i] = std::max(seconds[i], other[i]);
}

}  // namespace

std::string TellResult(const RunResult& result) {
  const nlohmann::json json = {
      {"batches", result.num_batches},     {"dispatch", result.dispatch.seconds},
      {"combine", result.combine.seconds}, {"traffic", TrafficJson(result.traffic)},
      {"failure", OrNull(result.failure)}, {"difference", OrNull(result.difference)}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void MergeResults(const std::vector<std::string>& told, RunResult& result) {
  std::vector<Failure> failures;
  for (std::size_t process = 0; process < told.size(); ++process) {
    const auto json = nlohmann::json::parse(told[process], nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) {
      failures.push_back({.batches = result.num_batches,
                          .is_a_consequence = false,
                          .text = fmt::format("process {} ended without a result", process)});
      continue;
    }
    const auto batches = json.at("batches").get<std::int64_t>();
    result.num_batches = std::min(result.num_batches, batches);
    TakeSlower(json.at("dispatch"), result.dispatch.seconds);
    TakeSlower(json.at("combine"), result.combine.seconds);
    if (process > 0)
      std::ranges::copy(TrafficOf(json.at("traffic")), std::back_inserter(result.traffic));
    if (json.at("difference").is_string() && !result.difference)
      result.difference = json.at("difference").get<std::string>();
    if (json.at("failure").is_string()) {
      const auto text = json.at("failure").get<std::string>();
      const bool follows = text.find(" terminated") != std::string::npos ||
                           text.find(" destroyed") != std::string::npos;
      failures.push_back({.batches = batches, .is_a_consequence = follows, .text = text});
    }
  }
  result.failure.reset();
  if (result.difference || failures.empty()) return;
  const auto first =
      std::min_element(failures.begin(), failures.end(),
                       [](const auto& a, const auto& b) { return a.Key() < b.Key(); });
  result.failure = first->text;
}

}  // namespace ferry::tool
