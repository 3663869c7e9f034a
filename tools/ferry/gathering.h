// What the processes of a run have found, brought to the first of them.
#ifndef FERRY_TOOLS_FERRY_GATHERING_H_
#define FERRY_TOOLS_FERRY_GATHERING_H_

#include <chrono>
#include <string>
#include <vector>

#include "base/fd.h"
#include "share.h"

namespace ferry::tool {

// How long is waited, on either side.
struct GatheringTimes {
  std::chrono::milliseconds to_come = std::chrono::seconds(60);    // until all are there
  std::chrono::milliseconds to_say_who = std::chrono::seconds(5);  // one that has connected
  std::chrono::milliseconds to_tell = std::chrono::seconds(300);   // all of them
};

// A stream from each process to process 0, over an abstract Unix socket between processes of one
// user. Who else connects there holds nobody up.
class Gathering {
 public:
  // Collective; `name` is equal on all processes and of this run alone. Throws std::runtime_error
  // when a process does not come in time.
  Gathering(const std::string& name, const Share& share, const GatheringTimes& times = {});

  // On process 0: the texts of all, by process; "" of one that has ended without. Nothing
  // elsewhere. Throws std::runtime_error where process 0 has gone, or a text does not come in time
  // or is longer than 256 MiB.
  [[nodiscard]] std::vector<std::string> Gather(const std::string& text);

 private:
  void AcceptAll(const std::string& name);
  void ConnectToFirst(const std::string& name);
  void Tell(const std::string& text) const;

  const Share share_;
  const GatheringTimes times_;
  std::vector<UniqueFd> streams_;  // by process on process 0; else the one to it
};

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_GATHERING_H_
