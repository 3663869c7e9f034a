#include "ops/agreement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "ops/example_calls.h"

namespace ferry::ops {
namespace {

using testing::MakeDispatchCall;

std::vector<comm::Attribute> Agreement(const MoeCall& call) {
  return AgreementOf(call, {.name = "dispatch",
                            .rows_name = "x",
                            .rows_type = DType::kBFloat16,
                            .quant_name = "quantMode",
                            .quant_mode = 0});
}

std::string ValueOf(const std::vector<comm::Attribute>& attributes, const std::string& name) {
  const auto it = std::find_if(attributes.begin(), attributes.end(),
                               [&](const comm::Attribute& a) { return a.name == name; });
  return it == attributes.end() ? "(none)" : it->value;
}

TEST(Agreement, ComparesTheOperatorFirst) {
  const auto attributes = Agreement(MakeDispatchCall());
  ASSERT_FALSE(attributes.empty());
  EXPECT_EQ(attributes[0].name, "operator");
  EXPECT_EQ(attributes[0].value, "dispatch");
}

TEST(Agreement, FitsARecord) {
  const auto attributes = Agreement(MakeDispatchCall());
  EXPECT_LT(attributes.size(), comm::kMaxAttributes);  // the TP pair adds one
  for (const comm::Attribute& attribute : attributes) {
    EXPECT_LE(attribute.name.size(), comm::kMaxAttributeName);
    EXPECT_LE(attribute.value.size(), comm::kMaxAttributeValue);
  }
}

TEST(Agreement, ComparesWhatIsMeantNotWhatIsWritten) {
  DispatchCall call = MakeDispatchCall();
  const auto with_zero = Agreement(call);
  call.global_bs = 8;
  call.tp_world_size = 1;
  call.comm_alg = StringArg("fullmesh_v1", kCommAlgBytes);
  const auto written_out = Agreement(call);
  for (const char* name : {"globalBs", "tpWorldSize", "commAlg"})
    EXPECT_EQ(ValueOf(with_zero, name), ValueOf(written_out, name)) << name;
  EXPECT_EQ(ValueOf(with_zero, "globalBs"), "8");
}

TEST(Agreement, NormalisesSharedExperts) {
  DispatchCall call = MakeDispatchCall();
  call.shared_expert_rank_num = 0;
  EXPECT_EQ(ValueOf(Agreement(call), "sharedExpertNum"), "0");
}

TEST(Agreement, LongTextsStayDifferent) {
  DispatchCall a = MakeDispatchCall();
  DispatchCall b = MakeDispatchCall();
  const std::string beginning(100, 'x');
  a.comm_alg = StringArg((beginning + "1").c_str(), kCommAlgBytes);
  b.comm_alg = StringArg((beginning + "2").c_str(), kCommAlgBytes);
  const std::string value = ValueOf(Agreement(a), "commAlg");
  EXPECT_LE(value.size(), comm::kMaxAttributeValue);
  EXPECT_NE(value, ValueOf(Agreement(b), "commAlg"));
}

}  // namespace
}  // namespace ferry::ops
