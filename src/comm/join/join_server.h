// The root of a join: accepts strangers, lets those who know the secret and fit into the group in,
// and tells all of them how it ended.
#ifndef FERRY_COMM_JOIN_JOIN_SERVER_H_
#define FERRY_COMM_JOIN_JOIN_SERVER_H_

#include <list>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "comm/join/admission.h"
#include "comm/join/connection.h"
#include "comm/join/join.h"
#include "comm/join/message.h"
#include "comm/listener.h"

namespace ferry::comm {

struct RootOptions {
  Id id{};
  Secret secret{};
  MakeTicket make_ticket;
  // Addresses that may join; nothing lets all in.
  std::optional<std::vector<std::string>> whitelist;
  // After a failure: tell ranks that come late, until the deadline that the group had.
  bool tells_late_ranks = true;
  std::chrono::milliseconds handshake_limit{10'000};
  // How long the root waits for its first rank.
  std::chrono::milliseconds unused_limit = std::chrono::hours(1);
};

// Used by one thread.
class JoinServer {
 public:
  JoinServer(UniqueFd listener, RootOptions options);

  // Serves until every rank has been told how the join ended, or `stop` is readable.
  void Run(int stop);

 private:
  struct Peer {
    enum class State { kStranger, kAccepted, kLeaving };  // leaving: what is unsent goes out
    Connection connection;
    std::string address;
    Hello hello;
    Answer answer;
    Deadline limit;  // of a stranger's handshake, of the last bytes to one that leaves
    State state = State::kStranger;
    JoinRequest request{};
    bool ended = false;
  };

  // The steps of one round, in this order.
  void Wait(int stop);
  void AcceptStrangers();
  void ServePeers();
  void LookForTheDead();
  void Decide();
  void DropPeers();
  [[nodiscard]] bool IsOver() const;

  void Greet(UniqueFd socket);
  // False when there is none.
  bool DropOldestStranger();
  void Serve(Peer& peer);
  void Hear(Peer& peer, const std::string& frame);
  // Throws Error with the sentence for the stranger.
  void Admit(Peer& peer);
  void Refuse(Peer& peer, const Error& error);
  void Tell(Peer& peer, ReplyKind kind, std::string body);
  void TellLast(Peer& peer, ReplyKind kind, const std::string& body);
  void TellAccepted(ReplyKind kind, const std::string& body);
  void Complete();
  void FailAll(Error error);

  [[nodiscard]] std::size_t CountStrangers() const;
  [[nodiscard]] Deadline NextDeadline() const;

  const RootOptions options_;
  const Home home_;
  Listener listener_;
  Admission admission_;
  std::list<Peer> peers_;
  const Deadline unused_deadline_;
  Deadline group_deadline_ = Deadline::Never();  // the shortest of the accepted ranks
  std::chrono::milliseconds group_limit_{0};     // that it had when it came
  Deadline accept_again_ = Deadline::After(std::chrono::seconds(0));
  Deadline look_again_ = Deadline::After(std::chrono::seconds(0));
  bool stopped_ = false;
  bool joined_ = false;
  std::optional<Error> failure_;
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_JOIN_SERVER_H_
