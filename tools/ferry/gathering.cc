#include "gathering.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace ferry::tool {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kToCome{60};
constexpr std::chrono::seconds kToTell{300};
constexpr int kAgainMs = 10;

struct Address {
  sockaddr_un unix{};
  socklen_t length = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&unix); }
};

// Abstract: no file. A name that is too long is cut in front, where it says least.
Address AddressOf(const std::string& name) {
  Address address;
  address.unix.sun_family = AF_UNIX;
  const std::string text = "ferry-run-" + name;
  const std::size_t length = std::min(text.size(), sizeof(address.unix.sun_path) - 1);
  std::memcpy(address.unix.sun_path + 1, text.data() + (text.size() - length), length);
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
  return address;
}

UniqueFd NewSocket() {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) throw std::runtime_error(fmt::format("no socket can be had: {}", std::strerror(errno)));
  return fd;
}

bool IsOfThisUser(int socket) {
  ucred peer{};
  socklen_t length = sizeof(peer);
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
         peer.uid == ::geteuid();
}

bool AwaitReadable(int fd, Clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd entry = {.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return false;
  }
}

bool SendAll(int socket, const void* bytes, std::size_t size) {
  const char* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t sent = ::send(socket, at, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    at += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

// To the end of the stream.
std::string ReceiveAll(int socket, std::size_t process) {
  const auto deadline = Clock::now() + kToTell;
  std::string text;
  std::array<char, 4096> buffer{};
  while (true) {
    if (!AwaitReadable(socket, deadline))
      throw std::runtime_error(
          fmt::format("process {} has not told its result within {} s", process, kToTell.count()));
    const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

Gathering::Gathering(const std::string& name, const Share& share) : share_(share) {
  if (share_.is_whole()) return;
  if (share_.process == 0) {
    AcceptAll(name);
  } else {
    ConnectToFirst(name);
  }
}

void Gathering::AcceptAll(const std::string& name) {
  const Address address = AddressOf(name);
  const UniqueFd listener = NewSocket();
  if (::bind(listener.get(), address.get(), address.length) != 0 ||
      ::listen(listener.get(), share_.num_processes) != 0)
    throw std::runtime_error(fmt::format("results cannot be gathered: {}", std::strerror(errno)));
  const auto deadline = Clock::now() + kToCome;
  streams_.resize(static_cast<std::size_t>(share_.num_processes));
  for (std::int32_t come = 1; come < share_.num_processes;) {
    if (!AwaitReadable(listener.get(), deadline))
      throw std::runtime_error(fmt::format("{} of {} processes have come within {} s", come,
                                           share_.num_processes, kToCome.count()));
    UniqueFd stream(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    std::uint32_t process = 0;
    if (!stream || !IsOfThisUser(stream.get()) || !AwaitReadable(stream.get(), deadline) ||
        ::recv(stream.get(), &process, sizeof(process), MSG_WAITALL) != sizeof(process) ||
        process == 0 || process >= streams_.size() || streams_[process])
      continue;
    streams_[process] = std::move(stream);
    ++come;
  }
}

void Gathering::ConnectToFirst(const std::string& name) {
  const Address address = AddressOf(name);
  const auto deadline = Clock::now() + kToCome;
  const auto process = static_cast<std::uint32_t>(share_.process);
  while (true) {
    UniqueFd stream = NewSocket();
    if (::connect(stream.get(), address.get(), address.length) == 0 && IsOfThisUser(stream.get()) &&
        SendAll(stream.get(), &process, sizeof(process))) {
      streams_.push_back(std::move(stream));
      return;
    }
    if (Clock::now() > deadline)
      throw std::runtime_error(
          fmt::format("process 0 does not gather results within {} s", kToCome.count()));
    (void)::poll(nullptr, 0, kAgainMs);
  }
}

std::vector<std::string> Gathering::Gather(const std::string& text) {
  if (share_.process != 0) {
    if (!SendAll(streams_.front().get(), text.data(), text.size()))
      throw std::runtime_error("process 0 has ended");
    streams_.clear();
    return {};
  }
  std::vector<std::string> texts = {text};
  for (std::size_t p = 1; p < streams_.size(); ++p)
    texts.push_back(ReceiveAll(streams_[p].get(), p));
  return texts;
}

}  // namespace ferry::tool
