// What a plain copy of as many bytes costs on this machine, measured in the same run.
#ifndef FERRY_TOOLS_FERRY_COPY_ROOF_H_
#define FERRY_TOOLS_FERRY_COPY_ROOF_H_

#include <cstddef>

namespace ferry::tool {

// Copies between two buffers with memcpy, one thread a core.
class CopyRoof {
 public:
  // `bytes` per copy in all, read from a source that is `reuse` times smaller, as dispatch reads
  // each token once per expert.
  CopyRoof(std::size_t bytes, std::size_t reuse);
  CopyRoof(const CopyRoof&) = delete;
  CopyRoof& operator=(const CopyRoof&) = delete;
  ~CopyRoof();

  // Seconds that one copy takes now.
  [[nodiscard]] double Measure();

 private:
  std::size_t source_bytes_;
  std::size_t bytes_;
  std::byte* source_;
  std::byte* target_;
};

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_COPY_ROOF_H_
