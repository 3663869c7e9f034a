#include "kernels/row_kernels.h"

#include "kernels/isa.h"

namespace ferry::kernels {
namespace {

#if defined(__x86_64__)
constexpr IsaTable<const RowKernels*> kBFloat16 = {
    .portable = &kPortableBFloat16,
    .avx2 = &kAvx2BFloat16,
    .avx512 = &kAvx512BFloat16,
};
constexpr IsaTable<const RowKernels*> kHalf = {
    .portable = &kPortableHalf,
    .avx2 = &kAvx2Half,
    .avx512 = &kAvx512Half,
};
#else
// The portable kernels are the only ones that AvailableIsas() names here.
constexpr IsaTable<const RowKernels*> kBFloat16 = {&kPortableBFloat16, &kPortableBFloat16,
                                                   &kPortableBFloat16};
constexpr IsaTable<const RowKernels*> kHalf = {&kPortableHalf, &kPortableHalf, &kPortableHalf};
#endif

}  // namespace

const RowKernels& ActiveRowKernels(DType type) {
  return *(type == DType::kBFloat16 ? kBFloat16 : kHalf).Active();
}

}  // namespace ferry::kernels
