// Many pairs of dispatch and combine, on groups over several processes: every output of each pair
// equals the oracle's, bit for bit, and no process grows. It ends when nobody makes progress for
// --patience seconds, and says where each process is.
//
//   ferry_soak --pairs 200000 --processes 4 --ranks 2
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <optional>

#include "property/random_case.h"
#include "property/round_trip.h"
#include "soak/footprint.h"
#include "support/crowd.h"
#include "support/world.h"

namespace ferry::soak {
namespace {

using support::Member;
using support::Random;
using support::RandomCase;
using support::World;

struct Options {
  std::uint64_t pairs = 200'000;
  std::int32_t processes = 4;
  std::int32_t ranks = 2;  // of each process
  std::int32_t tp = 1;
  std::uint64_t seed = 1;
  std::uint64_t report = 0;  // 0: twenty times in all
  std::uint64_t rejoin = 5000;
  std::int64_t patience = 300;  // seconds

  [[nodiscard]] std::int32_t ep_size() const { return processes * ranks / tp; }
  [[nodiscard]] std::size_t num_groups() const {
    return static_cast<std::size_t>(tp == 1 ? 1 : tp + ep_size());
  }
};

// Where memory is judged: with fewer the heap has not come to rest.
constexpr std::uint64_t kFewestPairsToJudge = 20'000;
// Cases at hand in each process, one of which is drawn anew with every kPairsOfADraw-th pair.
constexpr std::size_t kCases = 64;
constexpr std::uint64_t kPairsOfADraw = 16;

// Small shapes on groups of a fixed size.
moe::MoeConfig ChooseSmallConfig(Random& random, const Options& options) {
  moe::MoeConfig config;
  config.ep_size = options.ep_size();
  config.tp_size = options.tp;
  if (random.OneIn(3)) {
    config.num_shared_experts = 1;
    config.num_shared_ranks = random.Int(1, config.ep_size - 1);
  }
  config.num_experts = config.num_moe_ranks() * (options.tp == 2 ? 1 : random.Int(1, 3));
  config.top_k = random.Int(1, std::min(4, config.num_experts));
  config.hidden = random.OneIn(2) ? 1024 : random.Between(1024, 1056);
  config.global_batch = random.Between(1, 5) * config.ep_size;
  config.x_type = random.OneIn(2) ? DType::kBFloat16 : DType::kFloat16;
  if (random.OneIn(3)) config.quantization = moe::Quantization::kPerToken;
  if (random.OneIn(3) && options.tp == 1) config.transport = moe::Transport::kInt8Groups;
  return config;
}

// The same cases, in the same order, in every process.
class CaseStream {
 public:
  explicit CaseStream(const Options& options)
      : options_(options), random_(options.seed), next_(options.seed) {
    for (std::size_t i = 0; i < kCases; ++i) cases_.push_back(Draw());
  }

  const RandomCase& Next() {
    if (++pairs_ % kPairsOfADraw == 0) cases_[drawn_++ % kCases] = Draw();
    return cases_[static_cast<std::size_t>(random_.Between(0, std::ssize(cases_) - 1))];
  }
  [[nodiscard]] std::uint64_t num_drawn() const { return drawn_ + kCases; }

 private:
  RandomCase Draw() {
    return support::MakeRandomCase(
        next_++, [this](Random& random) { return ChooseSmallConfig(random, options_); });
  }

  const Options& options_;
  Random random_;
  std::uint64_t next_;
  std::uint64_t pairs_ = 0;
  std::uint64_t drawn_ = 0;
  std::vector<RandomCase> cases_;
};

class Part {
 public:
  Part(const Member& member, const Options& options) : member_(member), options_(options) {}

  void Run() {
    CaseStream cases(options_);
    std::optional<World> world;
    for (std::uint64_t pair = 0; pair < options_.pairs; ++pair) {
      if (pair % options_.rejoin == 0) Join(pair / options_.rejoin, world);
      member_.At(pair);
      const RandomCase& test = cases.Next();
      SCOPED_TRACE(fmt::format("pair {}: {}", pair, test.Describe()));
      support::ExpectTheOraclesResults(*world, test);
      if (testing::Test::HasFailure()) return;
      if ((pair + 1) % options_.report == 0 || pair + 1 == options_.pairs) Report(pair + 1);
    }
    world.reset();
    if (options_.pairs >= kFewestPairsToJudge) {
      EXPECT_EQ(Growth(footprints_, options_.pairs), "") << "process " << member_.index();
    }
    if (member_.index() == 0) Say(fmt::format("{} cases were drawn", cases.num_drawn()));
  }

 private:
  void Join(std::uint64_t round, std::optional<World>& world) const {
    world.reset();
    std::vector<std::int32_t> ranks(static_cast<std::size_t>(options_.ranks));
    std::iota(ranks.begin(), ranks.end(),
              static_cast<std::int32_t>(member_.index()) * options_.ranks);
    const std::size_t first_slot = round * options_.num_groups();
    world.emplace(options_.ep_size(), options_.tp,
                  support::Joining{.world_ranks = ranks,
                                   .root_info = [this, first_slot](std::size_t group, bool make) {
                                     return member_.RootInfo(first_slot + group, make);
                                   }});
  }

  void Report(std::uint64_t pairs) {
    footprints_.push_back(TakeFootprint(pairs));
    Say(fmt::format("{} of {} pairs: {}", pairs, options_.pairs, footprints_.back().Describe()));
  }

  void Say(const std::string& text) const {
    fmt::print("process {}: {}\n", member_.index(), text);
    std::fflush(stdout);
  }

  const Member& member_;
  const Options& options_;
  std::vector<Footprint> footprints_;
};

void AddOptions(CLI::App& app, Options& options) {
  app.add_option("--pairs", options.pairs, "of dispatch and combine")->check(CLI::PositiveNumber);
  app.add_option("--processes", options.processes)->check(CLI::Range(1, 64));
  app.add_option("--ranks", options.ranks, "of each process")->check(CLI::Range(1, 16));
  app.add_option("--tp", options.tp, "ranks of each TP group")->check(CLI::Range(1, 2));
  app.add_option("--seed", options.seed);
  app.add_option("--report", options.report, "pairs between two reports");
  app.add_option("--rejoin", options.rejoin, "pairs between two joins")->check(CLI::PositiveNumber);
  app.add_option("--patience", options.patience, "seconds without progress")
      ->check(CLI::PositiveNumber);
}

// What the library takes from the environment, as tests/property has it.
void SetUpEnvironment() {
  ::setenv("FERRY_LOG", "off", 1);
  ::setenv("FERRY_DEVICE_COUNT", "16", 1);
  ::setenv("HCCL_BUFFSIZE", "1000000", 1);
  ::setenv("HCCL_IF_IP", "127.0.0.1", 1);
  ::setenv("HCCL_HOST_SOCKET_PORT_RANGE", "auto", 1);
}

int Soak(const Options& options) {
  const auto start = std::chrono::steady_clock::now();
  const std::size_t joins = options.pairs / options.rejoin + 1;
  const std::vector<std::string> wrong = support::RunCrowd(
      {.size = static_cast<std::size_t>(options.processes),
       .root_infos = joins * options.num_groups(),
       .patience = std::chrono::seconds(options.patience),
       .body = [&options](const Member& member) { Part(member, options).Run(); }});
  for (const std::string& sentence : wrong) fmt::print("{}\n", sentence);
  if (!wrong.empty()) return 1;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print(
      "{} pairs on {} processes of {} ranks in {:.0f} s ({:.0f} a second): every output "
      "bit-equal{}\n",
      options.pairs, options.processes, options.ranks, took.count(),
      static_cast<double>(options.pairs) / took.count(),
      options.pairs >= kFewestPairsToJudge ? ", nothing grew" : "");
  return 0;
}

}  // namespace
}  // namespace ferry::soak

int main(int argc, char** argv) {
  ferry::soak::Options options;
  CLI::App app("Dispatch and combine, again and again");
  ferry::soak::AddOptions(app, options);
  CLI11_PARSE(app, argc, argv);
  if (options.ep_size() < 2 || options.processes * options.ranks % options.tp != 0) {
    fmt::print(stderr, "--processes times --ranks must be at least two EP ranks of --tp each\n");
    return 2;
  }
  if (options.report == 0) options.report = std::max<std::uint64_t>(1, options.pairs / 20);
  ferry::soak::SetUpEnvironment();
  return ferry::soak::Soak(options);
}
