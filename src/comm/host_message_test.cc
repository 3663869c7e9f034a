#include "comm/host_message.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace ferry::comm {
namespace {

class HostMessage : public ::testing::Test {
 protected:
  HostMessage() {
    int ends[2] = {};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    ours_.Reset(ends[0]);
    theirs_.Reset(ends[1]);
  }

  void Send(const void* bytes, std::size_t size) {
    EXPECT_EQ(::send(theirs_.get(), bytes, size, 0), static_cast<ssize_t>(size));
  }

  // A packet with `count` descriptors.
  void SendDescriptors(std::string bytes, std::size_t count) {
    iovec data{bytes.data(), bytes.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(4 * sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    const std::vector<int> fds(count, theirs_.get());
    std::memcpy(CMSG_DATA(header), fds.data(), count * sizeof(int));
    EXPECT_GE(::sendmsg(theirs_.get(), &message, 0), 0);
  }

  // Which number the next descriptor gets.
  static int NextDescriptor() { return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get(); }

  UniqueFd ours_;
  UniqueFd theirs_;
};

std::string GoodReply() {
  HostReply reply;
  reply.answer = HostAnswer::kHere;
  return {reinterpret_cast<const char*>(&reply), sizeof(reply)};
}

TEST_F(HostMessage, ARequestArrivesAsItWasSent) {
  HostRequest request;
  request.kind = HostRequestKind::kBoard;
  request.key = {'k', 'e', 'y'};
  Send(&request, sizeof(request));
  const auto got = ReceiveRequest(ours_.get());
  ASSERT_TRUE(got);
  EXPECT_EQ(got->kind, HostRequestKind::kBoard);
  EXPECT_STREQ(got->key.data(), "key");
}

TEST_F(HostMessage, ARequestHasItsLengthAndItsMagic) {
  std::array<char, sizeof(HostRequest) + 1> bytes{};
  const HostRequest request;
  std::memcpy(bytes.data(), &request, sizeof(request));
  Send(bytes.data(), sizeof(request) - 1);
  EXPECT_FALSE(ReceiveRequest(ours_.get()));
  Send(bytes.data(), bytes.size());
  EXPECT_FALSE(ReceiveRequest(ours_.get()));
  bytes[0] = static_cast<char>(bytes[0] + 1);
  Send(bytes.data(), sizeof(request));
  EXPECT_FALSE(ReceiveRequest(ours_.get()));
  EXPECT_FALSE(ReceiveRequest(ours_.get())) << "there is none";
}

TEST_F(HostMessage, AKeyEnds) {
  HostRequest request;
  request.key.fill('k');
  Send(&request, sizeof(request));
  EXPECT_EQ(ReceiveRequest(ours_.get())->key.back(), '\0');
}

TEST_F(HostMessage, AReplyBringsItsDescriptor) {
  ASSERT_TRUE(SendReply(theirs_.get(), HostAnswer::kHere, theirs_.get()));
  auto reply = ReceiveReply(ours_.get());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->answer, HostAnswer::kHere);
  EXPECT_TRUE(reply->fd);
  ASSERT_TRUE(SendReply(theirs_.get(), HostAnswer::kNotYet, -1));
  reply = ReceiveReply(ours_.get());
  ASSERT_TRUE(reply);
  EXPECT_FALSE(reply->fd);
}

TEST_F(HostMessage, NoReplyCostsADescriptorThatNobodyOwns) {
  const int before = NextDescriptor();
  for (const std::size_t count : {1U, 2U, 3U, 4U}) {
    SendDescriptors(GoodReply(), count);
    EXPECT_TRUE(ReceiveReply(ours_.get())) << count;
    EXPECT_EQ(NextDescriptor(), before) << count << " with a reply";
    SendDescriptors("too short", count);
    EXPECT_FALSE(ReceiveReply(ours_.get())) << count;
    EXPECT_EQ(NextDescriptor(), before) << count << " with no reply";
    SendDescriptors("", count);
    EXPECT_FALSE(ReceiveReply(ours_.get())) << count;
    EXPECT_EQ(NextDescriptor(), before) << count << " with nothing";
  }
}

}  // namespace
}  // namespace ferry::comm
