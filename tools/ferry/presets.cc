#include "presets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "presets_json.h"  // kPresetsJson, generated from presets.json

namespace ferry::tool {
namespace {

std::vector<Preset> ParsePresets() {
  std::vector<Preset> presets;
  const nlohmann::json json = nlohmann::json::parse(kPresetsJson);
  for (const auto& [name, sizes] : json.items()) {
    presets.push_back({.name = name,
                       .hidden = sizes.at("hidden").get<std::int64_t>(),
                       .num_experts = sizes.at("num_experts").get<std::int32_t>(),
                       .top_k = sizes.at("top_k").get<std::int32_t>(),
                       .has_shared_expert = sizes.at("shared_experts").get<int>() > 0});
  }
  return presets;
}

}  // namespace

const std::vector<Preset>& Presets() {
  static const std::vector<Preset> presets = ParsePresets();
  return presets;
}

const Preset& FindPreset(const std::string& name) {
  const auto& presets = Presets();
  const auto found = std::find_if(presets.begin(), presets.end(),
                                  [&](const Preset& preset) { return preset.name == name; });
  if (found != presets.end()) return *found;
  std::vector<std::string> names;
  for (const Preset& preset : presets) names.push_back(preset.name);
  throw std::invalid_argument(
      fmt::format("--preset is '{}'; must be one of {}", name, fmt::join(names, ", ")));
}

}  // namespace ferry::tool
