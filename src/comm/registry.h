// Which communicators this process holds: (virtual device, group name) -> this rank's handle.
#ifndef FERRY_COMM_REGISTRY_H_
#define FERRY_COMM_REGISTRY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "comm/member.h"

namespace ferry::comm {

// Throws Error{kHcclPara} when `devices` is empty or holds a duplicate or a device outside
// [0, env::DeviceCount()).
void CheckDevices(const std::vector<std::int32_t>& devices);

// Creates a communicator whose ranks are all in this process, rank i on virtual device devices[i],
// under a fresh name, and registers every rank. Throws what CheckDevices does.
std::vector<std::shared_ptr<Member>> CreateLocalCommunicator(
    const std::vector<std::int32_t>& devices, const MemberOptions& options);

// A name that no other group of this host has while this process lives.
[[nodiscard]] std::string FreshGroupName();

// Makes a rank's handle known by its device and the name of its group.
void RegisterMember(const std::shared_ptr<Member>& member);

// The handle of the rank on `device` in group `name`; null if there is none.
[[nodiscard]] std::shared_ptr<Member> FindMember(std::int32_t device, std::string_view name);

// Destroys this rank's handle and forgets it. Calls that hold the member still end properly.
void DestroyMember(const std::shared_ptr<Member>& member) noexcept;

}  // namespace ferry::comm

#endif  // FERRY_COMM_REGISTRY_H_
