// The sizes of well-known MoE models, from presets.json (built into the tool).
#ifndef FERRY_TOOLS_FERRY_PRESETS_H_
#define FERRY_TOOLS_FERRY_PRESETS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ferry::tool {

struct Preset {
  std::string name;
  std::int64_t hidden = 0;
  std::int32_t num_experts = 0;
  std::int32_t top_k = 0;
  bool has_shared_expert =
      false;  // runs on the token's own rank and enters combine as sharedExpertX
};

// In alphabetical order of names.
[[nodiscard]] const std::vector<Preset>& Presets();

// Throws std::invalid_argument that lists the known names.
[[nodiscard]] const Preset& FindPreset(const std::string& name);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_PRESETS_H_
