#include "comm/communicator.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <future>
#include <set>
#include <utility>

#include "base/env.h"
#include "base/error.h"
#include "comm/board_table.h"
#include "comm/descriptor_room.h"
#include "comm/host_service.h"
#include "comm/presence.h"
#include "comm/process.h"
#include "comm/random_name.h"
#include "comm/registry.h"

namespace ferry::comm {
namespace {

Home OwnHome() {
  return HomeOfThisProcess(HostServiceName());
}

// A text for the product: unset and "a3" are the same.
std::string OwnProduct() {
  return env::GetProduct() == env::Product::kA3 ? "a3" : env::ProductText();
}

// For the join of all ranks, in the process of the root.
Ticket OfferBoard(const JoinedGroup& group) {
  Ticket ticket{.name = group.name.empty() ? FreshGroupName() : group.name,
                .key = RandomName(),
                .maker = OwnHome()};
  Homes homes;
  for (const JoinedRank& rank : group.ranks) homes.push_back(rank.home);
  MakeSharedBoard(ticket.name, homes, ticket.key, Deadline::After(JoinTimeout()));
  return ticket;
}

// Refused here, not in the first call that reads the peers' memory.
void RequireDescriptors(const Board& board) {
  std::set<pid_t> others;
  for (std::int32_t r = 0; r < board.size(); ++r)
    others.insert(board.rank(r).pid.load(std::memory_order_relaxed));
  others.erase(getpid());
  const std::size_t limit = MakeDescriptorRoom(others.size());
  Require(limit > others.size(), Code::kHcclSyscall,
          "group \"{}\" has ranks in {} other processes, of each of which this one keeps a "
          "descriptor or two; it may open {} (ulimit -Hn)",
          board.name(), others.size(), limit);
}

// Attaches as `spec` says and waits for the others. On failure nobody joins: the board tells.
std::shared_ptr<Member> AttachWithOthers(const std::shared_ptr<Board>& board, const RankSpec& spec,
                                         const MemberOptions& options, const Deadline& deadline) {
  try {
    Require(spec.name.empty() || spec.name == board->name(), Code::kHcclPara,
            "hcclCommName is \"{}\", but the first rank of the group named it \"{}\"", spec.name,
            board->name());
    RequireDescriptors(*board);
  } catch (const Error&) {
    // This rank is not counted, so no other has joined yet.
    (void)GiveUpOnAbsent(*board);
    throw;
  }
  auto member = std::make_shared<Member>(board, spec.rank, spec.device, options);
  AwaitAttached(board, deadline);
  RegisterMember(member);
  return member;
}

JoinRequest RequestOf(const RankSpec& spec) {
  return {.size = spec.size,
          .rank = spec.rank,
          .device = spec.device,
          .name = spec.name,
          .product = OwnProduct(),
          .home = OwnHome(),
          .timeout = JoinTimeout()};
}

// The board that the process `maker` has, whose ranks are `who` in sentences; `group` is the group
// that is being joined.
std::shared_ptr<Board> FindBoardOf(const Home& maker, const std::string& who,
                                   const std::string& group, const std::string& key,
                                   const Deadline& deadline) {
  try {
    return FindSharedBoard(maker, key, deadline);
  } catch (const Error& error) {
    if (error.code() != Code::kHcclRemote) throw;
    // Sockets of a process end a moment before it does.
    if (HasEnded(maker.pid, maker.start_time, std::chrono::milliseconds(500)))
      Fail(Code::kHcclRemote, "{} terminated while joining {}", who, group);
    Fail(error.code(), "{} did not hand out {}: {}", who, group, error.message());
  }
}

std::shared_ptr<Member> UseTicket(const Ticket& ticket, const RankSpec& spec,
                                  const MemberOptions& options, const Deadline& deadline) {
  Ranks of_maker;
  for (std::size_t r = 0; r < ticket.ranks.size(); ++r)
    if (IsSameProcess(ticket.ranks[r].home, ticket.maker))
      of_maker.push_back(static_cast<std::int32_t>(r));
  const auto board = FindBoardOf(ticket.maker, of_maker.empty() ? "the root" : RankList(of_maker),
                                 fmt::format("group \"{}\"", ticket.name), ticket.key, deadline);
  return AttachWithOthers(board, spec, options, deadline);
}

// A group's name serves to find a rank by its device; a second one there would hide the first.
void RequireNameIsFree(const RankSpec& spec) {
  Require(spec.name.empty() || FindMember(spec.device, spec.name) == nullptr, Code::kHcclPara,
          "hcclCommName is \"{}\", the name of a communicator that device {} has already",
          spec.name, spec.device);
}

Home HomeOnBoard(const Board& board, std::int32_t rank) {
  const RankState& state = board.rank(rank);
  Home home = HomeOfThisProcess();
  // acquire: with the pid come the start time and the service.
  home.pid = state.pid.load(std::memory_order_acquire);
  home.start_time = state.start_time.load(std::memory_order_relaxed);
  home.service = std::string(state.service, ::strnlen(state.service, kMaxService));
  return home;
}

void CheckRanks(const Member& parent, const std::vector<std::int32_t>& ranks,
                const RankSpec& spec) {
  Require(!ranks.empty() && ranks.size() <= static_cast<std::size_t>(parent.size()),
          Code::kHcclPara, "rankNum is {}; must be in [1, {}]", ranks.size(), parent.size());
  Require(spec.rank >= 0 && static_cast<std::size_t>(spec.rank) < ranks.size(), Code::kHcclPara,
          "subCommRankId is {}; must be in [0, {})", spec.rank, ranks.size());
  std::vector<std::int32_t> sorted = ranks;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  Require(twice == sorted.end(), Code::kHcclPara, "rankIds has {} twice; each rank may occur once",
          twice == sorted.end() ? 0 : *twice);
  Require(sorted.front() >= 0 && sorted.back() < parent.size(), Code::kHcclPara,
          "rankIds has {}; must be in [0, {})", sorted.front() < 0 ? sorted.front() : sorted.back(),
          parent.size());
  const std::int32_t named = ranks[static_cast<std::size_t>(spec.rank)];
  Require(named == parent.rank(), Code::kHcclPara,
          "rankIds[subCommRankId = {}] is {}; must be {}, this rank of the parent", spec.rank,
          named, parent.rank());
}

// Those of the new group; another rank of the parent may have ended.
void RequireAlive(const Member& parent, const std::vector<std::int32_t>& ranks) {
  Ranks gone;
  for (const std::int32_t rank : ranks)
    if (ReadLife(parent.board(), rank).life >= Life::kDestroyed) gone.push_back(rank);
  Require(gone.empty(), Code::kHcclRemote,
          "{} of group \"{}\" terminated or destroyed the communicator", RankList(gone),
          parent.name());
}

// Equal on all ranks that mean the same group, and on no others.
std::string KeyOfSubgroup(const Board& parent, const std::vector<std::int32_t>& ranks,
                          std::uint64_t id) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const std::int32_t rank : ranks)
    hash = (hash ^ static_cast<std::uint32_t>(rank)) * 0x100000001b3ULL;
  return fmt::format("{:016x}-{:x}-{:x}-{:x}", parent.generation(), id, ranks.size(), hash);
}

}  // namespace

RootInfo MakeRoot() {
  return OpenRoot(OfferBoard);
}

std::shared_ptr<Member> JoinByRoot(const RootInfo& root, const RankSpec& spec,
                                   const MemberOptions& options) {
  RequireNameIsFree(spec);
  const Deadline deadline = Deadline::After(JoinTimeout());
  return UseTicket(Join(root, RequestOf(spec)), spec, options, deadline);
}

std::shared_ptr<Member> JoinByEndpoint(const Endpoint& endpoint,
                                       const std::optional<Secret>& secret, const RankSpec& spec,
                                       const MemberOptions& options) {
  RequireNameIsFree(spec);
  const Deadline deadline = Deadline::After(JoinTimeout());
  const Ticket ticket = JoinAt(endpoint, secret, RequestOf(spec), OfferBoard);
  return UseTicket(ticket, spec, options, deadline);
}

std::vector<std::shared_ptr<Member>> JoinAllByEndpoint(const Endpoint& endpoint,
                                                       const std::optional<Secret>& secret,
                                                       const std::vector<RankSpec>& specs,
                                                       const MemberOptions& options) {
  std::vector<std::future<std::shared_ptr<Member>>> joins;
  for (const RankSpec& spec : specs)
    joins.push_back(
        std::async(std::launch::async, JoinByEndpoint, endpoint, secret, spec, options));
  std::vector<std::shared_ptr<Member>> members;
  std::exception_ptr first;
  for (auto& join : joins) {
    try {
      members.push_back(join.get());
    } catch (const std::exception&) {
      if (!first) first = std::current_exception();
    }
  }
  if (!first) return members;
  for (const auto& member : members) DestroyMember(member);
  std::rethrow_exception(first);
}

std::shared_ptr<Member> JoinSubgroup(Member& parent, const std::vector<std::int32_t>& ranks,
                                     std::uint64_t id, const RankSpec& spec,
                                     const MemberOptions& options) {
  CheckRanks(parent, ranks, spec);
  RequireNameIsFree(spec);
  RequireAlive(parent, ranks);
  const Deadline deadline = Deadline::After(JoinTimeout());
  const std::string key = KeyOfSubgroup(parent.board(), ranks, id);
  const Home maker = HomeOnBoard(parent.board(), ranks.front());
  if (spec.rank == 0) {
    Homes homes;
    for (const std::int32_t rank : ranks) homes.push_back(HomeOnBoard(parent.board(), rank));
    MakeSharedBoard(spec.name.empty() ? FreshGroupName() : spec.name, homes, key, deadline);
  }
  const auto board =
      FindBoardOf(maker, fmt::format("rank {} of group \"{}\"", ranks.front(), parent.name()),
                  fmt::format("a group of {} ranks of it", ranks.size()), key, deadline);
  return AttachWithOthers(board, spec, options, deadline);
}

}  // namespace ferry::comm
