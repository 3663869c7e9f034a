#include "comm/join/frame.h"

#include <cstdint>

#include "base/error.h"

namespace ferry::comm {
namespace {
constexpr std::size_t kLengthBytes = 4;
}  // namespace

std::string MakeFrame(std::string_view content) {
  std::string frame;
  frame.reserve(kLengthBytes + content.size());
  for (std::size_t i = 0; i < kLengthBytes; ++i)
    frame.push_back(static_cast<char>(content.size() >> (8 * i) & 0xff));
  return frame.append(content);
}

std::optional<std::string> FrameReader::Next() {
  if (buffer_.size() < kLengthBytes) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i)
    length |= std::size_t{static_cast<std::uint8_t>(buffer_[i])} << (8 * i);
  Require(length <= most_, Code::kHcclRemote, "a frame of {} bytes; at most {} are taken", length,
          most_);
  if (buffer_.size() - kLengthBytes < length) return std::nullopt;
  std::string content = buffer_.substr(kLengthBytes, length);
  buffer_.erase(0, kLengthBytes + length);
  return content;
}

}  // namespace ferry::comm
