#include "kernels/weighted_sum.h"

#include "kernels/float_environment.h"
#include "kernels/isa.h"
#include "kernels/row_kernels.h"

namespace ferry::kernels {
namespace {

#if defined(__x86_64__)
constexpr IsaTable<WeightedSumFunction> kBFloat16 = {
    .portable = WeightedSumBFloat16Portable,
    .avx2 = WeightedSumBFloat16Avx2,
    .avx512 = WeightedSumBFloat16Avx512,
};
constexpr IsaTable<WeightedSumFunction> kHalf = {
    .portable = WeightedSumHalfPortable,
    .avx2 = WeightedSumHalfAvx2,
    .avx512 = WeightedSumHalfAvx512,
};
#else
constexpr IsaTable<WeightedSumFunction> kBFloat16 = {
    WeightedSumBFloat16Portable, WeightedSumBFloat16Portable, WeightedSumBFloat16Portable};
constexpr IsaTable<WeightedSumFunction> kHalf = {WeightedSumHalfPortable, WeightedSumHalfPortable,
                                                 WeightedSumHalfPortable};
#endif

}  // namespace

void WeightedSum(DType type, std::span<const Term> terms, std::byte* out, std::int64_t count) {
  const IeeeFloatEnvironment environment;
  const auto& table = type == DType::kBFloat16 ? kBFloat16 : kHalf;
  table.Active()(terms, out, count);
}

}  // namespace ferry::kernels
