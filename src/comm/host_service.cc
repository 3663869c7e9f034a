#include "comm/host_service.h"

#include <fmt/core.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "comm/board_table.h"
#include "comm/descriptor_room.h"
#include "comm/host_message.h"
#include "comm/listener.h"
#include "comm/quiet_thread.h"
#include "comm/random_name.h"
#include "memory/segment.h"

namespace ferry::comm {
namespace {

// Peers that have connected and not asked yet. One that never asks is closed when a newer one needs
// its place, so that nobody can keep the others out.
constexpr std::size_t kMaxSilent = 256;
// When not even the spare descriptor helps.
constexpr std::chrono::milliseconds kPause{50};

class HostService {
 public:
  HostService();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

  // Runs for as long as the process does.
  void Loop();

  // Nobody is answered any more.
  void CloseListener() noexcept { listener_.Close(); }

 private:
  struct Guest {
    UniqueFd socket;
    std::uint64_t came = 0;
  };

  void Listen(int fd) const;
  void Accept();
  void Answer(int socket);
  void AcceptWithoutDescriptors();
  void DropOldest();
  void Drop(int guest);

  const pid_t pid_ = getpid();
  const std::string name_;
  Listener listener_;
  UniqueFd epoll_;
  UniqueFd spare_{::eventfd(0, EFD_CLOEXEC)};  // of the service's thread
  std::map<int, Guest> guests_;                // by descriptor; of the service's thread
  std::uint64_t come_ = 0;                     // guests so far
  std::size_t room_ = 0;                       // descriptors that may be open, as last seen
};

std::atomic<HostService*> current{nullptr};

[[noreturn]] void FailToStart(const char* what) {
  Fail(Code::kHcclSyscall, "the service for other processes of this host cannot start: {}: {}",
       what, std::strerror(errno));
}

HostService::HostService()
    : name_("ferry-" + RandomName()),
      listener_(UniqueFd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!listener_.is_open()) FailToStart("socket");
  if (!epoll_) FailToStart("epoll_create1");
  socklen_t length = 0;
  const sockaddr_un address = AbstractAddress(name_, length);
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0)
    FailToStart("bind");
  if (::listen(listener_.get(), SOMAXCONN) != 0) FailToStart("listen");
  Listen(listener_.get());
}

void HostService::Listen(int fd) const {
  epoll_event event{.events = EPOLLIN | EPOLLRDHUP, .data = {.fd = fd}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) FailToStart("epoll_ctl");
}

void HostService::DropOldest() {
  auto oldest = guests_.begin();
  for (auto guest = guests_.begin(); guest != guests_.end(); ++guest)
    if (guest->second.came < oldest->second.came) oldest = guest;
  Drop(oldest->first);
}

// Closing the socket would not be enough: a child made by fork keeps it, and epoll_ would go on
// telling of it.
void HostService::Drop(int guest) {
  (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, guest, nullptr);
  guests_.erase(guest);
}

void HostService::Accept() {
  UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) {
    if (errno == EMFILE || errno == ENFILE) AcceptWithoutDescriptors();
    return;
  }
  const auto identity = IdentityOfPeer(socket.get());
  if (!identity || identity->uid != ::geteuid()) return;
  if (guests_.size() >= kMaxSilent) DropOldest();
  const int fd = socket.get();
  Listen(fd);
  guests_[fd] = {std::move(socket), ++come_};
}

// The one that waits longest makes room, or else the spare descriptor does for a guest that is told
// no: neither is anybody left to wait, nor does this thread spin.
void HostService::AcceptWithoutDescriptors() {
  const std::size_t room = MakeDescriptorRoom(kMaxSilent);
  if (room > std::exchange(room_, room)) return;  // try again
  if (!guests_.empty()) return DropOldest();
  spare_.Reset();
  {
    const UniqueFd guest(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (guest)
      SendReply(guest.get(), HostAnswer::kFailed, -1);
    else
      std::this_thread::sleep_for(kPause);
  }
  spare_ = UniqueFd(::eventfd(0, EFD_CLOEXEC));
  log::ErrorOnce(
      "other processes of this host cannot be given this one's memory: it may open no "
      "more descriptors (ulimit -n)");
}

void HostService::Answer(int socket) {
  const auto request = ReceiveRequest(socket);
  if (!request) return;
  try {
    if (request->kind == HostRequestKind::kSegment) {
      const UniqueFd segment = memory::ProcessSegment().OpenReadOnly();
      SendReply(socket, HostAnswer::kHere, segment.get());
    } else if (request->kind == HostRequestKind::kBoard) {
      const UniqueFd board = OfferedMemory(request->key.data());
      SendReply(socket, board ? HostAnswer::kHere : HostAnswer::kNotYet, board.get());
    } else {
      SendReply(socket, HostAnswer::kRefused, -1);
    }
  } catch (const std::exception& error) {
    log::Error(fmt::format("a process of this host asked for memory: {}", error.what()));
    SendReply(socket, HostAnswer::kFailed, -1);
  }
}

void HostService::Loop() {
  std::array<epoll_event, 64> events{};
  for (;;) {
    const int count =
        ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
    if (count < 0 && errno != EINTR) return;
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      try {
        if (fd == listener_.get()) {
          Accept();
        } else if (guests_.count(fd) != 0) {
          Answer(fd);
          Drop(fd);  // one question each
        }
      } catch (const std::exception& error) {
        log::Error(fmt::format("a process of this host is not served: {}", error.what()));
      }
    }
  }
}

// No lock: a child may be forked while another thread holds it.
HostService& OfThisProcess() {
  for (;;) {
    // acquire: pairs with the publication below.
    HostService* seen = current.load(std::memory_order_acquire);
    if (seen != nullptr && seen->pid() == getpid()) return *seen;
    auto fresh = std::make_unique<HostService>();
    // acq_rel: publishes the service, or shows the one that was faster.
    if (!current.compare_exchange_strong(seen, fresh.get(), std::memory_order_acq_rel)) continue;
    HostService* const started = fresh.release();  // never destroyed
    try {
      StartQuietThread([started] { started->Loop(); });
    } catch (const std::system_error& error) {
      current.store(nullptr, std::memory_order_release);
      started->CloseListener();
      Fail(Code::kHcclSyscall,
           "the service for other processes of this host cannot start: no thread: {}",
           error.what());
    }
    return *started;
  }
}

}  // namespace

std::string HostServiceName() {
  return OfThisProcess().name();
}

}  // namespace ferry::comm
