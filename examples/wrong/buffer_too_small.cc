// The buffer of the communicator is smaller than the largest call needs.
#include "ranks.h"

int main() {
  setenv("HCCL_BUFFSIZE", "4", 1);  // wrong: enough for 128 tokens, not for 256
  constexpr int64_t kMany = 256;
  const wrong::Arguments large = {.ids = std::vector<int32_t>(kMany * wrong::kTopK),
                                  .tokens = kMany,
                                  .rows = wrong::Capacity(kMany)};
  wrong::Ranks ranks = wrong::Start({large, large});
  wrong::Dispatch(*ranks[0]);
  wrong::Finish(ranks);
}
