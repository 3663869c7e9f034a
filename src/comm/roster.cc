#include "comm/roster.h"

#include <pthread.h>

#include <algorithm>

#include "comm/member.h"
#include "comm/presence.h"

namespace ferry::comm {
namespace {

struct Roster {
  std::mutex mutex;
  std::vector<Member*> members;  // guarded by mutex
};

// Never destroyed: a worker may still end a call while the process exits. Forks wait for the lock,
// so that no child inherits it locked.
Roster& TheRoster() {
  static auto* const roster = [] {
    auto* const made = new Roster;
    pthread_atfork([] { TheRoster().mutex.lock(); }, [] { TheRoster().mutex.unlock(); },
                   [] { TheRoster().mutex.unlock(); });
    return made;
  }();
  return *roster;
}

}  // namespace

std::unique_lock<std::mutex> LockRoster() {
  return std::unique_lock(TheRoster().mutex);
}

void EnterRoster(Member& member) {
  const auto lock = LockRoster();
  TheRoster().members.push_back(&member);
}

void LeaveRoster(Member& member) noexcept {
  const auto lock = LockRoster();
  auto& members = TheRoster().members;
  members.erase(std::remove(members.begin(), members.end(), &member), members.end());
}

void ForEachMember(const std::function<void(Member&)>& visit) {
  const auto lock = LockRoster();
  for (Member* const member : TheRoster().members)
    if (IsLocal(member->board(), member->rank())) visit(*member);
}

Boards BoardsHere() {
  Boards boards;
  ForEachMember([&](Member& member) {
    if (std::find(boards.begin(), boards.end(), member.shared_board()) == boards.end())
      boards.push_back(member.shared_board());
  });
  return boards;
}

}  // namespace ferry::comm
