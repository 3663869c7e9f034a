#include "comm/join/secret_file.h"

#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "base/env.h"
#include "base/error.h"
#include "comm/join/input_file.h"

namespace ferry::comm {
namespace {

constexpr std::size_t kLeast = 16;
constexpr std::size_t kMost = 4096;
constexpr std::uint32_t kOthers = 077;

// A secret that others can read is none.
void RequirePrivate(const std::string& path, const InputFile& file) {
  const std::uint32_t user = ::geteuid();
  Require(file.owner == user, Code::kHcclPara,
          "FERRY_SECRET_FILE names {}, which belongs to user {}; must belong to user {}, who runs "
          "this process",
          path, file.owner, user);
  Require((file.mode & kOthers) == 0, Code::kHcclPara,
          "FERRY_SECRET_FILE names {}, whose mode is {:04o}; must give group and others nothing: "
          "chmod 600 {}",
          path, file.mode, path);
}

}  // namespace

Secret ReadSecret(const std::string& path) {
  // With a line end, and one byte too many.
  const InputFile file =
      ReadInputFile("FERRY_SECRET_FILE names " + path + ", which", path, kMost + 3);
  RequirePrivate(path, file);
  std::string text = file.content;
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
