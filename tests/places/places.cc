// Leaves memory behind and lets a call fail, from lines whose results nobody looks at: there a call
// returns to another line than its own. check_places.py knows the calls by their texts.
#include "../../examples/wrong/ranks.h"

namespace places {

volatile int steps = 0;

__attribute__((noinline)) void AllocateRows() {
  void* rows = nullptr;
  aclrtMalloc(&rows, 64, ACL_MEM_MALLOC_HUGE_FIRST);
  steps = 1;
}

// Ends with a call that does not return: what lies behind it is another function.
[[noreturn]] __attribute__((noinline)) void RunAndExit() {
  AllocateRows();
  std::exit(aclFinalize());
}

// Ranks with different models, whose dispatch fails.
__attribute__((noinline)) void DispatchDifferently() {
  wrong::Ranks ranks = wrong::Start({{}, {.experts = 2}});
  for (const auto& rank : ranks) {
    wrong::Dispatch(*rank);
    steps = 2;
  }
  for (const auto& rank : ranks) wrong::Wait(*rank);
  wrong::Finish(ranks);
}

}  // namespace places

int main() {
  setenv("FERRY_STRICT", "1", 1);
  setenv("FERRY_TRACE", "1", 1);
  places::DispatchDifferently();
  CHECK(aclInit(nullptr));
  CHECK(aclrtSetDevice(0));
  places::RunAndExit();
}
