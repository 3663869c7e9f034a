// `ferry check`, run as a user runs it.
#include <gtest/gtest.h>

#include <string>

#include "run_shell.h"

namespace ferry::tool {
namespace {

TEST(FerryCheck, EndsWithZeroOneOrTwo) {
  const std::string call =
      std::string(FERRY_TOOL_PATH) + " check --op combine --preset mixtral-8x7b --ep 8 --bs 4 ";
  const Outcome accepted = RunShell(call);
  EXPECT_EQ(accepted.status, 0) << accepted.output;
  EXPECT_TRUE(Contains(accepted.output, "rules, none fail;")) << accepted.output;
  const Outcome refused = RunShell(call + "--tp-rank 1");
  EXPECT_EQ(refused.status, 1) << refused.output;
  EXPECT_TRUE(Contains(refused.output, "FAILS\n  combine-A3-6 ")) << refused.output;
  const Outcome unclear = RunShell(call + "--shape nothing=1");
  EXPECT_EQ(unclear.status, 2) << unclear.output;
}

TEST(FerryCheck, SeesTheEnvironment) {
  const std::string call =
      std::string(FERRY_TOOL_PATH) + " check --op combine --preset mixtral-8x7b --ep 8 --bs 4";
  EXPECT_TRUE(Contains(RunShell("HCCL_BUFFSIZE=1 " + call).output, "FAILS\n  combine-A3-35a "));
  EXPECT_TRUE(Contains(RunShell("FERRY_PRODUCT=a9 " + call).output, "FAILS\n  combine-2-product "));
  EXPECT_TRUE(Contains(RunShell("FERRY_STRICT=1 " + call).output, ", strict: "));
}

// What a program that is refused prints can be run as it stands.
TEST(FerryCheck, TheLineThatARefusalPrintsShowsTheSameRule) {
  const Outcome refused =
      RunShell(std::string("HCCL_BUFFSIZE=1 ") + FERRY_TOOL_PATH +
               " run --preset mixtral-8x7b --ep 4 --bs 4 --text " FERRY_TEST_TEXT);
  EXPECT_EQ(refused.status, 1) << refused.output;
  const std::string before = "every rule of this call: ferry ";
  const std::size_t at = refused.output.find(before);
  ASSERT_NE(at, std::string::npos) << refused.output;
  EXPECT_EQ(refused.output.find(before, at + 1), std::string::npos) << "once a process";
  const std::size_t begin = at + before.size();
  const std::string flags = refused.output.substr(begin, refused.output.find('\n', begin) - begin);
  const Outcome check = RunShell(std::string(FERRY_TOOL_PATH) + " " + flags);
  EXPECT_EQ(check.status, 1) << flags << "\n" << check.output;
  EXPECT_TRUE(Contains(check.output, "[dispatch-A3-40a]")) << check.output;
  EXPECT_TRUE(Contains(check.output, "is 1 MiB")) << check.output;
}

// A program's whole output, pasted or piped.
TEST(FerryCheck, FindsTheCallInWhatARefusedProgramPrints) {
  const std::string refused = std::string("HCCL_BUFFSIZE=1 ") + FERRY_TOOL_PATH +
                              " run --preset mixtral-8x7b --ep 4 --bs 4 --text " FERRY_TEST_TEXT
                              " 2>&1";
  const std::string check = std::string(FERRY_TOOL_PATH) + " check ";
  const Outcome piped = RunShell(refused + " | " + check + "--env -");
  EXPECT_EQ(piped.status, 1) << piped.output;
  EXPECT_TRUE(Contains(piped.output, "[dispatch-A3-40a]")) << piped.output;
  const Outcome pasted = RunShell(check + "--env \"$(" + refused + ")\"");
  EXPECT_EQ(pasted.output, piped.output);
  const Outcome mended = RunShell(refused + " | " + check + "--env - --buffsize 300");
  EXPECT_EQ(mended.status, 0) << mended.output;
}

TEST(FerryCheck, AProgramsLineIsCheckedAsThatProgramWas) {
  const std::string check = std::string(FERRY_TOOL_PATH) + " check ";
  const std::string line =
      "ferry check --op dispatch --ep 2 --ep-rank 0 --moe-experts 4 --bs 2 --h 1024 --k 2 ";
  const std::string elsewhere = "FERRY_STRICT=1 FERRY_PRODUCT=a2 HCCL_BUFFSIZE=1 ";
  // Without gaps on the device, but Ferry takes it.
  const std::string lenient = "--env '" + line + "--strides assistInfo=0'";
  const Outcome here = RunShell(check + lenient);
  EXPECT_EQ(here.status, 0) << here.output;
  EXPECT_TRUE(Contains(here.output, "accepted here, refused by the device")) << here.output;
  EXPECT_EQ(RunShell(elsewhere + check + lenient).output, here.output);
  const Outcome strict = RunShell(elsewhere + check + lenient + " --strict");
  EXPECT_TRUE(Contains(strict.output, "phase 1 returns 561002 [dispatch-A3-strict-contiguous-"))
      << strict.output;
  const Outcome no_device = RunShell(check + "--env '" + line + "--device none'");
  EXPECT_TRUE(Contains(no_device.output, "[dispatch-1-1]")) << no_device.output;
  EXPECT_TRUE(Contains(no_device.output, "none is set")) << no_device.output;
}

TEST(FerryCheck, AnEmptyTextIsGivenBesideALineOrAFile) {
  const std::string check = std::string(FERRY_TOOL_PATH) + " check ";
  const std::string line =
      "--env 'ferry check --op dispatch --ep 2 --moe-experts 4 --bs 2 --h 1024 "
      "--k 2 --comm-alg fullmesh_v3'";
  EXPECT_EQ(RunShell(check + line).status, 1);
  EXPECT_EQ(RunShell(check + line + " --comm-alg ''").status, 0);
  EXPECT_TRUE(Contains(RunShell(check + line + " --comm-alg '' --group-ep ''").output,
                       "groupEp is \"\"; must be the name"));
  const std::string json =
      R"(echo '{"op": "dispatch", "preset": "mixtral-8x7b", "ep": 8, "bs": 4, "comm-alg": "v3"}' | )";
  EXPECT_EQ(RunShell(json + check + "--from /dev/stdin").status, 1);
  EXPECT_EQ(RunShell(json + check + "--from /dev/stdin --comm-alg ''").status, 0);
  EXPECT_EQ(RunShell(check + "--from ''").output,
            "ferry check: --from is '', which cannot be read: No such file or directory\n");
}

TEST(FerryCheck, JsonComesThroughAPipeToo) {
  const std::string check = std::string(FERRY_TOOL_PATH) + " check ";
  const std::string json =
      R"('{"op": "dispatch", "preset": "mixtral-8x7b", "ep": 8, "bs": 4, "comm-alg": ""}')";
  const Outcome piped = RunShell("echo " + json + " | " + check + "--from /dev/stdin");
  EXPECT_EQ(piped.status, 0) << piped.output;
  const Outcome folder = RunShell(check + "--from /etc");
  EXPECT_EQ(folder.status, 2) << folder.output;
  EXPECT_EQ(folder.output, "ferry check: --from is '/etc', which cannot be read: Is a directory\n");
}

TEST(FerryCheck, AMessageWithoutACallIsAnsweredWithWhatHasOne) {
  const std::string check = std::string(FERRY_TOOL_PATH) + " check ";
  for (const std::string message : {"''", "'synchronise failed. ret = 507015'", "- < /dev/null"}) {
    const Outcome outcome = RunShell(check + "--env " + message);
    EXPECT_EQ(outcome.status, 2) << outcome.output;
    EXPECT_TRUE(Contains(outcome.output,
                         "--env holds no `ferry check --op ...` line; must be what "
                         "a refused program has printed"))
        << outcome.output;
  }
  EXPECT_EQ(RunShell(check + "--env x --from y").status, 2);
}

}  // namespace
}  // namespace ferry::tool
