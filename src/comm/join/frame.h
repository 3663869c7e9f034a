// Messages on a stream: four bytes of length, little-endian, and as many of content.
#ifndef FERRY_COMM_JOIN_FRAME_H_
#define FERRY_COMM_JOIN_FRAME_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::comm {

inline constexpr std::size_t kMaxRequestFrame = 64 << 10;  // what a root takes from a stranger
inline constexpr std::size_t kMaxReplyFrame = 1024 << 10;  // a ticket names up to 768 processes

[[nodiscard]] std::string MakeFrame(std::string_view content);

// Cuts a stream into frames.
class FrameReader {
 public:
  explicit FrameReader(std::size_t most) : most_(most) {}

  void Append(std::string_view bytes) { buffer_.append(bytes); }

  // The next whole frame's content; nothing when it has not arrived yet. Throws Error{kHcclRemote}
  // as soon as a length beyond the limit is seen: the stream is of no use then.
  [[nodiscard]] std::optional<std::string> Next();

 private:
  const std::size_t most_;
  std::string buffer_;
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_FRAME_H_
