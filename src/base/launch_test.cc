#include "base/launch.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "base/error.h"

namespace ferry {
namespace {

using Variables = std::map<std::string, std::string>;

// Every variable that ReadLaunch asks for; the tests may themselves run under a launcher.
constexpr const char* kAll[] = {"FERRY_RANK",
                                "FERRY_WORLD_SIZE",
                                "FERRY_LOCAL_RANK",
                                "FERRY_ROOT",
                                "RANK",
                                "WORLD_SIZE",
                                "LOCAL_RANK",
                                "LOCAL_WORLD_SIZE",
                                "MASTER_ADDR",
                                "MASTER_PORT",
                                "TORCHELASTIC_RUN_ID",
                                "OMPI_COMM_WORLD_RANK",
                                "OMPI_COMM_WORLD_SIZE",
                                "OMPI_COMM_WORLD_LOCAL_RANK",
                                "OMPI_COMM_WORLD_LOCAL_SIZE",
                                "OMPI_MCA_ess_base_jobid",
                                "PMIX_NAMESPACE",
                                "SLURM_PROCID",
                                "SLURM_NTASKS",
                                "SLURM_LOCALID",
                                "SLURM_NODELIST",
                                "SLURM_STEP_NODELIST",
                                "SLURM_JOB_ID",
                                "SLURM_STEP_ID"};

class LaunchTest : public ::testing::Test {
 protected:
  static void Set(const Variables& variables) {
    for (const char* name : kAll) ::unsetenv(name);
    for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
  }
  static env::Launch Read(const Variables& variables) {
    Set(variables);
    return env::RequireLaunch();
  }
  static std::string Refusal(const Variables& variables) {
    Set(variables);
    try {
      (void)env::RequireLaunch();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kHcclPara);
      return error.message();
    }
    return "none";
  }
  static Variables Torch(const Variables& changes) {
    Variables variables = {{"RANK", "3"},
                           {"WORLD_SIZE", "8"},
                           {"LOCAL_RANK", "1"},
                           {"MASTER_ADDR", "10.0.0.1"},
                           {"MASTER_PORT", "29500"}};
    for (const auto& [name, value] : changes) variables[name] = value;
    return variables;
  }
  void TearDown() override { Set({}); }
};

TEST_F(LaunchTest, ReadsTorchrunsVariablesButNotItsPort) {
  const env::Launch launch = Read(Torch({}));
  EXPECT_EQ(launch.launcher, "torchrun");
  EXPECT_EQ(launch.rank, 3);
  EXPECT_EQ(launch.size, 8);
  EXPECT_EQ(launch.local_rank, 1);
  EXPECT_EQ(launch.root_address, "10.0.0.1");
  EXPECT_GE(launch.root_port, env::kFirstLaunchPort);
  EXPECT_LT(launch.root_port, env::kFirstLaunchPort + env::kNumLaunchPorts);
}

TEST_F(LaunchTest, ReadsOpenMpisVariables) {
  const env::Launch launch = Read({{"OMPI_COMM_WORLD_RANK", "1"},
                                   {"OMPI_COMM_WORLD_SIZE", "2"},
                                   {"OMPI_COMM_WORLD_LOCAL_RANK", "1"}});
  EXPECT_EQ(launch.launcher, "Open MPI");
  EXPECT_EQ(launch.rank, 1);
  EXPECT_EQ(launch.size, 2);
  EXPECT_EQ(launch.root_address, "127.0.0.1");
  EXPECT_EQ(launch.root_port, env::kFirstLaunchPort);
}

TEST_F(LaunchTest, ReadsSlurmsVariablesAndTakesTheFirstOfSeveralNodes) {
  Variables variables = {{"SLURM_PROCID", "5"}, {"SLURM_NTASKS", "6"}, {"SLURM_LOCALID", "2"}};
  EXPECT_EQ(Read(variables).launcher, "Slurm");
  EXPECT_EQ(Read(variables).rank, 5);
  for (const auto& [nodes, address] :
       Variables{{"box", "127.0.0.1"}, {"a,b", "a"}, {"n[03-07,9],x", "n03"}, {"n[2,4]", "n2"}}) {
    variables["SLURM_NODELIST"] = nodes;
    EXPECT_EQ(Read(variables).root_address, address) << nodes;
  }
}

TEST_F(LaunchTest, ABatchScriptOfSlurmIsNoRank) {
  Variables variables = {
      {"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "6"}, {"SLURM_LOCALID", "0"}, {"SLURM_JOB_ID", "77"}};
  Set(variables);
  EXPECT_FALSE(env::ReadLaunch().has_value());
  variables["SLURM_STEP_ID"] = "0";
  EXPECT_EQ(Read(variables).size, 6);
}

TEST_F(LaunchTest, FerrysOwnVariablesComeFirst) {
  const env::Launch launch = Read(Torch({{"FERRY_RANK", "0"},
                                         {"FERRY_WORLD_SIZE", "2"},
                                         {"FERRY_LOCAL_RANK", "0"},
                                         {"FERRY_ROOT", "[::1]:4711"}}));
  EXPECT_EQ(launch.launcher, "ferry launch");
  EXPECT_EQ(launch.size, 2);
  EXPECT_EQ(launch.root_address, "::1");
  EXPECT_EQ(launch.root_port, 4711);
}

TEST_F(LaunchTest, ProcessesThatAreAllHereMeetAtTheLoopbackAddress) {
  EXPECT_EQ(Read(Torch({{"LOCAL_WORLD_SIZE", "8"}})).root_address, "127.0.0.1");
  EXPECT_EQ(Read(Torch({{"LOCAL_WORLD_SIZE", "4"}})).root_address, "10.0.0.1");
}

TEST_F(LaunchTest, JobsOnOneHostMeetAtPortsOfTheirOwn) {
  const auto port = Read(Torch({})).root_port;
  EXPECT_EQ(Read(Torch({{"RANK", "0"}, {"LOCAL_RANK", "0"}})).root_port, port);
  EXPECT_NE(Read(Torch({{"MASTER_PORT", "29501"}})).root_port, port);
}

TEST_F(LaunchTest, AVariableThatIsMissingOrWrongIsNamed) {
  EXPECT_NE(Refusal({}).find("none of FERRY_RANK, RANK, OMPI_COMM_WORLD_RANK, SLURM_PROCID is set"),
            std::string::npos);
  EXPECT_EQ(Refusal({{"RANK", "1"}}), "WORLD_SIZE is not set, but RANK is; must be in [1, 768]");
  EXPECT_EQ(Refusal({{"RANK", "1"}, {"WORLD_SIZE", "2"}}),
            "LOCAL_RANK is not set; must be in [0, WORLD_SIZE = 2)");
  EXPECT_EQ(Refusal(Torch({{"RANK", "8"}})), "RANK is \"8\"; must be in [0, WORLD_SIZE = 8)");
  EXPECT_EQ(Refusal(Torch({{"RANK", "-1"}})), "RANK is \"-1\"; must be in [0, WORLD_SIZE = 8)");
  EXPECT_EQ(Refusal(Torch({{"WORLD_SIZE", "many"}})),
            "WORLD_SIZE is \"many\"; must be in [1, 768]");
  EXPECT_EQ(Refusal(Torch({{"LOCAL_RANK", "9"}})),
            "LOCAL_RANK is \"9\"; must be in [0, WORLD_SIZE = 8)");
  EXPECT_EQ(Refusal(Torch({{"LOCAL_WORLD_SIZE", "9"}})),
            "LOCAL_WORLD_SIZE is \"9\"; must be in [1, WORLD_SIZE = 8]");
}

TEST_F(LaunchTest, ARootIsAHostAndAPort) {
  for (const char* text : {"host", "host:", ":5000", "host:0", "host:65536", "::1:5000", "[::1]",
                           "[::1:5000", "host:5000x", "[]:5000"}) {
    EXPECT_EQ(Refusal(Torch({{"FERRY_ROOT", text}})),
              "FERRY_ROOT is \"" + std::string(text) +
                  "\"; must be host:port or [IPv6 address]:port, the port in [1, 65535]");
  }
  EXPECT_EQ(Read(Torch({{"FERRY_ROOT", "node.example:65535"}})).root_port, 65535);
}

}  // namespace
}  // namespace ferry
