// A mask says which tokens count, and globalBs that the ranks' batches differ: one of the two.
#include "ranks.h"

int main() {
  wrong::Arguments arguments;
  arguments.mask = true;
  arguments.global_bs = 8;  // wrong: 4 is tokens x ranks
  arguments.rows = 16;
  wrong::Ranks ranks = wrong::Start({arguments, arguments});
  wrong::Dispatch(*ranks[0]);
  wrong::Finish(ranks);
}
