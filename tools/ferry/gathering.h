// What the processes of a run have found, brought to the first of them.
#ifndef FERRY_TOOLS_FERRY_GATHERING_H_
#define FERRY_TOOLS_FERRY_GATHERING_H_

#include <string>
#include <vector>

#include "base/fd.h"
#include "share.h"

namespace ferry::tool {

// A stream from each process to process 0, over an abstract Unix socket between processes of one
// user.
class Gathering {
 public:
  // Collective; `name` is equal on all processes and of this run alone. Throws std::runtime_error
  // when a process does not come within 60 s.
  Gathering(const std::string& name, const Share& share);

  // On process 0: the texts of all, by process; "" of one that has ended without. Nothing
  // elsewhere. Throws std::runtime_error where process 0 has gone or a text does not come within
  // 300 s.
  [[nodiscard]] std::vector<std::string> Gather(const std::string& text);

 private:
  void AcceptAll(const std::string& name);
  void ConnectToFirst(const std::string& name);

  Share share_;
  std::vector<UniqueFd> streams_;  // by process on process 0; else the one to it
};

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_GATHERING_H_
