// Two ranks were started with different models.
#include "ranks.h"

int main() {
  wrong::Arguments other;
  other.experts = 2;  // wrong: rank 0 says 4
  wrong::Ranks ranks = wrong::Start({wrong::Arguments(), other});
  for (auto& rank : ranks) wrong::Dispatch(*rank);
  for (auto& rank : ranks) wrong::Wait(*rank);
  wrong::Finish(ranks);
}
