// The specification's vectors of the row kernels, and a digest of what the kernels make of random
// rows, without a test framework: for processors that only an emulator offers.
//
// Prints one line a kernel; ends with 1 if a vector comes out wrong.
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <vector>

#include "kernels/add_rows.h"
#include "kernels/convert.h"
#include "kernels/quantize_row.h"
#include "kernels/transport_row.h"
#include "kernels/weighted_sum.h"

namespace ferry::kernels {
namespace {

using Bits = std::vector<std::uint16_t>;

const std::byte* BytesOf(const Bits& row) {
  return reinterpret_cast<const std::byte*>(row.data());
}

std::byte* BytesOf(Bits& row) {
  return reinterpret_cast<std::byte*>(row.data());
}

std::int64_t CountOf(const Bits& row) {
  return static_cast<std::int64_t>(row.size());
}

Bits RowOf(DType type, const std::vector<float>& values) {
  Bits row;
  for (const float value : values)
    row.push_back(type == DType::kBFloat16 ? FloatToBFloat16(value) : FloatToHalf(value));
  return row;
}

Bits Add(DType type, const Bits& a, const Bits& b) {
  Bits sum(a.size());
  AddRows(type, BytesOf(a), BytesOf(b), BytesOf(sum), CountOf(a));
  return sum;
}

Bits Sum(DType type, const std::vector<Bits>& rows, const std::vector<float>& weights) {
  std::vector<Term> terms;
  for (std::size_t t = 0; t < rows.size(); ++t) terms.push_back({BytesOf(rows[t]), weights[t]});
  Bits sum(rows[0].size());
  WeightedSum(type, terms, BytesOf(sum), CountOf(sum));
  return sum;
}

struct Quantized {
  std::vector<std::int8_t> y;
  std::uint32_t scale = 0;
  bool operator==(const Quantized&) const = default;
};

Quantized Quantize(DType type, const Bits& row, const float* smooth) {
  Quantized result{std::vector<std::int8_t>(row.size()), 0};
  result.scale = std::bit_cast<std::uint32_t>(
      QuantizeRow(type, BytesOf(row), smooth, result.y.data(), CountOf(row)));
  return result;
}

Bits RoundTrip(DType type, const Bits& row) {
  Bits cells(row.size());
  RoundTripInt8(type, BytesOf(row), BytesOf(cells), CountOf(row));
  return cells;
}

bool Report(const char* what, bool right) {
  std::printf("%s: %s\n", what, right ? "as specified" : "WRONG");
  return right;
}

// Spec combine.md sections 12.2, 12.3, 12.5 and 12.8, dispatch.md section 13.7.
bool VectorsComeOut() {
  constexpr DType kBf16 = DType::kBFloat16;
  constexpr DType kHalf = DType::kFloat16;
  const std::vector<float> example = {1, -2, 0.5f, 3.25f, -7.0625f, 0, 100.5f, -33.75f};
  const std::vector<float> smooth = {0.5f, 2, 1, 0.1f, 1, 3, 0.25f, 1};
  const Bits row = RowOf(kBf16, example);
  bool right = true;
  right &= Report("weighted sum", Sum(kBf16,
                                      {RowOf(kBf16, {1, 2, 3}),
                                       RowOf(kBf16, {0.10009765625f, 0.2001953125f, 0.30078125f})},
                                      {0.3f, 0.7f}) == Bits{0x3EBD, 0x3F3D, 0x3F8E});
  right &= Report(
      "nothing is fused",
      Sum(kBf16, {RowOf(kBf16, {3.375f}), RowOf(kBf16, {-5.125f}), RowOf(kBf16, {3.25f})},
          {0.5f, std::bit_cast<float>(0x3F666667U), std::bit_cast<float>(0x3F666667U)}) == Bits{0});
  right &= Report("sum of two rows",
                  Add(kBf16, {0x3F80, 0x3F81}, {0x3B80, 0x3B80}) == Bits{0x3F80, 0x3F82} &&
                      Add(kHalf, {0x6800, 0x6801}, {0x3C00, 0x3C00}) == Bits{0x6800, 0x6802});
  right &= Report("quantised row", Quantize(kBf16, row, nullptr) ==
                                       Quantized{{1, -3, 1, 4, -9, 0, 127, -43}, 0x3F4A952A});
  right &= Report("smoothed row", Quantize(kBf16, row, smooth.data()) ==
                                      Quantized{{2, -15, 2, 1, -27, 0, 95, -127}, 0x3E881020});
  right &= Report("two divisions",
                  Quantize(kBf16, RowOf(kBf16, {2.75f}), nullptr) == Quantized{{127}, 0x3CB162C5});
  right &=
      Report("row of subnormals", Quantize(kBf16, {1, 1, 1}, nullptr) == Quantized{{0, 0, 0}, 0});
  right &= Report("bf16 cells",
                  RoundTrip(kBf16, row) == RowOf(kBf16, {0.79296875f, -2.375f, 0.79296875f,
                                                         3.171875f, -7.125f, 0, 100.5f, -34}));
  right &= Report("fp16 cells", RoundTrip(kHalf, RowOf(kHalf, example)) ==
                                    RowOf(kHalf, {0.791503906f, -2.375f, 0.791503906f, 3.166015625f,
                                                  -7.125f, 0, 100.5f, -34.03125f}));
  return right;
}

// FNV-1a.
class Digest {
 public:
  template <class Element>
  void Add(const std::vector<Element>& elements) {
    for (const Element element : elements) Add(static_cast<std::uint32_t>(element));
  }
  void Add(std::uint32_t word) { value_ = (value_ ^ word) * 0x100000001b3U; }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

// Any bits at all: subnormals, infinities and NaNs among them.
Bits RandomRow(std::mt19937& random, std::size_t count) {
  Bits row(count);
  for (std::uint16_t& bits : row) bits = static_cast<std::uint16_t>(random());
  return row;
}

void PrintDigest(DType type, unsigned seed) {
  std::mt19937 random(seed);
  Digest sums;
  Digest quantised;
  Digest cells;
  for (std::size_t count = 1; count <= 400; ++count) {
    const Bits a = RandomRow(random, count);
    const Bits b = RandomRow(random, count);
    sums.Add(Add(type, a, b));
    sums.Add(Sum(type, {a, b}, {0.3f, 0.7f}));
    // Without the largest exponents, so that every maximum is finite.
    Bits small = a;
    for (std::uint16_t& bits : small) bits &= 0xbfff;
    const Quantized result = Quantize(type, small, nullptr);
    quantised.Add(result.y);
    quantised.Add(result.scale);
    cells.Add(RoundTrip(type, a));
    cells.Add(RoundTrip(type, small));
  }
  std::printf("type %d, seed %u: sums %016llx, int8 %016llx, cells %016llx\n",
              static_cast<int>(type), seed, static_cast<unsigned long long>(sums.value()),
              static_cast<unsigned long long>(quantised.value()),
              static_cast<unsigned long long>(cells.value()));
}

}  // namespace
}  // namespace ferry::kernels

int main() {
  const bool right = ferry::kernels::VectorsComeOut();
  ferry::kernels::PrintDigest(ferry::DType::kBFloat16, 1);
  ferry::kernels::PrintDigest(ferry::DType::kFloat16, 2);
  return right ? 0 : 1;
}
