// Which instruction set the kernels use, chosen once when the process first needs one.
#ifndef FERRY_KERNELS_ISA_H_
#define FERRY_KERNELS_ISA_H_

#include <cstdint>
#include <string_view>
#include <vector>

namespace ferry::kernels {

enum class Isa : std::uint8_t { kPortable, kAvx2, kAvx512 };

// "portable", "avx2", "avx512".
[[nodiscard]] std::string_view NameOf(Isa isa);

// What this processor and this build offer, slowest first.
[[nodiscard]] const std::vector<Isa>& AvailableIsas();

// The one in use: the fastest available, or that of FERRY_ISA.
[[nodiscard]] Isa ActiveIsa();

// For tests: must be one of AvailableIsas().
void SetIsaForTest(Isa isa);

// One entry per instruction set. Where a build has no code for one, the portable stands there.
template <class Entry>
struct IsaTable {
  Entry portable;
  Entry avx2;
  Entry avx512;

  [[nodiscard]] Entry Active() const {
    switch (ActiveIsa()) {
      case Isa::kAvx512:
        return avx512;
      case Isa::kAvx2:
        return avx2;
      case Isa::kPortable:
        break;
    }
    return portable;
  }
};

}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_ISA_H_
