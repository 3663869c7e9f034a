// The buffer of the communicator is smaller than the largest call needs.
#include "ranks.h"

int main() {
  setenv("HCCL_BUFFSIZE", "1", 1);  // wrong: too few MiB
  wrong::Ranks ranks = wrong::Start();
  wrong::Dispatch(*ranks[0]);
  wrong::Finish(ranks);
}
