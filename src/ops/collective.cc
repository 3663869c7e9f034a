#include "ops/collective.h"

#include <atomic>
#include <memory>
#include <utility>

#include "base/error.h"
#include "comm/call.h"
#include "runtime/task.h"

namespace ferry::ops {
namespace {

// A numbered call in a stream's queue.
class CollectiveTask : public runtime::Task {
 public:
  CollectiveTask(std::shared_ptr<comm::Call> call, Work work, const MemoryUses& uses)
      : call_(std::move(call)), work_(std::move(work)), note_(UseNote::Make(*call_, uses)) {}

  void Run(const AbortFlag& abort) override {
    if (note_ == nullptr) return comm::RunCall(*call_, abort, work_);
    comm::RunCall(*call_, abort, [this](comm::Group& ep, comm::Group* tp) {
      const std::string freed = note_->FreedParameter();
      Require(freed.empty(), Code::kRtAicoreException, "rank {}: {}", ep.rank(), freed);
      work_(ep, tp);
    });
  }

  void Drop(const std::string& reason) noexcept override { comm::DropCall(*call_, reason); }

 private:
  const std::shared_ptr<comm::Call> call_;
  const Work work_;
  const std::unique_ptr<const UseNote> note_;
};

}  // namespace

void QueueCollective(const std::string& operator_name, const Members& members, const Work& work,
                     runtime::Stream& stream, const MemoryUses& uses) {
  comm::TakeNumbers(operator_name, members.ep, members.tp,
                    [&](const std::shared_ptr<comm::Call>& call) {
                      stream.Enqueue(std::make_unique<CollectiveTask>(call, work, uses));
                    });
}

}  // namespace ferry::ops
