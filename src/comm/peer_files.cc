#include "comm/peer_files.h"

#include <cstring>
#include <map>
#include <string>
#include <utility>

#include "base/error.h"
#include "comm/board.h"
#include "comm/host_client.h"
#include "comm/per_process.h"

namespace ferry::comm {
namespace {

// By service, whose names are random: a process that got the number of one that ended is another.
struct KnownFiles {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<memory::PeerFile>> by_service;  // guarded by mutex
};

KnownFiles& OfThisProcess() {
  static PerProcess<KnownFiles> known;
  return known.Get();
}

std::shared_ptr<memory::PeerFile> FindKnown(const std::string& service) {
  KnownFiles& known = OfThisProcess();
  const std::lock_guard lock(known.mutex);
  std::erase_if(known.by_service, [](const auto& entry) { return entry.second.expired(); });
  const auto found = known.by_service.find(service);
  return found == known.by_service.end() ? nullptr : found->second.lock();
}

std::shared_ptr<memory::PeerFile> FileOfServer(const Server& server, const Patience& patience) {
  if (auto file = FindKnown(server.service)) return file;
  // Without the lock, because the server may be stopped.
  auto fetched = std::make_shared<memory::PeerFile>(FetchSegment(server, patience));
  KnownFiles& known = OfThisProcess();
  const std::lock_guard lock(known.mutex);
  std::weak_ptr<memory::PeerFile>& entry = known.by_service[server.service];
  if (auto faster = entry.lock()) return faster;
  entry = fetched;
  return fetched;
}

}  // namespace

void PeerFiles::Reach(const Board& board, std::int32_t rank, const Patience& patience) {
  const RankState& state = board.rank(rank);
  std::shared_ptr<memory::PeerFile> file =
      FileOfServer({state.pid.load(std::memory_order_relaxed),
                    std::string(state.service, ::strnlen(state.service, kMaxService))},
                   patience);
  const std::lock_guard lock(mutex_);
  // Two threads of this process may both have come: each leaves a file that stays.
  of_rank_.at(static_cast<std::size_t>(rank)).store(file.get(), std::memory_order_release);
  files_.push_back(std::move(file));
}

const std::byte* PeerFiles::At(std::int32_t rank, std::uint64_t offset, std::uint64_t bytes) {
  memory::PeerFile* const file = Find(rank);
  Require(file != nullptr, Code::kHcclInternal, "the memory of rank {} has not been asked for",
          rank);
  return file->At(offset, bytes);
}

}  // namespace ferry::comm
