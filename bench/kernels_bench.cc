// The row kernels against memcpy, in one run.
//
// Memory bandwidth of a virtual machine changes from minute to minute: only ratios of one run
// count. Compare the medians of
//
//   kernels_bench --benchmark_enable_random_interleaving=true --benchmark_repetitions=9
//                 --benchmark_report_aggregates_only=true
//
// "resident" works on the same few rows again and again, "memory" walks through far more than the
// caches hold. Bytes per second count what a kernel reads, which for a copy is what it writes.
#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/dtype.h"
#include "kernels/add_rows.h"
#include "kernels/copy_row.h"
#include "kernels/isa.h"
#include "kernels/weighted_sum.h"

namespace ferry {
namespace {

constexpr std::int64_t kHidden = 7168;
constexpr std::size_t kRowBytes = kHidden * 2;
constexpr std::size_t kTerms = 8;
constexpr std::size_t kResidentRows = kTerms;       // 112 KiB: a second-level cache holds them
constexpr std::size_t kMemoryRows = kTerms * 8192;  // 896 MiB

// Rows of small finite numbers, the same bits for both 16-bit types.
class Rows {
 public:
  explicit Rows(std::size_t count) : bytes_(count * kRowBytes) {
    void* memory =
        ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<std::byte*>(memory);
    std::mt19937 random(1);
    auto* elements = reinterpret_cast<std::uint16_t*>(data_);
    for (std::size_t i = 0; i < bytes_ / 2; ++i)
      elements[i] = static_cast<std::uint16_t>(0x3c00U + (random() & 0x83ffU));
  }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows() { ::munmap(data_, bytes_); }

  [[nodiscard]] std::byte* row(std::size_t index) const { return data_ + index * kRowBytes; }
  [[nodiscard]] std::size_t count() const { return bytes_ / kRowBytes; }

 private:
  std::size_t bytes_;
  std::byte* data_;
};

// Made once and kept: filling them takes longer than the benchmarks.
const Rows& RowsOf(bool resident) {
  static const Rows small(kResidentRows);
  if (resident) return small;
  static const Rows large(kMemoryRows);
  return large;
}

const Rows& Targets(bool resident) {
  static const Rows small(kResidentRows);
  if (resident) return small;
  static const Rows large(kMemoryRows / kTerms);
  return large;
}

enum class Copy : std::uint8_t { kMemcpy, kCached, kStreaming };

void CopyRows(benchmark::State& state, Copy how, bool resident) {
  const Rows& from = RowsOf(resident);
  const Rows& to = Targets(resident);
  std::size_t next = 0;
  for (auto _ : state) {
    std::byte* const target = to.row(next % to.count());
    const std::byte* const source = from.row(next % from.count());
    if (how == Copy::kMemcpy) {
      std::memcpy(target, source, kRowBytes);
    } else {
      const bool streaming = how == Copy::kStreaming;
      kernels::CopyRow(target, source, kRowBytes,
                       streaming ? kernels::CopyHint::kStreaming : kernels::CopyHint::kCached);
    }
    benchmark::ClobberMemory();
    ++next;
  }
  kernels::StreamFence();
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kRowBytes));
}

// One token of combine: kTerms rows summed into one.
void SumRows(benchmark::State& state, kernels::Isa isa, DType type, bool resident) {
  kernels::SetIsaForTest(isa);
  const Rows& from = RowsOf(resident);
  const Rows& to = Targets(resident);
  std::vector<kernels::Term> terms(kTerms);
  std::size_t next = 0;
  for (auto _ : state) {
    for (std::size_t t = 0; t < kTerms; ++t)
      terms[t] = {from.row((next * kTerms + t) % from.count()), 0.125f};
    kernels::WeightedSum(type, terms, to.row(next % to.count()), kHidden);
    benchmark::ClobberMemory();
    ++next;
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kTerms * kRowBytes));
}

void AddTwoRows(benchmark::State& state, kernels::Isa isa, DType type) {
  kernels::SetIsaForTest(isa);
  const Rows& from = RowsOf(true);
  for (auto _ : state) {
    kernels::AddRows(type, from.row(0), from.row(1), Targets(true).row(0), kHidden);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(2 * kRowBytes));
}

void RegisterAll() {
  for (const bool resident : {true, false}) {
    const std::string where = resident ? "/resident" : "/memory";
    benchmark::RegisterBenchmark(("memcpy" + where).c_str(), CopyRows, Copy::kMemcpy, resident);
    benchmark::RegisterBenchmark(("copy_row" + where).c_str(), CopyRows, Copy::kCached, resident);
    benchmark::RegisterBenchmark(("copy_row_streaming" + where).c_str(), CopyRows, Copy::kStreaming,
                                 resident);
    for (const kernels::Isa isa : kernels::AvailableIsas()) {
      const std::string tail = '/' + std::string(kernels::NameOf(isa)) + where;
      benchmark::RegisterBenchmark(("weighted_sum_bf16" + tail).c_str(), SumRows, isa,
                                   DType::kBFloat16, resident);
      benchmark::RegisterBenchmark(("weighted_sum_fp16" + tail).c_str(), SumRows, isa,
                                   DType::kFloat16, resident);
    }
  }
  for (const kernels::Isa isa : kernels::AvailableIsas()) {
    const std::string tail = '/' + std::string(kernels::NameOf(isa)) + "/resident";
    benchmark::RegisterBenchmark(("add_rows_bf16" + tail).c_str(), AddTwoRows, isa,
                                 DType::kBFloat16);
    benchmark::RegisterBenchmark(("add_rows_fp16" + tail).c_str(), AddTwoRows, isa,
                                 DType::kFloat16);
  }
}

}  // namespace
}  // namespace ferry

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  ferry::RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
