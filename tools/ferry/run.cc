#include "run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/env.h"
#include "base/launch.h"
#include "copy_roof.h"
#include "gate.h"
#include "gathering.h"
#include "merge.h"
#include "ops/window_size.h"
#include "oracle.h"
#include "share.h"
#include "world.h"

namespace ferry::tool {
namespace {

// Sizes what callers of CANN find by trial, unless the user has set it.
void SizeEnvironment(const RunOptions& options, const Preset& preset, const Fault& fault,
                     RunResult& result) {
  const std::int64_t bytes =
      ops::WindowBytesA3({.max_batch = options.batch_size,
                          .ep_size = options.ep_size,
                          .experts_per_rank = preset.num_experts / options.ep_size,
                          .top_k = preset.top_k,
                          .shared_experts = 0,
                          .hidden = preset.hidden},
                         ops::WindowForm::kFullmeshV1);
  // A rank with another moeExpertNum or globalBs must be refused by its peers, not for lack of
  // window.
  const std::int64_t factor = fault.kind == Fault::Kind::kMismatch ? 3 : 1;
  const std::int64_t mib = std::max<std::int64_t>(2, ops::MiBFor(factor * bytes));
  result.buffsize_is_ours = std::getenv("HCCL_BUFFSIZE") == nullptr;
  setenv("HCCL_BUFFSIZE", std::to_string(mib).c_str(), /*overwrite=*/0);
  result.buffsize_mib = env::HcclBuffSizeMiB();
}

// One device a rank. The library reads the variable once, so this comes before its first call.
void ProvideDevices(const RunOptions& options, const Share& share) {
  setenv("FERRY_DEVICE_COUNT", std::to_string(share.num_ranks).c_str(), 0);
  std::uint32_t count = 0;
  Check(aclrtGetDeviceCount(&count), "aclrtGetDeviceCount");
  if (count < static_cast<std::uint32_t>(share.num_ranks)) {
    const std::string divided =
        share.is_whole() ? "" : fmt::format(" / {} processes", share.num_processes);
    throw std::invalid_argument(
        fmt::format("FERRY_DEVICE_COUNT is {}; must be at least --ep {} * --tp {}{} = {}, or unset",
                    count, options.ep_size, options.tp_size, divided, share.num_ranks));
  }
}

// As a launcher's variables say; without one, or with one process, all ranks are here.
Share OwnShare(std::int32_t num_ranks) {
  const auto launch = env::ReadLaunch();
  if (!launch || launch->size == 1) return {.num_ranks = num_ranks};
  if (num_ranks % launch->size != 0)
    throw std::invalid_argument(
        fmt::format("{} has started {} processes; must divide --ep * --tp = {} ranks",
                    launch->launcher, launch->size, num_ranks));
  return {.process = launch->rank,
          .num_processes = launch->size,
          .num_ranks = num_ranks / launch->size};
}

// A hang is shown in seconds instead of the half hour that is CANN's default.
void ShortenWaits(const Fault& fault) {
  if (fault.kind != Fault::Kind::kAbsent) return;
  setenv("HCCL_EXEC_TIMEOUT", "3", 0);
  setenv("FERRY_WATCHDOG", "1", 0);
}

void FlipOneBit(const World& world, const Fault& fault) {
  for (const RankState& rank : world.ranks()) {
    if (!fault.Hits(Fault::Kind::kFlip, rank.world_rank)) continue;
    const auto last = world.config().ep_size * world.config().experts_per_rank() - 1;
    const std::int64_t rows = rank.ep_recv_counts->data<std::int32_t>()[last];
    if (rows == 0) {  // a rank without rows still has its counts
      rank.ep_recv_counts->data<std::int32_t>()[last] ^= 1;
    } else {
      rank.expand_x->data<std::uint16_t>()[(rows / 2) * world.config().hidden + 7] ^= 0x10;
    }
  }
}

class LoadStatistics {
 public:
  explicit LoadStatistics(std::int32_t num_experts)
      : rows_(static_cast<std::size_t>(num_experts)), words_(rows_.size()) {}

  void Count(const Batch& batch, const std::vector<Token>& tokens) {
    for (const auto& words : batch) {
      for (const std::int32_t word : words) {
        for (const std::int32_t e : tokens[static_cast<std::size_t>(word)].expert_ids) {
          ++rows_[static_cast<std::size_t>(e)];
          ++words_[static_cast<std::size_t>(e)][word];
        }
      }
    }
  }

  [[nodiscard]] HottestExpert Hottest(const Text& text, std::int32_t experts_per_rank) const {
    const auto top = std::max_element(rows_.begin(), rows_.end());
    const auto expert = static_cast<std::size_t>(top - rows_.begin());
    const auto& words = words_[expert];
    const auto word =
        std::max_element(words.begin(), words.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    std::int64_t sum = 0;
    for (const std::int64_t rows : rows_) sum += rows;
    return {.expert = static_cast<std::int32_t>(expert),
            .ep_rank = static_cast<std::int32_t>(expert) / experts_per_rank,
            .rows = *top,
            .word = text.words[static_cast<std::size_t>(word->first)],
            .max_to_mean = static_cast<double>(*top) * static_cast<double>(rows_.size()) /
                           static_cast<double>(sum)};
  }

 private:
  std::vector<std::int64_t> rows_;                           // [expert]
  std::vector<std::map<std::int32_t, std::int64_t>> words_;  // [expert] word -> rows
};

std::int64_t CountRows(const Oracle& oracle) {
  std::int64_t rows = 0;
  for (const auto& rank : oracle.dispatched()) rows += rank.own_rows + rank.peer_rows;
  return rows;
}

// One operator over the batch. All processes begin together, and process 0 measures the copy while
// the others rest.
void RunPhase(World& world, double (World::*phase)(), std::int64_t bytes,
              std::optional<CopyRoof>& roof, PhaseTotals& totals) {
  world.Meet();
  totals.seconds.push_back((world.*phase)());
  totals.bytes += bytes;
  world.Meet();
  totals.copy_seconds.push_back(roof ? roof->Measure() : 0.0);
  world.Meet();
}

// Carries the words, batch by batch, until something goes wrong.
void CarryText(const Text& text, const std::vector<Token>& tokens, const RunOptions& options,
               const Fault& fault, bool measures_copy, World& world, RunResult& result) {
  const Preset& preset = FindPreset(options.preset);
  LoadStatistics load(preset.num_experts);
  const auto ranks = static_cast<std::size_t>(options.ep_size * options.tp_size);
  const auto per_rank = static_cast<std::size_t>(options.batch_size);
  for (std::size_t begin = 0; begin < text.tokens.size(); begin += ranks * per_rank) {
    const Batch batch = DealBatch(text.tokens, begin, ranks, per_rank);
    const Oracle oracle(world, batch, tokens, preset.has_shared_expert);
    const std::int64_t rows = CountRows(oracle);
    const std::int64_t bytes = rows * preset.hidden * 2;
    std::optional<CopyRoof> roof;
    if (measures_copy)
      roof.emplace(static_cast<std::size_t>(bytes), static_cast<std::size_t>(preset.top_k));
    world.Load(batch, tokens);
    try {
      RunPhase(world, &World::Dispatch, bytes, roof, result.dispatch);
      result.dispatch.rows += rows;
      FlipOneBit(world, fault);
      result.difference = oracle.ExplainDispatchDifference(world, text);
      if (result.difference) return;
      world.RunExperts();
      RunPhase(world, &World::Combine, bytes, roof, result.combine);
      result.combine.rows += rows;
    } catch (const ApiError& error) {
      result.failure = error.what();
      return;
    }
    result.difference = oracle.ExplainCombineDifference(world, text);
    if (result.difference) return;
    load.Count(batch, tokens);
    ++result.num_batches;
  }
  result.traffic = ReadTraffic(world);
  result.hottest = load.Hottest(text, world.config().experts_per_rank());
}

}  // namespace

void CheckOptions(const RunOptions& options) {
  const auto check = [](bool ok, const std::string& message) {
    if (!ok) throw std::invalid_argument(message);
  };
  check(options.ep_size >= 2 && options.ep_size <= 768,
        fmt::format("--ep is {}; must be in [2, 768]", options.ep_size));
  check(options.tp_size == 1 || options.tp_size == 2,
        fmt::format("--tp is {}; must be 1 or 2", options.tp_size));
  check(options.batch_size >= 1 && options.batch_size <= 512,
        fmt::format("--bs is {}; must be in [1, 512]", options.batch_size));
  const std::int32_t num_ranks = options.ep_size * options.tp_size;
  check(options.processes >= 0 && (options.processes == 0 || num_ranks % options.processes == 0),
        fmt::format("--processes is {}; must divide --ep {} * --tp {} = {} ranks",
                    options.processes, options.ep_size, options.tp_size, num_ranks));
  const Preset& preset = FindPreset(options.preset);
  check(preset.num_experts % options.ep_size == 0,
        fmt::format("--ep is {}; must divide the {} experts of {}", options.ep_size,
                    preset.num_experts, preset.name));
  check(options.tp_size == 1 || preset.num_experts == options.ep_size,
        fmt::format("--tp is 2, which needs one expert a rank; --ep must be {} for {}",
                    preset.num_experts, preset.name));
}

RunResult RunText(const RunOptions& options) {
  CheckOptions(options);
  const Preset& preset = FindPreset(options.preset);
  const std::int32_t num_ranks = options.ep_size * options.tp_size;
  const Fault fault = ParseFault(options.fault, num_ranks);
  const Share share = OwnShare(num_ranks);
  ProvideDevices(options, share);
  const Text text = ReadText(options.text_path);
  const std::vector<Token> tokens = EmbedAndGate(preset, text.words, options.seed);

  RunResult result;
  result.title = text.title;
  result.num_words = static_cast<std::int64_t>(text.tokens.size());
  result.num_distinct = static_cast<std::int64_t>(text.words.size());
  result.num_processes = share.num_processes;
  SizeEnvironment(options, preset, fault, result);
  ShortenWaits(fault);
  World world(preset, options.ep_size, options.tp_size, options.batch_size, fault, share);
  Gathering gathering(world.name(), share);
  CarryText(text, tokens, options, fault, share.process == 0, world, result);
  if (share.is_whole()) return result;
  const auto told = gathering.Gather(TellResult(result));
  if (share.process == 0) {
    MergeResults(told, result);
  } else {
    result.is_told = true;
  }
  return result;
}

}  // namespace ferry::tool
