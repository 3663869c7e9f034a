// A file that a command promises to write, opened before its work: a path that cannot be written is
// found at once, not after minutes.
#ifndef FERRY_TOOLS_FERRY_RESULT_FILE_H_
#define FERRY_TOOLS_FERRY_RESULT_FILE_H_

#include <string>

namespace ferry::tool {

class ResultFile {
 public:
  // `path` of the option `flag` (`--json`); "" writes nothing. Throws std::invalid_argument.
  ResultFile(std::string flag, std::string path);
  ResultFile(const ResultFile&) = delete;
  ResultFile& operator=(const ResultFile&) = delete;
  // Removes a file that this object created and nothing was written to.
  ~ResultFile();

  // Replaces the file's content. What it held before is kept until then.
  void Write(const std::string& content);

 private:
  [[noreturn]] void Refuse() const;

  std::string flag_;
  std::string path_;
  bool is_new_ = false;
  bool is_written_ = false;
};

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_RESULT_FILE_H_
