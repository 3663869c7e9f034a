#include "memory/peer_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/math.h"
#include "base/text.h"

namespace ferry::memory {
namespace {

// Of a process with hundreds of peers all first windows fit below a modest `ulimit -v`.
constexpr std::uint64_t kFirstWindow = std::uint64_t{64} << 20;
constexpr std::uint64_t kPage = 4096;

const std::byte* TryMap(int fd, std::uint64_t bytes) {
  void* const base = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED | MAP_NORESERVE, fd, 0);
  if (base == MAP_FAILED) return nullptr;
  // Neither is needed for what is read to be right: refusals do not matter.
  ::madvise(base, bytes, MADV_DONTDUMP);
  ::madvise(base, bytes, MADV_DONTFORK);
  return static_cast<const std::byte*>(base);
}

}  // namespace

PeerFile::PeerFile(UniqueFd file) : file_(std::move(file)), pid_(::getpid()) {
  const int seals = ::fcntl(file_.get(), F_GET_SEALS);
  Require(seals >= 0, Code::kRtMemoryAllocation, "a peer's memory is not a memory file: {}",
          std::strerror(errno));
  // Reading behind the end of a file is a SIGBUS.
  Require((seals & F_SEAL_SHRINK) != 0, Code::kRtMemoryAllocation,
          "a peer's memory file may shrink while it is read; its seals are {:#x}", seals);
}

PeerFile::~PeerFile() {
  // In a forked child something else may lie at these addresses by now.
  if (::getpid() != pid_) return;
  for (const auto& window : windows_) ::munmap(const_cast<std::byte*>(window->base), window->bytes);
}

const std::byte* PeerFile::At(std::uint64_t offset, std::uint64_t bytes) {
  Require(bytes <= UINT64_MAX - offset, Code::kRtMemoryAllocation,
          "{} bytes at offset {} of a peer's memory have no end", bytes, offset);
  const std::uint64_t end = offset + bytes;
  // acquire: who sees the window sees its fields.
  const Window* window = current_.load(std::memory_order_acquire);
  if (window == nullptr || end > window->readable.load(std::memory_order_relaxed))
    window = &Grow(end);
  return window->base + offset;
}

const PeerFile::Window& PeerFile::Grow(std::uint64_t end) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t file_size = FileSize();
  Require(end <= file_size, Code::kRtMemoryAllocation,
          "byte {} of a peer's memory is wanted, which has {} bytes", end, file_size);
  if (windows_.empty() || end > windows_.back()->bytes) AddWindow(end);
  Window& window = *windows_.back();
  window.readable.store(std::min(window.bytes, file_size), std::memory_order_relaxed);
  // release: see At.
  current_.store(&window, std::memory_order_release);
  return window;
}

void PeerFile::AddWindow(std::uint64_t end) {
  const std::uint64_t just = AlignUp(end, kPage);
  std::uint64_t bytes = std::max(kFirstWindow, std::bit_ceil(end));
  auto window = std::make_unique<Window>();
  windows_.reserve(windows_.size() + 1);  // so that nothing fails once it is mapped
  window->base = TryMap(file_.get(), bytes);
  if (window->base == nullptr) window->base = TryMap(file_.get(), bytes = just);
  Require(window->base != nullptr, Code::kRtMemoryAllocation,
          "{} of a peer's memory cannot be mapped: {} (limits: ulimit -v, vm.max_map_count)",
          FormatBytes(just), std::strerror(errno));
  window->bytes = bytes;
  windows_.push_back(std::move(window));
}

std::uint64_t PeerFile::FileSize() const {
  struct stat status {};
  Require(::fstat(file_.get(), &status) == 0, Code::kRtMemoryAllocation,
          "the size of a peer's memory cannot be read: {}", std::strerror(errno));
  return static_cast<std::uint64_t>(status.st_size);
}

std::uint64_t PeerFile::MappedBytes() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t bytes = 0;
  for (const auto& window : windows_) bytes += window->bytes;
  return bytes;
}

}  // namespace ferry::memory
