#include "comm/home.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "base/env.h"
#include "base/text.h"
#include "comm/process.h"

namespace ferry::comm {
namespace {

// The inode of a namespace of this process; 0 when /proc does not show it.
std::uint64_t NamespaceInode(const char* path) {
  struct stat status {};
  return ::stat(path, &status) == 0 ? status.st_ino : 0;
}

std::string Hostname() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "?";
  return name.data();
}

}  // namespace

Home HomeOfThisProcess(std::string service) {
  const std::string host_id = env::HostId();
  const pid_t pid = ::getpid();
  return {.boot_id = !host_id.empty()
                         ? host_id
                         : ReadSmallFile("/proc/sys/kernel/random/boot_id").value_or(""),
          .net_namespace = NamespaceInode("/proc/self/ns/net"),
          .pid_namespace = NamespaceInode("/proc/self/ns/pid"),
          .pid = pid,
          .start_time = ProcessStartTime(pid).value_or(0),
          .uid = ::geteuid(),
          .hostname = Hostname(),
          .service = std::move(service)};
}

bool OnSameHost(const Home& a, const Home& b) {
  const bool known = !a.boot_id.empty() && a.net_namespace != 0 && a.pid_namespace != 0;
  return known && a.boot_id == b.boot_id && a.net_namespace == b.net_namespace &&
         a.pid_namespace == b.pid_namespace;
}

bool IsSameProcess(const Home& a, const Home& b) {
  return OnSameHost(a, b) && a.pid == b.pid && a.start_time == b.start_time;
}

}  // namespace ferry::comm
