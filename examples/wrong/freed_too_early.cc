// A tensor is freed while the operator that reads it is still queued.
#include "ranks.h"

int main() {
  setenv("FERRY_STRICT", "1", 1);
  wrong::Ranks ranks = wrong::Start();
  wrong::Dispatch(*ranks[0]);
  wrong::Say("aclrtFree", aclrtFree(ranks[0]->x.data()));  // wrong: before the synchronise
  wrong::Dispatch(*ranks[1]);
  for (auto& rank : ranks) wrong::Wait(*rank);
  wrong::Finish(ranks);
}
