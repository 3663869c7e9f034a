// A tensor is freed between the two phases of the operator that reads it.
#include "ranks.h"

int main() {
  setenv("FERRY_STRICT", "1", 1);
  wrong::Ranks ranks = wrong::Start();
  wrong::Use(*ranks[0]);
  aclOpExecutor* executor = nullptr;
  wrong::PrepareDispatch(*ranks[0], &executor);
  CHECK(aclrtFree(ranks[0]->ids.data()));  // wrong: phase 1 has read nothing yet
  wrong::LaunchDispatch(*ranks[0], executor);
  wrong::Dispatch(*ranks[1]);
  for (auto& rank : ranks) wrong::Wait(*rank);
  std::exit(1);  // without destructors, which would free it once more
}
