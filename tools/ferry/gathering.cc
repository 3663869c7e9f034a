#include "gathering.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "arrivals.h"
#include "stream.h"

namespace ferry::tool {
namespace {

constexpr int kAgainMs = 10;
constexpr std::size_t kMostStrangers = 64;
// A run of 768 ranks tells about a tenth of it.
constexpr std::size_t kMostText = std::size_t{256} << 20;

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
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) throw std::runtime_error(fmt::format("no socket can be had: {}", std::strerror(errno)));
  return fd;
}

std::string Seconds(std::chrono::milliseconds time) {
  return fmt::format("{} s", static_cast<double>(time.count()) / 1000);
}

}  // namespace

Gathering::Gathering(const std::string& name, const Share& share, const GatheringTimes& times)
    : share_(share), times_(times) {
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
  const auto deadline = Deadline::After(times_.to_come);
  streams_.resize(static_cast<std::size_t>(share_.num_processes));
  Arrivals arrivals(listener.get(), times_.to_say_who, streams_.size() + kMostStrangers);
  std::int32_t come = 1;
  while (true) {
    std::vector<Introduced> introduced;
    const bool in_time = arrivals.Await(deadline, &introduced);
    for (Introduced& one : introduced) {
      if (one.process == 0 || one.process >= streams_.size() || streams_[one.process]) continue;
      streams_[one.process] = std::move(one.stream);
      ++come;
    }
    if (come == share_.num_processes) return;
    if (!in_time)
      throw std::runtime_error(fmt::format("{} of {} processes have come within {}", come,
                                           share_.num_processes, Seconds(times_.to_come)));
  }
}

void Gathering::ConnectToFirst(const std::string& name) {
  const Address address = AddressOf(name);
  const auto deadline = Deadline::After(times_.to_come);
  const auto process = static_cast<std::uint32_t>(share_.process);
  const std::string_view introduction(reinterpret_cast<const char*>(&process), sizeof(process));
  while (true) {
    UniqueFd stream = NewSocket();
    if (::connect(stream.get(), address.get(), address.length) == 0 && IsOfThisUser(stream.get()) &&
        SendAll(stream.get(), introduction, deadline) == StreamEnd::kWhole) {
      streams_.push_back(std::move(stream));
      return;
    }
    if (deadline.Passed())
      throw std::runtime_error(
          fmt::format("process 0 does not gather results within {}", Seconds(times_.to_come)));
    (void)::poll(nullptr, 0, kAgainMs);
  }
}

void Gathering::Tell(const std::string& text) const {
  const auto deadline = Deadline::After(times_.to_tell);
  const StreamEnd end = SendAll(streams_.front().get(), text, deadline);
  if (end == StreamEnd::kLate)
    throw std::runtime_error(
        fmt::format("process 0 has not heard the result of process {} within {}", share_.process,
                    Seconds(times_.to_tell)));
  if (end != StreamEnd::kWhole) throw std::runtime_error("process 0 has ended");
}

std::vector<std::string> Gathering::Gather(const std::string& text) {
  if (share_.process != 0) {
    Tell(text);
    streams_.clear();
    return {};
  }
  std::vector<std::string> texts = {text};
  const auto deadline = Deadline::After(times_.to_tell);
  for (std::size_t p = 1; p < streams_.size(); ++p) {
    const StreamEnd end = ReceiveAll(streams_[p].get(), kMostText, deadline, &texts.emplace_back());
    if (end == StreamEnd::kLate)
      throw std::runtime_error(
          fmt::format("process {} has not told its result within {}", p, Seconds(times_.to_tell)));
    if (end == StreamEnd::kTooLong)
      throw std::runtime_error(
          fmt::format("process {} tells a result of more than {} bytes", p, kMostText));
  }
  return texts;
}

}  // namespace ferry::tool
