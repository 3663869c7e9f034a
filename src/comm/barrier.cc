#include "comm/barrier.h"

namespace ferry::comm {

void RunBarrier(Call& call, const std::atomic<bool>& abort) {
  RunCall(call, abort, [](Group& group, Group*) {
    Record record;
    record.attributes = {{"operator", kBarrierOperator}};
    group.Publish(record);
    group.Meet();
    group.Release();
  });
}

}  // namespace ferry::comm
