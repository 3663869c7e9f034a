#include "read_file.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace ferry::tool {
namespace {

[[noreturn]] void Refuse(const std::string& flag, const std::string& path, int error) {
  throw std::invalid_argument(fmt::format("{} is '{}', which cannot be read: {}", flag, path,
                                          std::generic_category().message(error)));
}

}  // namespace

std::string ReadFile(const std::string& flag, const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (file == nullptr) Refuse(flag, path, errno);
  std::string content;
  std::array<char, 65536> buffer{};
  while (const std::size_t bytes = std::fread(buffer.data(), 1, buffer.size(), file.get()))
    content.append(buffer.data(), bytes);
  if (std::ferror(file.get()) != 0) Refuse(flag, path, errno);  // a folder opens, and has no bytes
  return content;
}

}  // namespace ferry::tool
