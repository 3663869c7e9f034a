#include "support/local_group.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/error.h"

namespace ferry::testing {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr int kGarbage = 0xA5;  // scratch contents are undefined: make that visible

// One lock and one signal for all groups of a call: a wait on one group must end when another
// fails.
struct Shared {
  std::mutex mutex;
  std::condition_variable changed;
};

}  // namespace

// One group during one call. All members are guarded by Shared::mutex.
class LocalBoard {
 public:
  explicit LocalBoard(std::int32_t size) : records(static_cast<std::size_t>(size)) {}

  enum class Verdict { kOpen, kGo, kFailed };

  // Decides when the last rank has met: agreement, then expert ids, then the rest.
  void Arrive() {
    if (++arrived < records.size() || verdict != Verdict::kOpen) return;
    text = Disagreement();
    if (text.empty()) text = FirstFailure(comm::Cause::kExpertId);
    if (text.empty()) text = FirstFailure(comm::Cause::kOther);
    verdict = text.empty() ? Verdict::kGo : Verdict::kFailed;
  }

  std::vector<comm::Record> records;
  Verdict verdict = Verdict::kOpen;
  std::string text;  // of kFailed
  std::size_t arrived = 0;
  std::size_t released = 0;
  std::map<std::int32_t, std::string> release_failures;  // by rank

 private:
  [[nodiscard]] std::string Disagreement() const {
    const std::vector<comm::Attribute>& first = records[0].attributes;
    for (std::size_t a = 0; a < first.size(); ++a) {
      for (std::size_t rank = 1; rank < records.size(); ++rank) {
        const std::string& value = records[rank].attributes.at(a).value;
        if (value == first[a].value) continue;
        return "parameter " + first[a].name + " differs: rank 0 has " + first[a].value + ", rank " +
               std::to_string(rank) + " has " + value;
      }
    }
    return "";
  }

  [[nodiscard]] std::string FirstFailure(comm::Cause cause) const {
    const auto bad = std::find_if(records.begin(), records.end(),
                                  [&](const comm::Record& r) { return r.cause == cause; });
    return bad == records.end() ? "" : bad->failure;
  }
};

struct LocalWorld::Memory {
  struct Free {
    void operator()(std::byte* memory) const {
      ::operator delete (memory, std::align_val_t{kAlignment});
    }
  };
  struct Buffer {
    std::unique_ptr<std::byte, Free> data;
    std::size_t bytes = 0;
  };
  std::array<Buffer, 3> buffers;  // by Group::Scratch

  void Spoil() {
    for (Buffer& buffer : buffers) {
      if (buffer.bytes != 0) std::memset(buffer.data.get(), kGarbage, buffer.bytes);
    }
  }
};

// One rank's view of a LocalBoard.
class LocalGroup : public comm::Group {
 public:
  LocalGroup(Shared& shared, LocalBoard& board, std::int32_t rank, LocalWorld::Memory& memory)
      : shared_(shared), board_(board), rank_(rank), memory_(memory) {}

  // The other group of the call: its failure ends waits on this one.
  void set_sibling(const LocalBoard* sibling) { sibling_ = sibling; }
  void set_commit(std::function<void(const void*, std::size_t)> commit) {
    commit_ = std::move(commit);
  }

  [[nodiscard]] std::int32_t rank() const override { return rank_; }
  [[nodiscard]] std::int32_t size() const override {
    return static_cast<std::int32_t>(board_.records.size());
  }

  void Publish(const comm::Record& record) override {
    const std::lock_guard lock(shared_.mutex);
    if (met_) throw std::logic_error("published after the meeting");
    board_.records[static_cast<std::size_t>(rank_)] = record;
    published_ = true;
  }

  void Meet() override {
    std::unique_lock lock(shared_.mutex);
    if (!published_) throw std::logic_error("met without a record");
    board_.Arrive();
    shared_.changed.notify_all();
    shared_.changed.wait(
        lock, [&] { return board_.verdict != LocalBoard::Verdict::kOpen || SiblingFailed(); });
    if (board_.verdict == LocalBoard::Verdict::kFailed) {
      throw Error(Code::kRtAicoreException, board_.text);
    }
    if (board_.verdict == LocalBoard::Verdict::kOpen) {
      throw Error(Code::kRtAicoreException, sibling_->text);
    }
    met_ = true;
  }

  [[nodiscard]] comm::PeerRecord Peer(std::int32_t rank) const override {
    if (!met_ || released_) throw std::logic_error("read a peer outside the call");
    const comm::Record& record = board_.records[static_cast<std::size_t>(rank)];
    return {record.parts, record.values};
  }

  void Release() override {
    std::unique_lock lock(shared_.mutex);
    if (!met_ || released_) throw std::logic_error("released outside the call");
    ArriveAtRelease();
    shared_.changed.wait(lock, [&] { return board_.released == board_.records.size(); });
    if (!board_.release_failures.empty()) {
      throw Error(Code::kRtAicoreException, board_.release_failures.begin()->second);
    }
  }

  [[nodiscard]] std::byte* ScratchFor(Scratch slot, std::size_t bytes) override {
    LocalWorld::Memory::Buffer& buffer = memory_.buffers[static_cast<std::size_t>(slot)];
    if (buffer.bytes < bytes || buffer.data == nullptr) {
      buffer.data.reset(
          static_cast<std::byte*>(::operator new (bytes, std::align_val_t{kAlignment})));
      buffer.bytes = bytes;
      std::memset(buffer.data.get(), kGarbage, bytes);
    }
    return buffer.data.get();
  }

  void Commit(const void* begin, std::size_t bytes) override { commit_(begin, bytes); }

  // What RunCall does for a rank whose body threw.
  void Leave(const std::string& text) {
    const std::lock_guard lock(shared_.mutex);
    if (board_.verdict == LocalBoard::Verdict::kOpen) {
      board_.verdict = LocalBoard::Verdict::kFailed;
      board_.text = text;
    } else if (board_.verdict == LocalBoard::Verdict::kGo && !released_) {
      board_.release_failures.emplace(rank_, text);
      ArriveAtRelease();
    }
    shared_.changed.notify_all();
  }

 private:
  [[nodiscard]] bool SiblingFailed() const {
    return sibling_ != nullptr && sibling_->verdict == LocalBoard::Verdict::kFailed;
  }

  void ArriveAtRelease() {
    released_ = true;
    ++board_.released;
    shared_.changed.notify_all();
  }

  Shared& shared_;
  LocalBoard& board_;
  const std::int32_t rank_;
  LocalWorld::Memory& memory_;
  const LocalBoard* sibling_ = nullptr;
  std::function<void(const void*, std::size_t)> commit_;
  bool published_ = false;
  bool met_ = false;
  bool released_ = false;
};

LocalWorld::LocalWorld(std::int32_t ep_size, std::int32_t tp_size)
    : ep_size_(ep_size), tp_size_(tp_size) {
  for (std::int32_t i = 0; i < 2 * size(); ++i) memories_.push_back(std::make_unique<Memory>());
}

LocalWorld::~LocalWorld() = default;

LocalWorld::Memory& LocalWorld::MemoryOf(std::int32_t world_rank, bool of_tp) {
  return *memories_[static_cast<std::size_t>(2 * world_rank + (of_tp ? 1 : 0))];
}

std::vector<std::string> LocalWorld::Run(const Body& body) {
  Shared shared;
  std::vector<LocalBoard> ep_boards(static_cast<std::size_t>(tp_size_), LocalBoard(ep_size_));
  std::vector<LocalBoard> tp_boards(static_cast<std::size_t>(ep_size_), LocalBoard(tp_size_));
  std::vector<std::string> failures(static_cast<std::size_t>(size()));

  const auto run_rank = [&](std::int32_t world_rank) {
    const std::int32_t ep_rank = world_rank / tp_size_;
    const std::int32_t tp_rank = world_rank % tp_size_;
    LocalBoard& ep_board = ep_boards[static_cast<std::size_t>(tp_rank)];
    LocalBoard& tp_board = tp_boards[static_cast<std::size_t>(ep_rank)];
    LocalGroup ep(shared, ep_board, ep_rank, MemoryOf(world_rank, false));
    LocalGroup tp(shared, tp_board, tp_rank, MemoryOf(world_rank, true));
    const bool has_tp = tp_size_ > 1;
    if (has_tp) {
      ep.set_sibling(&tp_board);
      tp.set_sibling(&ep_board);
    }
    const auto commit = [&](const void* begin, std::size_t bytes) {
      if (commit_hook_) commit_hook_(world_rank, begin, bytes);
    };
    ep.set_commit(commit);
    tp.set_commit(commit);
    try {
      body(world_rank, ep, has_tp ? &tp : nullptr);
    } catch (const std::exception& error) {
      failures[static_cast<std::size_t>(world_rank)] = error.what();
      if (has_tp) tp.Leave(error.what());
      ep.Leave(error.what());
    }
  };

  for (const std::unique_ptr<Memory>& memory : memories_) memory->Spoil();
  std::vector<std::thread> threads;
  for (std::int32_t rank = 0; rank < size(); ++rank) threads.emplace_back(run_rank, rank);
  for (std::thread& thread : threads) thread.join();
  return failures;
}

}  // namespace ferry::testing
