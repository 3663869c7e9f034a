#include "comm/board_table.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/futex.h"
#include "comm/host_client.h"
#include "comm/host_service.h"
#include "comm/liveness.h"
#include "comm/per_process.h"
#include "comm/presence.h"

namespace ferry::comm {
namespace {

struct Offer {
  Board::Shared shared;
  Deadline deadline = Deadline::Never();
};

struct Table {
  std::mutex mutex;
  std::map<std::string, Offer> offers;                          // guarded by mutex
  std::map<std::uint64_t, std::weak_ptr<Board>> by_generation;  // guarded by mutex
};

Table& OfThisProcess() {
  static PerProcess<Table> table;
  return table.Get();
}

// Whether a rank may still ask for the board: one that comes after another's death is to hear of
// it.
bool IsAwaited(const Board& board) {
  for (std::int32_t r = 0; r < board.size(); ++r)
    if (ReadLife(board, r).life == Life::kAbsent) return true;
  return false;
}

// Those that terminated, if any: the others have destroyed their handles because of them.
std::optional<std::string> WhyIncomplete(const Board& board) {
  Ranks terminated;
  for (std::int32_t r = 0; r < board.size(); ++r)
    if (ReadLife(board, r).life == Life::kTerminated) terminated.push_back(r);
  if (!terminated.empty()) return RankList(terminated) + " terminated";
  return WhyGone(board, /*number=*/1);
}

// Wants table.mutex.
void DropOldOffers(Table& table) {
  std::erase_if(table.offers, [](const auto& entry) {
    return entry.second.deadline.Passed() || !IsAwaited(*entry.second.shared.board);
  });
  std::erase_if(table.by_generation, [](const auto& entry) { return entry.second.expired(); });
}

// The board, or the one that this process has of the same group already. Wants table.mutex.
std::shared_ptr<Board> OneOfAGroup(Table& table, std::shared_ptr<Board> board) {
  std::weak_ptr<Board>& known = table.by_generation[board->generation()];
  if (auto earlier = known.lock()) return earlier;
  known = board;
  return board;
}

// Null if this process offers nothing under the key.
std::shared_ptr<Board> FindOffered(const std::string& key) {
  Table& table = OfThisProcess();
  const std::lock_guard lock(table.mutex);
  DropOldOffers(table);
  const auto found = table.offers.find(key);
  return found == table.offers.end() ? nullptr : found->second.shared.board;
}

Ranks Absent(const Board& board) {
  Ranks absent;
  for (std::int32_t r = 0; r < board.size(); ++r)
    if (ReadLife(board, r).life == Life::kAbsent) absent.push_back(r);
  return absent;
}

// For another rank's reason, which its end will tell to those that come later.
[[noreturn]] void FailGivenUp(const Board& board) {
  const Ranks absent = Absent(board);
  const std::string late = absent.empty() ? "a rank" : RankList(absent);
  Fail(Code::kHcclTimeout, "{} had not attached to group \"{}\" when another rank gave up", late,
       board.name());
}

}  // namespace

void MakeSharedBoard(const std::string& name, const Homes& homes, const std::string& key,
                     const Deadline& deadline) {
  Board::Shared shared = Board::CreateShared(name, static_cast<std::int32_t>(homes.size()));
  for (std::size_t r = 0; r < homes.size(); ++r)
    Reserve(*shared.board, static_cast<std::int32_t>(r), homes[r]);
  (void)HostServiceName();  // it runs before anybody asks
  Table& table = OfThisProcess();
  const std::lock_guard lock(table.mutex);
  DropOldOffers(table);
  (void)OneOfAGroup(table, shared.board);
  const bool fresh = table.offers.emplace(key, Offer{std::move(shared), deadline}).second;
  Require(fresh, Code::kHcclPara, "a group of key \"{}\" is being made already", key);
}

std::shared_ptr<Board> FindSharedBoard(const Home& maker, const std::string& key,
                                       const Deadline& deadline) {
  if (IsSameProcess(maker, HomeOfThisProcess())) {
    constexpr std::chrono::milliseconds kPause{2};
    for (;;) {
      if (auto board = FindOffered(key)) return board;
      Require(!deadline.Passed(), Code::kHcclTimeout,
              "another rank of this process did not make the group in time");
      std::this_thread::sleep_for(kPause);
    }
  }
  const UniqueFd memory = FetchBoard({maker.pid, maker.service}, key, deadline);
  std::shared_ptr<Board> board = Board::Map(memory);
  Table& table = OfThisProcess();
  const std::lock_guard lock(table.mutex);
  return OneOfAGroup(table, std::move(board));
}

UniqueFd OfferedMemory(const std::string& key) {
  Table& table = OfThisProcess();
  const std::lock_guard lock(table.mutex);
  DropOldOffers(table);
  const auto found = table.offers.find(key);
  if (found == table.offers.end()) return UniqueFd();
  UniqueFd copy(::fcntl(found->second.shared.memory.get(), F_DUPFD_CLOEXEC, 0));
  Require(static_cast<bool>(copy), Code::kHcclMemory, "a board cannot be handed out: {}",
          std::strerror(errno));
  return copy;
}

void AwaitAttached(const std::shared_ptr<Board>& board, const Deadline& deadline) {
  // Woken when a rank attaches; deaths are looked for now and then.
  constexpr std::chrono::nanoseconds kLongestSleep = std::chrono::milliseconds(50);
  const auto start = Clock::now();
  std::atomic<std::uint32_t>& attached = board->header().num_attached;
  const auto all = static_cast<std::uint32_t>(board->size());
  for (;;) {
    // acquire: see Header::num_attached; before the looks that follow, so that none is missed.
    const std::uint32_t seen = attached.load(std::memory_order_acquire);
    if (seen == all) return;
    WatchPeers(board);
    const auto gone = WhyIncomplete(*board);
    const bool too_late = deadline.Passed();
    // Who leaves after the last has come has joined, and so has this rank: one word decides.
    if ((gone || too_late) && !GiveUpOnAbsent(*board)) return;
    if (gone) Fail(Code::kHcclRemote, "{} while joining group \"{}\"", *gone, board->name());
    if (too_late) {
      Fail(Code::kHcclTimeout, "{} did not attach to group \"{}\" within {} s",
           RankList(Absent(*board)), board->name(),
           std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - start).count());
    }
    if ((seen & kGivenUp) != 0) FailGivenUp(*board);
    FutexWait(&attached, seen, std::min(kLongestSleep, deadline.Left()));
  }
}

}  // namespace ferry::comm
