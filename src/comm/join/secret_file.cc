#include "comm/join/secret_file.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>

#include "base/env.h"
#include "base/error.h"

namespace ferry::comm {
namespace {

constexpr std::size_t kLeast = 16;
constexpr std::size_t kMost = 4096;

}  // namespace

Secret ReadSecret(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMost + 3, '\0');  // with a line end, and one byte too many
  errno = 0;
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  Require(file.eof() || file.good(), Code::kHcclOpenFileFailure,
          "FERRY_SECRET_FILE names {}, which cannot be read: {}", path, std::strerror(errno));
  text.resize(static_cast<std::size_t>(file.gcount()));
  text.erase(text.find_last_not_of("\r\n") + 1);
  Require(text.size() >= kLeast && text.size() <= kMost, Code::kHcclPara,
          "FERRY_SECRET_FILE names {}, whose secret has {} bytes; must be in [{}, {}]", path,
          text.size() > kMost ? "too many" : std::to_string(text.size()), kLeast, kMost);
  return Prove(Secret{}, {"ferry-secret-file", text});
}

std::optional<Secret> SecretOfEnvironment() {
  const std::string path = env::SecretFile();
  if (path.empty()) return std::nullopt;
  return ReadSecret(path);
}

}  // namespace ferry::comm
