// What a rank publishes for one call, and what its peers read of it.
//
// The record knows nothing of the operator: attributes are compared as text when the ranks meet,
// parts and values mean what the operator says they mean (moe/dispatch.cc, moe/combine.cc).
#ifndef FERRY_COMM_RECORD_H_
#define FERRY_COMM_RECORD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ferry::comm {

// One parameter that must be equal on every rank, rendered as text.
struct Attribute {
  std::string name;   // as in the C API, at most kMaxAttributeName bytes
  std::string value;  // at most kMaxAttributeValue bytes
};

inline constexpr std::size_t kMaxAttributes = 20;
inline constexpr std::size_t kMaxAttributeName = 31;
inline constexpr std::size_t kMaxAttributeValue = 31;
inline constexpr std::size_t kMaxFailureText = 511;
inline constexpr std::size_t kNumParts = 4;
inline constexpr std::size_t kNumValues = 16;

// Why this rank's own input cannot be worked on. Lower causes are reported first.
enum class Cause : std::uint8_t { kNone = 0, kExpertId = 1, kOther = 2 };

// Memory of this rank that its peers may read between GO and Release.
struct Part {
  const std::byte* data = nullptr;
  std::uint64_t bytes = 0;
};

struct Record {
  std::vector<Attribute> attributes;  // in the order in which a difference is reported
  Cause cause = Cause::kNone;
  std::string failure;  // the sentence when cause != kNone: `rank 2 token 5 k 1: ...`
  std::array<Part, kNumParts> parts{};
  std::array<std::int64_t, kNumValues> values{};
};

// A peer's record as it is read after GO. `parts` are valid addresses in this process, already
// checked against what the peer owns.
struct PeerRecord {
  std::array<Part, kNumParts> parts{};
  std::array<std::int64_t, kNumValues> values{};
  std::uint64_t staged = 0;  // bytes of the parts that the peer copied first, for ranks elsewhere
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_RECORD_H_
