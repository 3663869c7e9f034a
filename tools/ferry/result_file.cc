#include "result_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace ferry::tool {

ResultFile::ResultFile(std::string flag, std::string path)
    : flag_(std::move(flag)), path_(std::move(path)) {
  if (path_.empty()) return;
  is_new_ = !std::filesystem::exists(path_);
  errno = 0;
  const std::ofstream file(path_, std::ios::app);  // keeps what the file holds
  if (!file) Refuse();
}

ResultFile::~ResultFile() {
  std::error_code ignored;
  if (is_new_ && !is_written_) std::filesystem::remove(path_, ignored);
}

void ResultFile::Write(const std::string& content) {
  if (path_.empty()) return;
  errno = 0;
  std::ofstream file(path_, std::ios::trunc);
  file << content;
  file.close();
  if (!file) Refuse();
  is_written_ = true;
}

void ResultFile::Refuse() const {
  throw std::invalid_argument(
      fmt::format("{} is '{}', which cannot be written ({}); must name a file in a folder that "
                  "exists",
                  flag_, path_, errno != 0 ? std::strerror(errno) : "unknown error"));
}

}  // namespace ferry::tool
