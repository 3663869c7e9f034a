// How long another process is waited for.
#ifndef FERRY_COMM_PATIENCE_H_
#define FERRY_COMM_PATIENCE_H_

#include <functional>

#include "base/clock.h"

namespace ferry::comm {

struct Patience {
  Deadline deadline = Deadline::Never();
  // Asked several times a second: whether there is no point in waiting any longer, because the
  // process has ended, say. Null: there always is.
  std::function<bool()> pointless{};

  [[nodiscard]] bool Ended() const { return deadline.Passed() || (pointless && pointless()); }
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_PATIENCE_H_
