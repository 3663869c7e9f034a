// How many descriptors this process may open, when it gets many peers.
#ifndef FERRY_COMM_DESCRIPTOR_ROOM_H_
#define FERRY_COMM_DESCRIPTOR_ROOM_H_

#include <cstddef>

namespace ferry::comm {

// Of each peer process a process keeps this many: its memory and the watch over its life.
inline constexpr std::size_t kDescriptorsOfAPeer = 2;

// Raises the soft limit of open descriptors (ulimit -n), as far as the hard one goes, when `peers`
// more processes would take a quarter of it or more. A login shell's 1024 are too few for a group
// of hundreds of processes, and the hard limit is there for who needs more. Returns the soft limit
// as it is then.
std::size_t MakeDescriptorRoom(std::size_t peers) noexcept;

}  // namespace ferry::comm

#endif  // FERRY_COMM_DESCRIPTOR_ROOM_H_
