// The part of a run's ranks that one process holds.
#ifndef FERRY_TOOLS_FERRY_SHARE_H_
#define FERRY_TOOLS_FERRY_SHARE_H_

#include <cstdint>

namespace ferry::tool {

struct Share {
  std::int32_t process = 0;
  std::int32_t num_processes = 1;
  std::int32_t num_ranks = 0;  // of this process: world ranks [first_rank, first_rank + num_ranks)

  [[nodiscard]] std::int32_t first_rank() const { return process * num_ranks; }
  [[nodiscard]] bool is_whole() const { return num_processes == 1; }
};

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_SHARE_H_
