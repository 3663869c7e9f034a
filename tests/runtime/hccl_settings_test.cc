// Settings of hccl, and the functions that it does not have.
#include <gtest/gtest.h>
#include <hccl/hccl.h>

#include <cstdint>
#include <string>
#include <thread>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

std::int32_t Deterministic() {
  HcclConfigValue value = {-1};
  EXPECT_EQ(HcclGetConfig(HCCL_DETERMINISTIC, &value), HCCL_SUCCESS);
  return value.value;
}

TEST(HcclConfigTest, IsKeptForTheWholeProcess) {
  EXPECT_EQ(Deterministic(), 0);
  for (const std::int32_t value : {1, 2, 0}) {
    std::thread([value] {
      EXPECT_EQ(HcclSetConfig(HCCL_DETERMINISTIC, HcclConfigValue{value}), HCCL_SUCCESS);
    }).join();
    EXPECT_EQ(Deterministic(), value);
  }
}

TEST(HcclConfigTest, RefusesWhatIsNone) {
  HcclConfigValue value = {7};
  ExpectFailure(HcclGetConfig(HCCL_DETERMINISTIC, nullptr), HCCL_E_PTR,
                {"HcclGetConfig: configValue is null"});
  ExpectFailure(HcclGetConfig(Odd<HcclConfig>(1), &value), HCCL_E_PARA,
                {"HcclGetConfig: config is 1; must be 0"});
  ExpectFailure(HcclSetConfig(Odd<HcclConfig>(1), HcclConfigValue{0}), HCCL_E_PARA,
                {"HcclSetConfig: config is 1; must be 0"});
  for (const std::int32_t bad : {-1, 3})
    ExpectFailure(HcclSetConfig(HCCL_DETERMINISTIC, HcclConfigValue{bad}), HCCL_E_PARA,
                  {"configValue is " + std::to_string(bad) + "; must be in [0, 2]"});
  EXPECT_EQ(value.value, 7) << "a refused call writes nothing";
  EXPECT_EQ(Deterministic(), 0);
}

TEST(HcclCommConfigTest, KnowsTwelveFields) {
  EXPECT_EQ(HcclGetCommConfigCapability(), 12U);
}

TEST(HcclOptional, SaysThatItIsNotSupported) {
  const auto expect_missing = [](HcclResult answer, const std::string& api) {
    ExpectFailure(answer, HCCL_E_NOT_SUPPORT, {api + ": ", " is not supported"});
  };
  expect_missing(HcclCommSuspend(nullptr), "HcclCommSuspend");
  expect_missing(HcclCommResume(nullptr), "HcclCommResume");
  expect_missing(HcclCommSetMemoryRange(nullptr, nullptr, 1, 1, 0), "HcclCommSetMemoryRange");
  expect_missing(HcclCommUnsetMemoryRange(nullptr, nullptr), "HcclCommUnsetMemoryRange");
  expect_missing(HcclCommActivateCommMemory(nullptr, nullptr, 1, 0, nullptr, 0),
                 "HcclCommActivateCommMemory");
  expect_missing(HcclCommDeactivateCommMemory(nullptr, nullptr), "HcclCommDeactivateCommMemory");
  expect_missing(HcclCommWorkingDevNicSet(nullptr, nullptr, nullptr, 0),
                 "HcclCommWorkingDevNicSet");
  expect_missing(HcclGroupStart(), "HcclGroupStart");
  expect_missing(HcclGroupEnd(), "HcclGroupEnd");
  expect_missing(HcclCommRegister(nullptr, nullptr, 1, nullptr, 0), "HcclCommRegister");
  expect_missing(HcclCommDeregister(nullptr, nullptr), "HcclCommDeregister");
  expect_missing(HcclCommExchangeMem(nullptr, nullptr, nullptr, 0), "HcclCommExchangeMem");
}

}  // namespace
}  // namespace ferry::runtime_test
