#include "runtime/part.h"

#include "base/env.h"

namespace ferry::runtime {
namespace {

constexpr std::int64_t kKiB = 1 << 10;
constexpr std::int64_t kMiB = 1 << 20;

constexpr Part kA3 = {.soc_name = "Ascend910_9391",
                      .cube_cores = 24,
                      .vector_cores = 48,
                      .ai_cpus = 6,
                      .l2_bytes = 192 * kMiB,
                      .unified_buffer_bytes = 192 * kKiB,
                      .architecture = 2201};

constexpr Part kA2 = {.soc_name = "Ascend910B3",
                      .cube_cores = 20,
                      .vector_cores = 40,
                      .ai_cpus = 6,
                      .l2_bytes = 192 * kMiB,
                      .unified_buffer_bytes = 192 * kKiB,
                      .architecture = 2201};

}  // namespace

const Part& CurrentPart() {
  return env::GetProduct() == env::Product::kA2 ? kA2 : kA3;
}

}  // namespace ferry::runtime
