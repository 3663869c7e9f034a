#include "kernels/isa.h"

#include <atomic>

#include "base/env.h"

namespace ferry::kernels {
namespace {

std::vector<Isa> DetectIsas() {
  std::vector<Isa> isas = {Isa::kPortable};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c")) {
    isas.push_back(Isa::kAvx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl")) {
      isas.push_back(Isa::kAvx512);
    }
  }
#endif
  return isas;
}

Isa ChooseIsa() {
  const std::string wanted = env::IsaText();
  for (const Isa isa : AvailableIsas()) {
    if (wanted == NameOf(isa)) return isa;
  }
  return AvailableIsas().back();
}

// Relaxed everywhere: the value itself is all that is shared, and any available one is correct.
std::atomic<Isa>& Chosen() {
  static std::atomic<Isa> chosen{ChooseIsa()};
  return chosen;
}

}  // namespace

std::string_view NameOf(Isa isa) {
  switch (isa) {
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
    case Isa::kPortable:
      break;
  }
  return "portable";
}

const std::vector<Isa>& AvailableIsas() {
  static const std::vector<Isa> isas = DetectIsas();
  return isas;
}

Isa ActiveIsa() {
  return Chosen().load(std::memory_order_relaxed);
}

void SetIsaForTest(Isa isa) {
  Chosen().store(isa, std::memory_order_relaxed);
}

}  // namespace ferry::kernels
