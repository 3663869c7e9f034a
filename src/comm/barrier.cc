#include "comm/barrier.h"

namespace ferry::comm {

void Barrier(Group& group, Group* /*tp*/) {
  Record record;
  record.attributes = {{"operator", kBarrierOperator}};
  group.Publish(record);
  group.Meet();
  group.Release();
}

}  // namespace ferry::comm
