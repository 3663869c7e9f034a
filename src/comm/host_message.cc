#include "comm/host_message.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace ferry::comm {

sockaddr_un AbstractAddress(std::string_view service, socklen_t& length) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // A zero in front makes the name abstract: it lives in the network namespace, not in a folder.
  const std::size_t bytes = std::min(service.size(), sizeof(address.sun_path) - 1);
  std::memcpy(address.sun_path + 1, service.data(), bytes);
  length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + bytes);
  return address;
}

std::optional<PeerIdentity> IdentityOfPeer(int socket) {
  ucred credentials{};
  socklen_t length = sizeof(credentials);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0)
    return std::nullopt;
  return PeerIdentity{credentials.uid, credentials.pid};
}

std::optional<HostRequest> ReceiveRequest(int socket) {
  HostRequest request;
  // MSG_TRUNC: the length of the packet, even if it is longer than there is room.
  const ssize_t bytes = ::recv(socket, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);
  if (bytes != static_cast<ssize_t>(sizeof(request)) || request.magic != kHostMagic)
    return std::nullopt;
  request.key.back() = '\0';
  return request;
}

bool SendReply(int socket, HostAnswer answer, int fd) {
  HostReply reply;
  reply.answer = answer;
  iovec data{&reply, sizeof(reply)};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (fd >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &fd, sizeof(int));
  }
  return ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) ==
         static_cast<ssize_t>(sizeof(reply));
}

namespace {

// Takes the first of the descriptors that came along, and closes the others.
UniqueFd TakeDescriptors(msghdr& message) {
  UniqueFd first;
  for (const cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, const_cast<cmsghdr*>(header))) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      UniqueFd next(fd);
      if (!first) first = std::move(next);
    }
  }
  return first;
}

}  // namespace

std::optional<ReceivedReply> ReceiveReply(int socket) {
  HostReply reply;
  iovec data{&reply, sizeof(reply)};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t bytes = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  ReceivedReply received;
  // First of all, so that what came along is closed whatever else is wrong.
  if (bytes >= 0) received.fd = TakeDescriptors(message);
  if (bytes != static_cast<ssize_t>(sizeof(reply)) || reply.magic != kHostMagic)
    return std::nullopt;
  received.answer = reply.answer;
  return received;
}

}  // namespace ferry::comm
