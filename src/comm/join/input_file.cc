#include "comm/join/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/fd.h"

namespace ferry::comm {
namespace {

constexpr std::uint32_t kPermissions = 07777;

}  // namespace

InputFile ReadInputFile(const std::string& subject, const std::string& path, std::size_t most) {
  const auto require = [&](bool ok, const char* reason) {
    Require(ok, Code::kHcclOpenFileFailure, "{} cannot be read: {}", subject, reason);
  };
  // O_NONBLOCK: the opening of a pipe must not wait for who writes it.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  require(static_cast<bool>(fd), std::strerror(errno));
  struct stat status {};
  require(::fstat(fd.get(), &status) == 0, std::strerror(errno));
  require(!S_ISDIR(status.st_mode), "it is a directory");
  require(S_ISREG(status.st_mode), "it is no regular file");
  InputFile file{.content = {}, .mode = status.st_mode & kPermissions, .owner = status.st_uid};
  std::array<char, 65536> buffer;
  while (file.content.size() < most) {
    const std::size_t wanted = std::min(buffer.size(), most - file.content.size());
    const ssize_t count = ::read(fd.get(), buffer.data(), wanted);
    if (count < 0 && errno == EINTR) continue;
    require(count >= 0, std::strerror(errno));
    if (count == 0) break;
    file.content.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return file;
}

}  // namespace ferry::comm
