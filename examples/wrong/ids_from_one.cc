// The gate counts its experts from 1.
#include "ranks.h"

int main() {
  wrong::Arguments arguments;
  arguments.ids = {1, 3, 2, 4};  // wrong: ids are 0, 1, 2, 3
  wrong::Ranks ranks = wrong::Start({wrong::Arguments(), arguments});
  for (auto& rank : ranks) wrong::Dispatch(*rank);
  for (auto& rank : ranks) wrong::Wait(*rank);
  wrong::Finish(ranks);
}
