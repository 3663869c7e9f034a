#include "merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>
#include <utility>

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

// What a process has told, all of it read before any of it counts.
struct Told {
  std::int64_t batches = 0;
  std::vector<double> dispatch;  // seconds of each batch
  std::vector<double> combine;
  std::vector<RankTraffic> traffic;
  std::optional<std::string> failure;
  std::optional<std::string> difference;
};

std::vector<double> SecondsOf(const nlohmann::json& list) {
  auto seconds = list.get<std::vector<double>>();
  if (std::ranges::any_of(seconds, [](double s) { return s < 0; }))
    throw std::runtime_error("a time is below 0");
  return seconds;
}

std::optional<std::string> TextOrNull(const nlohmann::json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<std::string>();
}

// Throws std::exception for anything that TellResult does not write.
Told ReadTold(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  return {.batches = static_cast<std::int64_t>(
              CountOf(json.at("batches"), std::numeric_limits<std::int64_t>::max())),
          .dispatch = SecondsOf(json.at("dispatch")),
          .combine = SecondsOf(json.at("combine")),
          .traffic = TrafficOf(json.at("traffic")),
          .failure = TextOrNull(json.at("failure")),
          .difference = TextOrNull(json.at("difference"))};
}

void TakeSlower(const std::vector<double>& told, std::vector<double>& seconds) {
  for (std::size_t i = 0; i < std::min(seconds.size(), told.size()); ++i)
    seconds[i] = std::max(seconds[i], told[i]);
}

// Is it only told because another process has failed?
bool IsAConsequence(const std::string& failure) {
  return failure.find(" terminated") != std::string::npos ||
         failure.find(" destroyed") != std::string::npos;
}

void Merge(Told& told, bool is_own, RunResult& result, std::vector<Failure>& failures) {
  result.num_batches = std::min(result.num_batches, told.batches);
  TakeSlower(told.dispatch, result.dispatch.seconds);
  TakeSlower(told.combine, result.combine.seconds);
  if (!is_own) std::ranges::move(told.traffic, std::back_inserter(result.traffic));
  if (!result.difference) result.difference = told.difference;
  if (told.failure)
    failures.push_back({.batches = told.batches,
                        .is_a_consequence = IsAConsequence(*told.failure),
                        .text = *told.failure});
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
  const auto fail = [&](std::string text) {
    failures.push_back(
        {.batches = result.num_batches, .is_a_consequence = false, .text = std::move(text)});
  };
  for (std::size_t process = 0; process < told.size(); ++process) {
    if (told[process].empty()) {
      fail(fmt::format("process {} ended without a result", process));
      continue;
    }
    try {
      Told one = ReadTold(told[process]);
      Merge(one, process == 0, result, failures);
    } catch (const std::exception& error) {
      fail(fmt::format("process {} told what is no result: {}", process, error.what()));
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
