// Events. The two status enumerations have opposite polarity; that is how the interface is.
#include <acl/acl.h>

#include <chrono>
#include <memory>

#include "capi/guard.h"
#include "runtime/context.h"
#include "runtime/event.h"

using ferry::Code;
using ferry::Require;
using ferry::capi::Guard;
using ferry::capi::RequireNotNull;
using ferry::capi::ToTimeout;
using ferry::runtime::Event;
using ferry::runtime::FindStream;

namespace {

std::shared_ptr<Event> FindEvent(aclrtEvent event, const char* argument = "event") {
  RequireNotNull(event, argument);
  auto found = ferry::runtime::Events().Find(event);
  Require(found != nullptr, Code::kRtInvalidHandle,
          "{} is {}, which is no event or one that has been destroyed", argument, event);
  return found;
}

// Flags are hints: every event records, waits, can be queried and measures time.
void CreateEvent(aclrtEvent* event) {
  RequireNotNull(event, "event");
  (void)ferry::runtime::CurrentContext();
  *event = ferry::runtime::Events().Add(std::make_shared<Event>());
}

std::chrono::steady_clock::time_point TimeOf(aclrtEvent event, const char* argument) {
  const auto time = FindEvent(event, argument)->RecordedAt();
  Require(time.has_value(), Code::kRtEventTimestampInvalid, "{} is {}, which is not recorded",
          argument, event);
  return *time;
}

}  // namespace

aclError aclrtCreateEvent(aclrtEvent* event) {
  return Guard("aclrtCreateEvent", [&] { CreateEvent(event); });
}

aclError aclrtCreateEventWithFlag(aclrtEvent* event, uint32_t /*flag*/) {
  return Guard("aclrtCreateEventWithFlag", [&] { CreateEvent(event); });
}

aclError aclrtCreateEventExWithFlag(aclrtEvent* event, uint32_t /*flag*/) {
  return Guard("aclrtCreateEventExWithFlag", [&] { CreateEvent(event); });
}

aclError aclrtDestroyEvent(aclrtEvent event) {
  return Guard("aclrtDestroyEvent", [&] {
    (void)FindEvent(event);
    ferry::runtime::Events().Remove(event);
  });
}

aclError aclrtRecordEvent(aclrtEvent event, aclrtStream stream) {
  return Guard("aclrtRecordEvent", [&] { FindEvent(event)->Record(*FindStream(stream)); });
}

aclError aclrtResetEvent(aclrtEvent event, aclrtStream stream) {
  return Guard("aclrtResetEvent", [&] { FindEvent(event)->Reset(*FindStream(stream)); });
}

aclError aclrtStreamWaitEvent(aclrtStream stream, aclrtEvent event) {
  return Guard("aclrtStreamWaitEvent", [&] { FindEvent(event)->WaitOn(*FindStream(stream)); });
}

aclError aclrtQueryEventStatus(aclrtEvent event, aclrtEventRecordedStatus* status) {
  return Guard("aclrtQueryEventStatus", [&] {
    RequireNotNull(status, "status");
    *status = FindEvent(event)->IsRecorded() ? ACL_EVENT_RECORDED_STATUS_COMPLETE
                                             : ACL_EVENT_RECORDED_STATUS_NOT_READY;
  });
}

aclError aclrtQueryEventWaitStatus(aclrtEvent event, aclrtEventWaitStatus* status) {
  return Guard("aclrtQueryEventWaitStatus", [&] {
    RequireNotNull(status, "status");
    *status = FindEvent(event)->HasNoWaiters() ? ACL_EVENT_WAIT_STATUS_COMPLETE
                                               : ACL_EVENT_WAIT_STATUS_NOT_READY;
  });
}

aclError aclrtSynchronizeEvent(aclrtEvent event) {
  return Guard("aclrtSynchronizeEvent", [&] { FindEvent(event)->Synchronize(std::nullopt); });
}

aclError aclrtSynchronizeEventWithTimeout(aclrtEvent event, int32_t timeout) {
  return Guard("aclrtSynchronizeEventWithTimeout", [&] {
    const auto limit = ToTimeout(timeout);
    FindEvent(event)->Synchronize(limit);
  });
}

aclError aclrtEventElapsedTime(float* ms, aclrtEvent startEvent, aclrtEvent endEvent) {
  return Guard("aclrtEventElapsedTime", [&] {
    RequireNotNull(ms, "ms");
    const auto start = TimeOf(startEvent, "startEvent");
    const auto end = TimeOf(endEvent, "endEvent");
    Require(end >= start, Code::kRtEventTimestampReversal,
            "endEvent was recorded before startEvent");
    *ms = std::chrono::duration<float, std::milli>(end - start).count();
  });
}
