// The operators under a FERRY_PRODUCT that they do not know, or not yet. The variable is read once
// a process, so this program is run once for each value (CMakeLists.txt).
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "support/world.h"
#include "wrong_calls_args.h"

namespace ferry::conformance {
namespace {

std::string Product() {
  const char* const product = std::getenv("FERRY_PRODUCT");
  return product != nullptr ? product : "";
}

template <class Args>
Args ValidArgs(const support::World& world) {
  Args args;
  args.group_ep = world.rank(0).ep_name;
  args.Fit();
  return args;
}

void ExpectRefused(const Answer& answer, const std::string& id, const std::string& text) {
  EXPECT_EQ(answer.code, 161002);
  EXPECT_NE(answer.message.find("[" + id + "]"), std::string::npos) << answer.message;
  EXPECT_NE(answer.message.find("\"" + Product() + "\""), std::string::npos) << answer.message;
  EXPECT_NE(answer.message.find(text), std::string::npos) << answer.message;
}

TEST(Product, AnUnknownOneIsRefusedByName) {
  if (Product() != "a9") GTEST_SKIP() << "run with FERRY_PRODUCT=a9";
  const support::World world(2);
  auto dispatch = ValidArgs<DispatchArgs>(world);
  ExpectRefused(Ask(dispatch), "dispatch-2-product", "be unset, empty, \"a3\" or \"a2\"");
  dispatch.x.dtype = ACL_FLOAT;  // a later row
  ExpectRefused(Ask(dispatch), "dispatch-2-product", "be unset, empty, \"a3\" or \"a2\"");
  ExpectRefused(Ask(ValidArgs<CombineArgs>(world)), "combine-2-product",
                "be unset, empty, \"a3\" or \"a2\"");
}

TEST(Product, A2IsNotYetThere) {
  if (Product() != "a2") GTEST_SKIP() << "run with FERRY_PRODUCT=a2";
  const support::World world(2);
  ExpectRefused(Ask(ValidArgs<DispatchArgs>(world)), "dispatch-2-later-A2", "not yet");
  ExpectRefused(Ask(ValidArgs<CombineArgs>(world)), "combine-2-later-A2", "not yet");
  auto combine = ValidArgs<CombineArgs>(world);
  combine.expert_ids.dtype = ACL_INT64;  // what every product refuses comes first
  const Answer answer = Ask(combine);
  EXPECT_EQ(answer.code, 161002);
  EXPECT_NE(answer.message.find("[combine-2-expertIds]"), std::string::npos) << answer.message;
}

TEST(Product, A3IsAcceptedByNameAndByAnEmptyText) {
  if (Product() != "a3" && !Product().empty()) GTEST_SKIP() << "run with FERRY_PRODUCT=a3 or empty";
  const support::World world(2);
  EXPECT_EQ(Ask(ValidArgs<DispatchArgs>(world)).code, 0);
  EXPECT_EQ(Ask(ValidArgs<CombineArgs>(world)).code, 0);
}

}  // namespace
}  // namespace ferry::conformance
