#include "fuzz/join_peers.h"

#include <sodium.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "comm/join/frame.h"
#include "comm/join/proof.h"

namespace ferry::fuzz {
namespace {

constexpr std::uint8_t kRandomByte = 7;

const char* NameOfRandom() {
  return "foretold";
}
std::uint32_t RandomWord() {
  return kRandomByte * 0x01010101U;
}
void FillForetold(void* const bytes, const std::size_t size) {
  std::memset(bytes, kRandomByte, size);
}

comm::Answer AnswerTo(const std::string& request) {
  comm::Answer answer{.nonce = ForetoldNonce(), .request = request};
  answer.proof = comm::ProveRequest(kSecret, ForetoldHello(), answer);
  return answer;
}

}  // namespace

void ForetellNonces() {
  static randombytes_implementation foretold = {NameOfRandom, RandomWord,   nullptr,
                                                nullptr,      FillForetold, nullptr};
  static const int set = randombytes_set_implementation(&foretold);
  static_cast<void>(set);
}

comm::Nonce ForetoldNonce() {
  comm::Nonce nonce;
  nonce.fill(kRandomByte);
  return nonce;
}

comm::Hello ForetoldHello() {
  return {.id = kId, .nonce = ForetoldNonce()};
}

comm::JoinRequest GoodRequest(std::int32_t rank, std::int32_t size) {
  static const comm::Home home = comm::HomeOfThisProcess("service");
  return {.size = size,
          .rank = rank,
          .device = rank,
          .product = "a3",
          .home = home,
          .timeout = std::chrono::seconds(60)};
}

comm::JoinRequest AnyRequest(FuzzedDataProvider& data) {
  comm::JoinRequest request = GoodRequest(0, 2);
  request.size = data.ConsumeBool() ? 2 : data.ConsumeIntegral<std::int32_t>();
  request.rank = data.ConsumeBool() ? 1 : data.ConsumeIntegral<std::int32_t>();
  request.device = data.ConsumeBool() ? 1 : data.ConsumeIntegral<std::int32_t>();
  request.name = data.ConsumeRandomLengthString(200);
  if (data.ConsumeBool()) request.product = data.ConsumeRandomLengthString(200);
  if (data.ConsumeBool()) request.home.service = data.ConsumeRandomLengthString(200);
  if (data.ConsumeBool()) request.home.boot_id = data.ConsumeRandomLengthString(300);
  if (data.ConsumeBool()) request.home.hostname = data.ConsumeRandomLengthString(300);
  if (data.ConsumeBool()) request.home.pid = data.ConsumeIntegral<std::int32_t>();
  if (data.ConsumeBool()) request.home.start_time = data.ConsumeIntegral<std::uint64_t>();
  if (data.ConsumeBool()) request.home.uid = data.ConsumeIntegral<std::uint32_t>();
  if (data.ConsumeBool())
    request.timeout = std::chrono::milliseconds(data.ConsumeIntegral<std::int64_t>());
  return request;
}

std::string ProvenAnswer(const std::string& request) {
  return comm::MakeFrame(comm::EncodeAnswer(AnswerTo(request)));
}

std::string ProvenReply(const std::string& request, comm::ReplyKind kind, const std::string& body) {
  comm::Reply reply{.kind = kind, .body = body};
  reply.proof = comm::ProveReply(kSecret, ForetoldHello(), AnswerTo(request), reply);
  return comm::MakeFrame(comm::EncodeReply(reply));
}

void Say(const UniqueFd& socket, const std::string& bytes) {
  static_cast<void>(!::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

std::vector<std::string> FramesIn(const UniqueFd& socket) {
  comm::FrameReader reader(comm::kMaxReplyFrame);
  std::array<char, 4096> bytes;
  while (true) {
    const ssize_t got = ::recv(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got <= 0) break;
    reader.Append({bytes.data(), static_cast<std::size_t>(got)});
  }
  std::vector<std::string> frames;
  while (auto frame = reader.Next()) frames.push_back(*std::move(frame));
  return frames;
}

}  // namespace ferry::fuzz
