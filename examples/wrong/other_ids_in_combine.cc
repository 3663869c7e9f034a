// The gate of the next step has already overwritten expertIds when combine runs.
#include "ranks.h"

int main() {
  setenv("FERRY_STRICT", "1", 1);
  wrong::Ranks ranks = wrong::Start();
  for (auto& rank : ranks) wrong::Dispatch(*rank);
  for (auto& rank : ranks) wrong::Wait(*rank);
  ranks[1]->ids.Upload({3, 1, 0, 2});  // wrong: combine wants those of its dispatch
  for (auto& rank : ranks) wrong::Combine(*rank);
  for (auto& rank : ranks) wrong::Wait(*rank);
  wrong::Finish(ranks);
}
