#include "comm/board.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "base/error.h"
#include "comm/liveness.h"

namespace ferry::comm {
namespace {

std::uint64_t RandomGeneration() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

// A shared mapping of `bytes` zero bytes that nobody can shrink under its users.
std::byte* MapSharedMemory(std::size_t bytes) {
  const int fd = memfd_create("ferry-board", MFD_CLOEXEC);
  Require(fd >= 0, Code::kHcclMemory, "memfd_create for a board of {} bytes failed: {}", bytes,
          std::strerror(errno));
  void* base = MAP_FAILED;
  if (ftruncate(fd, static_cast<off_t>(bytes)) == 0)
    base = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  const int error = errno;
  close(fd);  // the mapping keeps the memory
  Require(base != MAP_FAILED, Code::kHcclMemory, "mapping a board of {} bytes failed: {}", bytes,
          std::strerror(error));
  return static_cast<std::byte*>(base);
}

}  // namespace

std::shared_ptr<Board> Board::Create(std::string_view name, std::int32_t size) {
  Require(size >= 1 && size <= kMaxRanks, Code::kHcclPara,
          "the number of ranks is {}; must be in [1, {}]", size, kMaxRanks);
  Require(!name.empty() && name.size() <= kMaxGroupName, Code::kHcclPara,
          "the length of the group name is {}; must be in [1, {}]", name.size(), kMaxGroupName);
  std::byte* base = MapSharedMemory(LayoutOf(size).bytes);
  // Zero-filled memory is a valid board of absent ranks and calls that nobody has started.
  auto* header = reinterpret_cast<Header*>(base);
  header->magic = kBoardMagic;
  header->generation = RandomGeneration();
  header->size = size;
  std::memcpy(header->name, name.data(), name.size());
  return std::shared_ptr<Board>(new Board(base, size));
}

Board::Board(std::byte* base, std::int32_t size)
    : base_(base), size_(size), layout_(LayoutOf(size)) {}

Board::~Board() {
  if (!watch_.known.empty()) DropDeadWatches();
  munmap(base_, layout_.bytes);
}

std::int32_t Board::CountLocalRanks() const {
  // relaxed: the cached number means itself.
  const std::int32_t cached = local_ranks_.load(std::memory_order_relaxed);
  if (cached >= 0) return cached;
  // acquire: when all have attached, all pids are visible.
  const bool complete =
      header().num_attached.load(std::memory_order_acquire) == static_cast<std::uint32_t>(size_);
  const pid_t self = getpid();
  std::int32_t count = 0;
  for (std::int32_t r = 0; r < size_; ++r)
    if (rank(r).pid.load(std::memory_order_relaxed) == self) ++count;
  if (complete) local_ranks_.store(count, std::memory_order_relaxed);
  return count;
}

}  // namespace ferry::comm
