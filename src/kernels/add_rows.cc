#include "kernels/add_rows.h"

#include "kernels/float_environment.h"
#include "kernels/isa.h"
#include "kernels/row_kernels.h"

namespace ferry::kernels {
namespace {

#if defined(__x86_64__)
constexpr IsaTable<AddRowsFunction> kBFloat16 = {
    .portable = AddRowsBFloat16Portable,
    .avx2 = AddRowsBFloat16Avx2,
    .avx512 = AddRowsBFloat16Avx512,
};
constexpr IsaTable<AddRowsFunction> kHalf = {
    .portable = AddRowsHalfPortable,
    .avx2 = AddRowsHalfAvx2,
    .avx512 = AddRowsHalfAvx512,
};
#else
constexpr IsaTable<AddRowsFunction> kBFloat16 = {AddRowsBFloat16Portable, AddRowsBFloat16Portable,
                                                 AddRowsBFloat16Portable};
constexpr IsaTable<AddRowsFunction> kHalf = {AddRowsHalfPortable, AddRowsHalfPortable,
                                             AddRowsHalfPortable};
#endif

}  // namespace

void AddRows(DType type, const std::byte* peer, const std::byte* own, std::byte* out,
             std::int64_t count) {
  const IeeeFloatEnvironment environment;
  const auto& table = type == DType::kBFloat16 ? kBFloat16 : kHalf;
  table.Active()(peer, own, out, count);
}

}  // namespace ferry::kernels
