// Who may be in the group: the checks of one rank's request against those accepted before.
#ifndef FERRY_COMM_JOIN_ADMISSION_H_
#define FERRY_COMM_JOIN_ADMISSION_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "comm/join/join.h"

namespace ferry::comm {

class Admission {
 public:
  explicit Admission(Home root) : root_(std::move(root)) {}

  // Takes the rank in, or throws Error{kHcclPara, kHcclNotSupport} with the sentence that the rank
  // gets.
  void Admit(const JoinRequest& request);

  // Remembers a refusal, for the sentence of a timeout; the last 8 are kept.
  void NoteRefusal(const std::string& from, const std::string& text);

  [[nodiscard]] bool IsComplete() const;
  // By rank; complete only.
  [[nodiscard]] JoinedGroup Group() const;

  // "rank(s) 2, 5 did not join within 140 s" and the refusals.
  [[nodiscard]] std::string SayMissing(std::chrono::milliseconds limit) const;

 private:
  void CheckHome(const JoinRequest& request) const;

  const Home root_;
  std::map<std::int32_t, JoinRequest> accepted_;  // by rank
  std::int32_t first_ = -1;                       // the rank that came first
  std::string name_;
  std::deque<std::string> refusals_;
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_ADMISSION_H_
