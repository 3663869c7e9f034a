#include "comm/board.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <random>
#include <utility>

#include "base/error.h"
#include "comm/liveness.h"

namespace ferry::comm {
namespace {

std::uint64_t RandomGeneration() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

// Zero bytes that nobody can shrink under their users, nor grow.
UniqueFd NewSharedMemory(std::size_t bytes) {
  UniqueFd fd(memfd_create("ferry-board", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  Require(static_cast<bool>(fd), Code::kHcclMemory,
          "memfd_create for a board of {} bytes failed: {}", bytes, std::strerror(errno));
  const bool made = ftruncate(fd.get(), static_cast<off_t>(bytes)) == 0 &&
                    fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0;
  Require(made, Code::kHcclMemory, "memory for a board of {} bytes failed: {}", bytes,
          std::strerror(errno));
  return fd;
}

std::byte* MapSharedMemory(const UniqueFd& fd, std::size_t bytes) {
  void* const base =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd.get(), 0);
  Require(base != MAP_FAILED, Code::kHcclMemory, "mapping a board of {} bytes failed: {}", bytes,
          std::strerror(errno));
  return static_cast<std::byte*>(base);
}

void RequireBoard(bool ok, const char* what) {
  Require(ok, Code::kHcclInternal, "what another process gave as a board is none: {}", what);
}

// The bytes of the board in `memory`, once they are known to be one.
std::size_t CheckedBytes(const UniqueFd& memory) {
  const int seals = fcntl(memory.get(), F_GET_SEALS);
  RequireBoard(seals >= 0 && (seals & F_SEAL_SHRINK) != 0, "it can shrink");
  struct stat status {};
  RequireBoard(fstat(memory.get(), &status) == 0, "its size is not known");
  Header header{};
  RequireBoard(pread(memory.get(), &header, offsetof(Header, num_gone), 0) ==
                   static_cast<ssize_t>(offsetof(Header, num_gone)),
               "it is too short");
  RequireBoard(header.magic == kBoardMagic, "it is of another version of the library");
  RequireBoard(header.size >= 1 && header.size <= kMaxRanks, "the number of ranks is impossible");
  RequireBoard(header.name[kMaxGroupName] == '\0', "its name does not end");
  const std::size_t bytes = LayoutOf(header.size).bytes;
  RequireBoard(static_cast<std::size_t>(status.st_size) == bytes, "its size is wrong");
  return bytes;
}

}  // namespace

std::shared_ptr<Board> Board::Create(std::string_view name, std::int32_t size) {
  return CreateShared(name, size).board;
}

Board::Shared Board::CreateShared(std::string_view name, std::int32_t size) {
  Require(size >= 1 && size <= kMaxRanks, Code::kHcclPara,
          "the number of ranks is {}; must be in [1, {}]", size, kMaxRanks);
  Require(!name.empty() && name.size() <= kMaxGroupName, Code::kHcclPara,
          "the length of the group name is {}; must be in [1, {}]", name.size(), kMaxGroupName);
  UniqueFd memory = NewSharedMemory(LayoutOf(size).bytes);
  std::byte* const base = MapSharedMemory(memory, LayoutOf(size).bytes);
  // Zero-filled memory is a valid board of absent ranks and calls that nobody has started.
  auto* header = reinterpret_cast<Header*>(base);
  header->magic = kBoardMagic;
  header->generation = RandomGeneration();
  header->size = size;
  std::memcpy(header->name, name.data(), name.size());
  return {std::shared_ptr<Board>(new Board(base, size)), std::move(memory)};
}

std::shared_ptr<Board> Board::Map(const UniqueFd& memory) {
  std::byte* const base = MapSharedMemory(memory, CheckedBytes(memory));
  return std::shared_ptr<Board>(new Board(base, reinterpret_cast<Header*>(base)->size));
}

Board::Board(std::byte* base, std::int32_t size)
    : base_(base),
      size_(size),
      layout_(LayoutOf(size)),
      attached_by_(static_cast<std::size_t>(size)),
      peer_files_(size) {}

Board::~Board() {
  if (!watch_.known.empty()) DropDeadWatches();
  munmap(base_, layout_.bytes);
}

bool Board::IsLocal(std::int32_t rank) const {
  return attached_by_[static_cast<std::size_t>(rank)].load(std::memory_order_relaxed) == getpid();
}

void Board::NoteLocal(std::int32_t rank) {
  attached_by_[static_cast<std::size_t>(rank)].store(getpid(), std::memory_order_relaxed);
}

std::int32_t Board::CountLocalRanks() const {
  // relaxed: the cached number means itself.
  const std::int32_t cached = local_ranks_.load(std::memory_order_relaxed);
  if (cached >= 0) return cached;
  // acquire: when all have attached, those of this process have been noted.
  const bool complete =
      header().num_attached.load(std::memory_order_acquire) == static_cast<std::uint32_t>(size_);
  std::int32_t count = 0;
  for (std::int32_t r = 0; r < size_; ++r)
    if (IsLocal(r)) ++count;
  if (complete) local_ranks_.store(count, std::memory_order_relaxed);
  return count;
}

}  // namespace ferry::comm
