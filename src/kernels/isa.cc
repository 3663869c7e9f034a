#include "kernels/isa.h"

#include <fmt/format.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <atomic>
#include <string>

#include "base/env.h"
#include "base/log.h"

namespace ferry::kernels {
namespace {

#if defined(__x86_64__)
// By hand: clang 14 does not know the name "f16c". The system's part, saving the wide registers, is
// included in what __builtin_cpu_supports says about avx2.
bool HasF16c() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}
#endif

std::vector<Isa> DetectIsas() {
  std::vector<Isa> isas = {Isa::kPortable};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && HasF16c()) {
    isas.push_back(Isa::kAvx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl")) {
      isas.push_back(Isa::kAvx512);
    }
  }
#endif
  return isas;
}

std::vector<std::string_view> AvailableNames() {
  std::vector<std::string_view> names;
  for (const Isa isa : AvailableIsas()) names.push_back(NameOf(isa));
  return names;
}

Isa ChooseIsa() {
  const std::string wanted = env::IsaText();
  for (const Isa isa : AvailableIsas()) {
    if (wanted == NameOf(isa)) return isa;
  }
  const Isa fastest = AvailableIsas().back();
  if (!wanted.empty())
    log::Error(fmt::format("FERRY_ISA is \"{}\"; this processor offers {}; {} is used", wanted,
                           fmt::join(AvailableNames(), ", "), NameOf(fastest)));
  return fastest;
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
