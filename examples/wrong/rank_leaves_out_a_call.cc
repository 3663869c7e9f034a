// Rank 1 has no tokens in this step and so leaves the call out, but a rank always takes part.
#include "ranks.h"

int main() {
  setenv("HCCL_EXEC_TIMEOUT", "1", 1);  // seconds; 1836 unless set
  wrong::Ranks ranks = wrong::Start();
  wrong::Dispatch(*ranks[0]);  // wrong: nobody calls it for rank 1
  wrong::Wait(*ranks[0]);
  wrong::Finish(ranks);
}
