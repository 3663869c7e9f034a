// expandX has room for this rank's own tokens, not for all that may arrive from every rank.
#include "ranks.h"

int main() {
  wrong::Arguments arguments;
  arguments.rows = wrong::kTokens * wrong::kTopK;  // wrong: the ranks' number is missing
  wrong::Ranks ranks = wrong::Start({arguments, arguments});
  wrong::Dispatch(*ranks[0]);
  wrong::Finish(ranks);
}
