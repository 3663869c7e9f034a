// A file that a user names: read, or refused with its name and the reason.
#ifndef FERRY_COMM_JOIN_INPUT_FILE_H_
#define FERRY_COMM_JOIN_INPUT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace ferry::comm {

// More than any rank table or list of addresses has.
inline constexpr std::size_t kMostInput = std::size_t{16} << 20;

struct InputFile {
  std::string content;
  std::uint32_t mode = 0;  // permission bits, as chmod takes them
  std::uint32_t owner = 0;
};

// The first `most` bytes of a regular file. Throws Error{kHcclOpenFileFailure} for any other, at
// once also for a pipe that nobody writes; `subject` begins its sentence: "rank table /tmp/t".
[[nodiscard]] InputFile ReadInputFile(const std::string& subject, const std::string& path,
                                      std::size_t most);

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_INPUT_FILE_H_
