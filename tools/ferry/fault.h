// A fault that `ferry run` commits on purpose, to show what a user would see.
#ifndef FERRY_TOOLS_FERRY_FAULT_H_
#define FERRY_TOOLS_FERRY_FAULT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ferry::tool {

struct Fault {
  enum class Kind : std::uint8_t {
    kNone,
    kAbsent,    // the rank does not call dispatch
    kMismatch,  // the rank calls dispatch with another value of `parameter`
    kFlip,      // one bit of the rank's dispatch output is turned over
  };
  Kind kind = Kind::kNone;
  std::int32_t rank = -1;
  std::string parameter;

  [[nodiscard]] bool Hits(Kind wanted, std::int32_t at_rank) const {
    return kind == wanted && rank == at_rank;
  }
  [[nodiscard]] bool Mismatches(const char* name, std::int32_t at_rank) const {
    return Hits(Kind::kMismatch, at_rank) && parameter == name;
  }
};

// Parameters that a mismatch can be made of.
[[nodiscard]] const std::vector<std::string>& MismatchParameters();

// "absent:3", "mismatch:moeExpertNum:3", "flip:3"; "" is no fault. Throws std::invalid_argument
// that names what is wrong and what is allowed.
[[nodiscard]] Fault ParseFault(const std::string& text, std::int32_t num_ranks);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_FAULT_H_
