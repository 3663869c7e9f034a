#include "support/faulty_group.h"

#include <unistd.h>

#include <csignal>
#include <thread>
#include <utility>

#include "base/error.h"

namespace ferry::testing {

FaultyGroup::FaultyGroup(comm::Group& inner, std::vector<PlannedFault> plan)
    : inner_(inner), plan_(std::move(plan)) {}

void FaultyGroup::Publish(const comm::Record& record) {
  Strike(Step::kBeforePublish);
  inner_.Publish(record);
  Strike(Step::kAfterPublish);
}

void FaultyGroup::Meet() {
  inner_.Meet();
  Strike(Step::kAfterMeet);
}

comm::PeerRecord FaultyGroup::Peer(std::int32_t rank) const {
  return inner_.Peer(rank);
}

void FaultyGroup::Release() {
  Strike(Step::kBeforeRelease);
  inner_.Release();
  Strike(Step::kAfterRelease);
}

std::byte* FaultyGroup::ScratchFor(Scratch slot, std::size_t bytes) {
  return inner_.ScratchFor(slot, bytes);
}

void FaultyGroup::Commit(const void* begin, std::size_t bytes) {
  inner_.Commit(begin, bytes);
}

void FaultyGroup::Strike(Step step) const {
  for (const PlannedFault& planned : plan_) {
    if (planned.step != step) continue;
    switch (planned.fault) {
      case Fault::kDelay:
        std::this_thread::sleep_for(planned.time);
        break;
      case Fault::kThrow:
        Fail(Code::kRtAicoreException, "rank {} failed on purpose", rank());
      case Fault::kKill:
        kill(getpid(), SIGKILL);
        break;
      case Fault::kExit:
        _exit(0);
      case Fault::kStall:
        kill(getpid(), SIGSTOP);
        break;
    }
  }
}

}  // namespace ferry::testing
