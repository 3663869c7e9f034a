#include "memory/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/error.h"
#include "base/text.h"

namespace ferry::memory {
namespace {

// Growing a file beyond RLIMIT_FSIZE is not an error but a signal (SIGXFSZ) that ends the process.
void RequireFileSizeAllowed(std::uint64_t bytes) {
  rlimit limit{};
  const bool known = ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  Require(!known || bytes <= limit.rlim_cur, Code::kRtMemoryAllocation,
          "device memory of {} is needed, but the process may not grow files beyond {} (ulimit -f)",
          FormatBytes(bytes), FormatBytes(limit.rlim_cur));
}

}  // namespace

MemoryFile::MemoryFile() : fd_(::memfd_create("ferry", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  Require(static_cast<bool>(fd_), Code::kRtMemoryAllocation,
          "memfd_create, where device memory comes from, failed: {}; does a sandbox (seccomp) "
          "refuse it?",
          std::strerror(errno));
  // A peer that maps the file must never find it shorter: that would be a SIGBUS on its side.
  Require(::fcntl(fd_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) == 0,
          Code::kRtMemoryAllocation, "the memory file cannot be sealed: {}", std::strerror(errno));
}

std::uint64_t MemoryFile::Extend(std::size_t bytes) {
  // relaxed: each range belongs to who drew it; nothing is published with the number.
  const std::uint64_t offset = size_.fetch_add(bytes, std::memory_order_relaxed);
  RequireFileSizeAllowed(offset + bytes);
  if (::ftruncate(fd_.get(), static_cast<off_t>(offset + bytes)) == 0) return offset;
  // A thread that drew a later range may have grown the file already; the seal then refuses ours.
  const int error = errno;
  struct stat status {};
  const bool longer = ::fstat(fd_.get(), &status) == 0 &&
                      static_cast<std::uint64_t>(status.st_size) >= offset + bytes;
  Require(longer, Code::kRtMemoryAllocation, "the memory file cannot grow to {}: {}",
          FormatBytes(offset + bytes), std::strerror(error));
  return offset;
}

std::byte* MemoryFile::Map(std::uint64_t offset, std::size_t bytes) const {
  void* base = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd_.get(),
                      static_cast<off_t>(offset));
  Require(base != MAP_FAILED, Code::kRtMemoryAllocation,
          "{} of addresses cannot be mapped: {} (limits: ulimit -v, vm.max_map_count)",
          FormatBytes(bytes), std::strerror(errno));
  // Refused only where core dumps do not matter.
  ::madvise(base, bytes, MADV_DONTDUMP);
  return static_cast<std::byte*>(base);
}

bool MemoryFile::Commit(std::uint64_t offset, std::size_t bytes) const noexcept {
  // In pieces: a signal makes the system undo the piece it was at, and a profiler's come often.
  constexpr std::size_t kPiece = std::size_t{64} << 20;
  while (bytes > 0) {
    const std::size_t piece = std::min(bytes, kPiece);
    if (::fallocate(fd_.get(), 0, static_cast<off_t>(offset), static_cast<off_t>(piece)) != 0) {
      if (errno == EINTR) continue;
      return false;
    }
    offset += piece;
    bytes -= piece;
  }
  return true;
}

void MemoryFile::Punch(std::uint64_t offset, std::size_t bytes) const noexcept {
  // Fails only for ranges that are not in the file, which would be a bug of ours.
  ::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
              static_cast<off_t>(bytes));
}

MemoryFile::Run MemoryFile::NextData(std::uint64_t begin, std::uint64_t end) const noexcept {
  // lseek answers without moving anybody: nothing here uses the file's own position.
  const off_t data = ::lseek(fd_.get(), static_cast<off_t>(begin), SEEK_DATA);
  if (data < 0 && errno == ENXIO) return {end, end};  // only a hole is left
  if (data < 0) return {begin, end};                  // not told: reading it is always right
  const off_t hole = ::lseek(fd_.get(), data, SEEK_HOLE);
  const std::uint64_t run_end = hole < 0 ? end : static_cast<std::uint64_t>(hole);
  return {std::min(static_cast<std::uint64_t>(data), end), std::min(run_end, end)};
}

UniqueFd MemoryFile::OpenReadOnly() const {
  const std::string path = "/proc/self/fd/" + std::to_string(fd_.get());
  UniqueFd opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  Require(static_cast<bool>(opened), Code::kRtMemoryAllocation,
          "the memory file cannot be opened for peers ({}): {}", path, std::strerror(errno));
  return opened;
}

std::uint64_t MemoryFile::CommittedBytes() const noexcept {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_blocks) * 512;  // st_blocks counts 512 bytes
}

}  // namespace ferry::memory
