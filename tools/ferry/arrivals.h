// Who has connected and not yet said which process it is.
#ifndef FERRY_TOOLS_FERRY_ARRIVALS_H_
#define FERRY_TOOLS_FERRY_ARRIVALS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"

namespace ferry::tool {

// A process that has said who it is.
struct Introduced {
  std::uint32_t process = 0;
  UniqueFd stream;
};

// All of them are listened to at once, each for as long as `patience`: a stranger that says half a
// number, or none, is dropped, and nobody has waited for it.
class Arrivals {
 public:
  // `listener` is not owned and must not block. Of more than `most` the oldest are dropped.
  Arrivals(int listener, std::chrono::milliseconds patience, std::size_t most)
      : listener_(listener), patience_(patience), most_(most) {}

  // Who has introduced itself; maybe nobody until `deadline`. False when that has passed.
  bool Await(Deadline deadline, std::vector<Introduced>* introduced);

 private:
  struct Arrival {
    UniqueFd stream;
    Deadline until;
    std::string said;
  };

  void AcceptNew();
  void Listen(std::vector<Introduced>* introduced);
  [[nodiscard]] Deadline NextEnd(Deadline deadline) const;

  const int listener_;
  const std::chrono::milliseconds patience_;
  const std::size_t most_;
  std::deque<Arrival> waiting_;  // the oldest first
};

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_ARRIVALS_H_
