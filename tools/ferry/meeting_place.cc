#include "meeting_place.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace ferry::tool {
namespace {

[[noreturn]] void Refuse(const char* what) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

UniqueFd TakePort() {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) Refuse("no socket can be had");
  // With it on both, the system lets rank 0 bind and listen here too.
  const int on = 1;
  (void)::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    Refuse("no port of 127.0.0.1 can be had");
  return fd;
}

UniqueFd MakeSecret() {
  std::array<unsigned char, 32> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    Refuse("no random bytes can be had");
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  UniqueFd fd(::memfd_create("ferry-secret", MFD_CLOEXEC));
  if (!fd || ::fchmod(fd.get(), S_IRUSR | S_IWUSR) != 0 ||
      ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    Refuse("no memory for a secret can be had");
  return fd;
}

}  // namespace

MeetingPlace::MeetingPlace()
    : port_(TakePort()),
      secret_(MakeSecret()),
      secret_file_(fmt::format("/proc/{}/fd/{}", ::getpid(), secret_.get())) {}

std::string MeetingPlace::root() const {
  sockaddr_in address{};
  socklen_t length = sizeof(address);
  if (::getsockname(port_.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
    Refuse("the port of a socket");
  return fmt::format("127.0.0.1:{}", ntohs(address.sin_port));
}

}  // namespace ferry::tool
