#include "arrivals.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "stream.h"

namespace ferry::tool {

bool Arrivals::Await(Deadline deadline, std::vector<Introduced>* introduced) {
  std::vector<pollfd> entries = {{.fd = listener_, .events = POLLIN, .revents = 0}};
  for (const Arrival& arrival : waiting_)
    entries.push_back({.fd = arrival.stream.get(), .events = POLLIN, .revents = 0});
  (void)AwaitReady(entries, NextEnd(deadline));
  AcceptNew();
  Listen(introduced);
  return !deadline.Passed();
}

Deadline Arrivals::NextEnd(Deadline deadline) const {
  if (waiting_.empty() || waiting_.front().until.time() > deadline.time()) return deadline;
  return waiting_.front().until;
}

void Arrivals::AcceptNew() {
  while (true) {
    UniqueFd stream(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!stream) return;
    if (IsOfThisUser(stream.get()))
      waiting_.push_back(
          {.stream = std::move(stream), .until = Deadline::After(patience_), .said = {}});
  }
}

void Arrivals::Listen(std::vector<Introduced>* introduced) {
  for (Arrival& arrival : waiting_) {
    std::uint32_t process = 0;
    std::array<char, sizeof(process)> bytes{};
    const ssize_t count =
        ::recv(arrival.stream.get(), bytes.data(), bytes.size() - arrival.said.size(), 0);
    if (count > 0) {
      arrival.said.append(bytes.data(), static_cast<std::size_t>(count));
      if (arrival.said.size() < sizeof(process)) continue;
      std::memcpy(&process, arrival.said.data(), sizeof(process));
      introduced->push_back({.process = process, .stream = std::move(arrival.stream)});
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR) || arrival.until.Passed()) {
      arrival.stream.Reset();
    }
  }
  std::erase_if(waiting_, [](const Arrival& arrival) { return !arrival.stream; });
  while (waiting_.size() > most_) waiting_.pop_front();
}

}  // namespace ferry::tool
