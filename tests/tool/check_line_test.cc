// The line that a refused program prints, for every wrong call of the conformance suite, checked by
// a `ferry check` whose environment says other things than the program's did.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "base/env.h"
#include "ops/combine_rules.h"
#include "ops/dispatch_rules.h"
#include "run_shell.h"
#include "wrong_calls_bench.h"
#include "wrong_calls_probe.h"

namespace ferry::tool {
namespace {

using conformance::Answer;
using conformance::Bench;
using conformance::Phase;
using conformance::Probe;
using conformance::Probes;

// What a user sees of one call.
struct Seen {
  Answer answer;
  std::string lines;  // of stderr
};

template <class Args>
Seen AskAsAProgram(const Args& args, Phase phase) {
  Seen seen;
  ::testing::internal::CaptureStderr();
  seen.answer = Ask(args, phase);
  seen.lines = ::testing::internal::GetCapturedStderr();
  return seen;
}

// `ferry check --env -` with all that a program has printed.
std::string CheckElsewhere(const std::string& lines) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("ferry_check_line_test." + std::to_string(::getpid()));
  std::ofstream(path) << lines;
  const std::string other = env::Strict() ? "0" : "1";
  const Outcome outcome = RunShell("FERRY_STRICT=" + other + " FERRY_PRODUCT=a2 HCCL_BUFFSIZE=1 " +
                                   FERRY_TOOL_PATH + " check --env - < " + path.string());
  std::filesystem::remove(path);
  return outcome.output;
}

// ` 561002 [dispatch-A3-30]`, of the rule that a message ends with.
std::string CodeAndRule(const Answer& answer) {
  return " " + std::to_string(answer.code) + " " + answer.message.substr(answer.message.rfind('['));
}

template <class Call>
bool IsOfPhaseTwo(const ops::Rules<Call>& rows, const std::string& id) {
  for (const ops::Rule<Call>& row : rows)
    if (row.id == id) return row.demand == ops::Demand::kLaunch;
  return false;
}

class CheckLine : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    ::setenv("FERRY_LOG", "info", 1);  // every refusal prints its line, not the first alone
    bench_ = std::make_unique<Bench>();
  }
  static void TearDownTestSuite() {
    bench_.reset();
    ::unsetenv("FERRY_LOG");
  }

  // How many of the calls were refused, each by the rule that its line shows.
  template <class Args, class Call>
  static int RefusedAlike(const Probes<Args>& probes, const ops::Rules<Call>& rows) {
    int refused = 0;
    for (const Probe<Args>& probe : probes) {
      SCOPED_TRACE(probe.id + ", " + probe.value);
      Args args = bench_->Base<Args>(probe.base);
      probe.outside(args);
      const bool at_launch = IsOfPhaseTwo(rows, probe.id);
      const Seen seen = AskAsAProgram(args, at_launch ? Phase::kSecond : Phase::kFirst);
      if (seen.answer.code == 0) continue;  // by a strict row alone
      ++refused;
      const std::string shown = CheckElsewhere(seen.lines);
      EXPECT_TRUE(Contains(shown, " returns" + CodeAndRule(seen.answer))) << seen.lines << shown;
    }
    return refused;
  }

  static std::unique_ptr<Bench> bench_;
};

std::unique_ptr<Bench> CheckLine::bench_;

TEST_F(CheckLine, OfAWrongDispatchShowsTheRuleThatRefusedIt) {
  const auto probes = DispatchProbes(*bench_);
  EXPECT_GE(RefusedAlike(probes, ops::DispatchRules()), 100);
}

TEST_F(CheckLine, OfAWrongCombineShowsTheRuleThatRefusedIt) {
  const auto probes = CombineProbes(*bench_);
  EXPECT_GE(RefusedAlike(probes, ops::CombineRules()), 100);
}

TEST_F(CheckLine, SaysThatNoDeviceWasSet) {
  auto args = bench_->Base<conformance::DispatchArgs>(conformance::Variant::kPlain);
  args.device_is_set = false;
  const Seen seen = AskAsAProgram(args, Phase::kFirst);
  const std::string none = "current device (none is set";
  EXPECT_TRUE(Contains(seen.answer.message, none)) << seen.answer.message;
  const std::string shown = CheckElsewhere(seen.lines);
  EXPECT_TRUE(Contains(shown, none)) << seen.lines << shown;
}

}  // namespace
}  // namespace ferry::tool
