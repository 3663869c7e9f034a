// What process 0 of `ferry run` takes from another process: any text is a result, or a failure that
// names the process and nothing else.
#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/require.h"
#include "merge.h"

namespace ferry::fuzz {
namespace {

tool::RunResult OwnResult() {
  tool::RunResult result;
  result.num_batches = 2;
  result.dispatch.seconds = {0.5, 0.25};
  result.combine.seconds = {0.125, 1};
  return result;
}

void MustBeSound(const tool::RunResult& merged) {
  Must(merged.num_batches >= 0 && merged.num_batches <= 2, "no more batches than its own",
       merged.num_batches);
  for (const auto* seconds : {&merged.dispatch.seconds, &merged.combine.seconds}) {
    Must(seconds->size() == 2, "a time for each batch");
    for (const double s : *seconds) Must(s >= 0.125, "no less time than its own");
  }
  for (const tool::RankTraffic& traffic : merged.traffic)
    Must(traffic.world_rank >= 0, "a rank", traffic.world_rank);
}

}  // namespace
}  // namespace ferry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ferry;
  const std::string told(reinterpret_cast<const char*>(bytes), size);
  tool::RunResult merged = fuzz::OwnResult();
  tool::MergeResults({tool::TellResult(merged), told}, merged);
  fuzz::MustBeSound(merged);
  // What is told on must be readable again.
  tool::RunResult again = fuzz::OwnResult();
  tool::MergeResults({tool::TellResult(again), tool::TellResult(merged)}, again);
  fuzz::Must(again.traffic.size() == merged.traffic.size(), "the traffic is told on");
  return 0;
}
