// Where the processes of one launch meet, and what lets nobody else in.
#ifndef FERRY_TOOLS_FERRY_MEETING_PLACE_H_
#define FERRY_TOOLS_FERRY_MEETING_PLACE_H_

#include <string>

#include "base/fd.h"

namespace ferry::tool {

// Both are gone when this process has ended, kill -9 included.
class MeetingPlace {
 public:
  // Throws std::runtime_error when the system has no port or no memory.
  MeetingPlace();

  // FERRY_ROOT: a port of the loopback address that nobody else is given while this object lives.
  [[nodiscard]] std::string root() const;
  // FERRY_SECRET_FILE: memory of this process, which other processes of the user can read.
  [[nodiscard]] const std::string& secret_file() const { return secret_file_; }

 private:
  UniqueFd port_;    // bound, so that it is taken, and not listening, so that rank 0 may
  UniqueFd secret_;  // of a memfd
  std::string secret_file_;
};

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_MEETING_PLACE_H_
