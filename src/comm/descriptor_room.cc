#include "comm/descriptor_room.h"

#include <sys/resource.h>

#include <algorithm>

namespace ferry::comm {

std::size_t MakeDescriptorRoom(std::size_t peers) noexcept {
  constexpr rlim_t kShare = 4;
  const rlim_t wanted = static_cast<rlim_t>(peers) * kDescriptorsOfAPeer * kShare;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur < wanted && limit.rlim_cur < limit.rlim_max) {
    const rlimit more{std::min(wanted, limit.rlim_max), limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &more) == 0) limit = more;
  }
  return limit.rlim_cur;
}

}  // namespace ferry::comm
