// The packets of a host service: requests that strangers of this user send, and replies that a
// service gives, with or without descriptors. No packet crashes anybody or costs a descriptor, and
// the service of this process goes on.
#include <fcntl.h>
#include <fuzzer/FuzzedDataProvider.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "comm/host_client.h"
#include "comm/host_message.h"
#include "comm/host_service.h"
#include "fuzz/require.h"

namespace ferry::fuzz {
namespace {

struct Pair {
  UniqueFd a;
  UniqueFd b;
};

Pair Connected() {
  int ends[2] = {};
  Must(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0,
       "a socket");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// The lowest number that the next descriptor gets: higher than before when one has been left open.
int NextDescriptor() {
  return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get();
}

// A request with any byte in it, or any bytes.
std::string AnyRequest(FuzzedDataProvider& data) {
  if (data.ConsumeBool()) return data.ConsumeRandomLengthString(300);
  comm::HostRequest request;
  if (data.ConsumeBool()) request.kind = comm::HostRequestKind::kBoard;
  if (data.ConsumeBool())
    request.kind = static_cast<comm::HostRequestKind>(data.ConsumeIntegral<std::uint32_t>());
  if (data.ConsumeBool()) request.magic ^= data.ConsumeIntegral<std::uint8_t>();
  request.reserved = data.ConsumeIntegral<std::uint8_t>();
  data.ConsumeData(request.key.data(), request.key.size());
  std::string bytes(reinterpret_cast<const char*>(&request), sizeof(request));
  bytes.resize(bytes.size() - data.ConsumeIntegralInRange<std::size_t>(0, 2));
  if (data.ConsumeBool()) bytes += data.ConsumeRandomLengthString(100);
  return bytes;
}

void TakeRequest(FuzzedDataProvider& data) {
  const Pair pair = Connected();
  const std::string bytes = AnyRequest(data);
  static_cast<void>(!::send(pair.a.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
  const auto request = comm::ReceiveRequest(pair.b.get());
  if (!request) return;
  Must(bytes.size() == sizeof(comm::HostRequest), "a request has its size",
       static_cast<std::int64_t>(bytes.size()));
  Must(request->magic == comm::kHostMagic && request->key.back() == '\0', "a request");
}

// A reply, or any bytes; along with up to `most` descriptors.
void SendAnyReply(FuzzedDataProvider& data, int socket, std::size_t most) {
  std::string bytes = data.ConsumeRandomLengthString(60);
  if (data.ConsumeBool()) {
    comm::HostReply reply;
    reply.answer = static_cast<comm::HostAnswer>(data.ConsumeIntegralInRange<std::uint32_t>(0, 5));
    bytes.assign(reinterpret_cast<const char*>(&reply), sizeof(reply));
  }
  iovec vec{bytes.data(), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(8 * sizeof(int))> control{};
  const auto count = data.ConsumeIntegralInRange<std::size_t>(0, most);
  msghdr message{};
  message.msg_iov = &vec;
  message.msg_iovlen = 1;
  if (count > 0) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    const std::vector<int> fds(count, socket);
    std::memcpy(CMSG_DATA(header), fds.data(), count * sizeof(int));
  }
  static_cast<void>(!::sendmsg(socket, &message, MSG_NOSIGNAL));
}

void TakeReply(FuzzedDataProvider& data) {
  const int before = NextDescriptor();
  {
    const Pair pair = Connected();
    SendAnyReply(data, pair.a.get(), 8);
    static_cast<void>(comm::ReceiveReply(pair.b.get()));
  }
  Must(NextDescriptor() <= before, "a reply leaves no descriptor behind");
}

// Any packets, then somebody who asks properly.
void VisitService(FuzzedDataProvider& data) {
  const std::string service = comm::HostServiceName();
  socklen_t length = 0;
  const sockaddr_un address = comm::AbstractAddress(service, length);
  for (int i = data.ConsumeIntegralInRange(1, 3); i > 0; --i) {
    const UniqueFd visitor(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    Must(::connect(visitor.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0,
         "a connection");
    const std::string bytes = AnyRequest(data);
    static_cast<void>(!::send(visitor.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
  const UniqueFd segment = comm::FetchSegment(
      {::getpid(), service}, {.deadline = Deadline::After(std::chrono::seconds(20))});
  Must(static_cast<bool>(segment), "the service gives the segment to who asks properly");
}

}  // namespace
}  // namespace ferry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ferry::fuzz;
  FuzzedDataProvider data(bytes, size);
  switch (data.ConsumeIntegralInRange(0, 7)) {
    case 0:
      VisitService(data);
      break;
    case 1:
    case 2:
    case 3:
      TakeReply(data);
      break;
    default:
      TakeRequest(data);
  }
  return 0;
}
