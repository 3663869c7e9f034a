// Queueing a numbered call on a stream: the one kind of task that operators and barriers have.
#ifndef FERRY_OPS_COLLECTIVE_H_
#define FERRY_OPS_COLLECTIVE_H_

#include <functional>
#include <string>

#include "comm/group.h"
#include "ops/lookup.h"
#include "ops/memory_use.h"
#include "runtime/stream.h"

namespace ferry::ops {

// What a collective call does on its groups; `tp` is null without TP.
using Work = std::function<void(comm::Group& ep, comm::Group* tp)>;

// Takes the next number of each communicator and queues `work` as that call. Throws
// Error{kRuntimeError} if a communicator was destroyed, Error{kRtInvalidHandle} if the stream was;
// no number is taken then. `uses` is kept noted until the call has ended.
void QueueCollective(const std::string& operator_name, const Members& members, const Work& work,
                     runtime::Stream& stream, const MemoryUses& uses = {});

}  // namespace ferry::ops

#endif  // FERRY_OPS_COLLECTIVE_H_
