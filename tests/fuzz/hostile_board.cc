#include "fuzz/hostile_board.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "comm/presence.h"
#include "fuzz/hostile_group.h"
#include "fuzz/require.h"
#include "memory/peer_file.h"

namespace ferry::fuzz {
namespace {

constexpr std::size_t kShared = 64 << 10;

UniqueFd MemoryFile(const std::string& content, std::size_t size, int seals) {
  UniqueFd file(::memfd_create("hostile", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  Must(static_cast<bool>(file), "a memory file");
  Must(::ftruncate(file.get(), static_cast<off_t>(size)) == 0, "its size");
  const std::size_t length = std::min(content.size(), size);
  Must(::pwrite(file.get(), content.data(), length, 0) == static_cast<ssize_t>(length), "bytes");
  Must(seals == 0 || ::fcntl(file.get(), F_ADD_SEALS, seals) == 0, "seals");
  return file;
}

class HeapAndPeer : public comm::ScratchSource {
 public:
  HeapAndPeer() : peer_(MemoryFile("the peer's rows", kShared, F_SEAL_SHRINK)) {}

  std::byte* Allocate(std::size_t bytes, std::int32_t /*device*/) override {
    return static_cast<std::byte*>(std::aligned_alloc(64, (bytes + 63) / 64 * 64));
  }
  void Free(std::byte* memory) noexcept override { std::free(memory); }
  void Commit(const void* /*begin*/, std::size_t /*bytes*/) override {}
  [[nodiscard]] std::optional<std::uint64_t> OffsetOf(const void* /*begin*/,
                                                      std::size_t /*bytes*/) const override {
    return 0;
  }
  [[nodiscard]] const std::byte* PeerAddress(const comm::Board& /*board*/, std::int32_t /*peer*/,
                                             std::uint64_t offset,
                                             std::uint64_t bytes) const override {
    return peer_.At(offset, bytes);
  }

 private:
  mutable memory::PeerFile peer_;
};

// The bytes of the board that a peer may write to: all.
void WriteWord(std::byte* at, std::size_t room, FuzzedDataProvider& data) {
  const std::size_t words = room / sizeof(std::uint64_t);
  const auto word = data.ConsumeIntegralInRange<std::size_t>(0, words - 1);
  const std::int64_t value = AnyValue(data);
  std::memcpy(at + word * sizeof(value), &value, sizeof(value));
}

template <class T>
void WriteWordOf(T& object, FuzzedDataProvider& data) {
  WriteWord(reinterpret_cast<std::byte*>(&object), sizeof(object), data);
}

// {call 1 | bits}, as meet and release words are made.
void WriteSlot(comm::Slot& slot, FuzzedDataProvider& data) {
  const auto number = static_cast<std::uint64_t>(data.ConsumeIntegralInRange(0, 2));
  const std::uint64_t word = number << 32 | data.ConsumeIntegral<std::uint32_t>();
  (data.ConsumeBool() ? slot.meet : slot.release).store(word);
}

void WriteRecordPart(comm::BoardRecord& record, FuzzedDataProvider& data) {
  comm::BoardPart& part =
      record.parts[data.ConsumeIntegralInRange<std::size_t>(0, comm::kNumParts - 1)];
  part.address = static_cast<std::uint64_t>(AnyValue(data));
  part.offset = data.ConsumeBool() ? data.ConsumeIntegralInRange<std::uint64_t>(0, 2 * kShared)
                                   : static_cast<std::uint64_t>(AnyValue(data));
  part.bytes = data.ConsumeBool() ? data.ConsumeIntegralInRange<std::uint64_t>(0, 2 * kShared)
                                  : static_cast<std::uint64_t>(AnyValue(data));
}

}  // namespace

UniqueFd AnyMemory(FuzzedDataProvider& data) {
  comm::Header header{};
  header.magic = comm::kBoardMagic;
  header.size = kBoardRanks;
  if (data.ConsumeBool()) header.size = static_cast<std::int32_t>(AnyValue(data));
  if (data.ConsumeBool()) std::memset(header.name, 'n', sizeof(header.name));
  std::string content(reinterpret_cast<const char*>(&header), sizeof(header));
  if (data.ConsumeBool()) content = data.ConsumeRandomLengthString(200);
  std::size_t size = content.size();
  if (data.ConsumeBool() && header.size >= 1 && header.size <= 8)
    size = comm::LayoutOf(header.size).bytes;
  if (data.ConsumeBool()) size = data.ConsumeIntegralInRange<std::size_t>(0, 4096);
  int seals = F_SEAL_SHRINK | F_SEAL_GROW;
  if (data.ConsumeBool()) seals = data.ConsumeIntegralInRange(0, 15);
  return MemoryFile(content, size, seals);
}

std::shared_ptr<comm::Board> SoundBoard() {
  auto board = comm::Board::Create("fuzzed", kBoardRanks);
  comm::Home other = comm::HomeOfThisProcess("nobody");
  other.pid = ::getppid();
  other.start_time = 0;
  comm::Reserve(*board, 1, other);
  board->rank(1).life.store(std::uint64_t{1} << 56);  // alive
  board->header().num_attached.store(1);
  return board;
}

void WriteAnything(comm::Board& board, FuzzedDataProvider& data) {
  comm::BoardRecord& record = board.record(1, 1);
  record.number.store(1);
  for (int i = data.ConsumeIntegralInRange(0, 12); i > 0; --i) {
    switch (data.ConsumeIntegralInRange(0, 8)) {
      case 0:
        WriteSlot(board.slot(1), data);
        break;
      case 1:
        WriteWordOf(board.slot(1), data);
        break;
      case 2:
        board.rank(1).pid.store(::getpid());  // it claims to be one of us
        break;
      case 3:
        WriteWordOf(board.rank(1), data);
        break;
      case 4:
        WriteWordOf(board.rank(0), data);
        break;
      case 5:
        WriteWordOf(record, data);
        break;
      case 6:
        WriteRecordPart(record, data);
        break;
      case 7:
        WriteWordOf(data.ConsumeBool() ? board.meet_text(1, 1) : board.release_text(1, 1), data);
        break;
      default:
        WriteWordOf(board.header(), data);
    }
  }
}

std::shared_ptr<comm::ScratchSource> ScratchAndPeer() {
  static const std::shared_ptr<comm::ScratchSource> source = std::make_shared<HeapAndPeer>();
  return source;
}

}  // namespace ferry::fuzz
