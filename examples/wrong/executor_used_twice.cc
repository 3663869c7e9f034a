// An executor is kept for the next step, though it serves one launch only.
#include "ranks.h"

int main() {
  wrong::Ranks ranks = wrong::Start();
  std::vector<aclOpExecutor*> executors(wrong::kRanks);
  for (auto& rank : ranks) {
    wrong::Use(*rank);
    wrong::PrepareDispatch(*rank, &executors[static_cast<size_t>(rank->number)]);
    wrong::LaunchDispatch(*rank, executors[static_cast<size_t>(rank->number)]);
  }
  for (auto& rank : ranks) wrong::Wait(*rank);
  wrong::LaunchDispatch(*ranks[0], executors[0]);  // wrong: used again
  wrong::Finish(ranks);
}
