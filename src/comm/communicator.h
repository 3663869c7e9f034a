// Communicators whose ranks live in several processes: from joining to a rank's handle.
#ifndef FERRY_COMM_COMMUNICATOR_H_
#define FERRY_COMM_COMMUNICATOR_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "comm/join/join.h"
#include "comm/member.h"

namespace ferry::comm {

// The rank that this call makes.
struct RankSpec {
  std::int32_t size = 0;    // ranks of the group
  std::int32_t rank = 0;    // in it
  std::int32_t device = 0;  // of this process
  std::string name{};       // wanted for the group, "" for a generated one
};

// Opens a root in this process, by which one group can be joined.
[[nodiscard]] RootInfo MakeRoot();

// Joins by a root info: returns when all ranks have. The member is registered under its device and
// the group's name. Throws what Join, FindSharedBoard and AwaitAttached throw; then the other ranks
// fail as well.
[[nodiscard]] std::shared_ptr<Member> JoinByRoot(const RootInfo& root, const RankSpec& spec,
                                                 const MemberOptions& options);

// The same at an endpoint that all ranks know; rank 0 serves it.
[[nodiscard]] std::shared_ptr<Member> JoinByEndpoint(const Endpoint& endpoint,
                                                     const std::optional<Secret>& secret,
                                                     const RankSpec& spec,
                                                     const MemberOptions& options);

// The same for several ranks of this process at once, each on a thread of its own; the members in
// the order of `specs`. Throws what the first of them that failed threw: then all have failed.
[[nodiscard]] std::vector<std::shared_ptr<Member>> JoinAllByEndpoint(
    const Endpoint& endpoint, const std::optional<Secret>& secret,
    const std::vector<RankSpec>& specs, const MemberOptions& options);

// A group of some ranks of `parent`, made without sockets of its own: `ranks` of the parent, of
// which this one is ranks[spec.rank]. All of them call with the same `ranks` and `id`. Throws
// Error{kHcclPara} for ranks that the parent does not have, that occur twice or do not name this
// rank, and as JoinByRoot.
[[nodiscard]] std::shared_ptr<Member> JoinSubgroup(Member& parent,
                                                   const std::vector<std::int32_t>& ranks,
                                                   std::uint64_t id, const RankSpec& spec,
                                                   const MemberOptions& options);

}  // namespace ferry::comm

#endif  // FERRY_COMM_COMMUNICATOR_H_
