// One rank's side of a join: the challenge, and waiting for the ticket.
#ifndef FERRY_COMM_JOIN_JOIN_CLIENT_H_
#define FERRY_COMM_JOIN_JOIN_CLIENT_H_

#include <string>

#include "base/clock.h"
#include "base/fd.h"
#include "comm/join/connection.h"
#include "comm/join/join.h"
#include "comm/join/message.h"

namespace ferry::comm {

// Used by one thread.
class JoinClient {
 public:
  // `where` names the root in sentences. request.timeout is ignored: `deadline` is its end.
  JoinClient(UniqueFd socket, std::string where, JoinRequest request, Deadline deadline);

  // Throws Error as Join does.
  [[nodiscard]] Ticket TakePart(const Id& id, const Secret& secret);

  // Whether the root has proved that it is the one, so that its end is the end of the join.
  [[nodiscard]] bool HasMetRoot() const { return has_met_root_; }

 private:
  [[nodiscard]] Hello AwaitHello(const Id& id);
  [[nodiscard]] Reply AwaitReply(const Secret& secret, const Hello& hello, const Answer& answer);
  // The next frame; throws when the root has ended or is silent for too long.
  [[nodiscard]] std::string AwaitFrame();
  [[nodiscard]] bool RootLivesAfterSleep();

  Connection connection_;
  const std::string where_;
  const JoinRequest request_;
  const Deadline deadline_;
  const Deadline give_up_;  // a root that lives speaks at the deadline
  bool has_met_root_ = false;
  Home root_;  // once it has accepted this rank
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_JOIN_CLIENT_H_
