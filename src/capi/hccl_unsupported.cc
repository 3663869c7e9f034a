// Functions of hccl that this library does not have: each says so, whatever its arguments.
#include <hccl/hccl.h>

#include "capi/hccl_guard.h"

namespace {

HcclResult Refuse(const char* api, const char* what) {
  return ferry::capi::HcclGuard(
      api, [&] { ferry::Fail(ferry::Code::kHcclNotSupport, "{} is not supported", what); });
}

constexpr const char* kSuspension = "suspending a communicator";
constexpr const char* kMemory = "giving a communicator memory of its own";
constexpr const char* kWindow = "registering memory for one-sided access";
constexpr const char* kGrouping = "grouping calls";

}  // namespace

HcclResult HcclCommSuspend(HcclComm /*comm*/) {
  return Refuse(__func__, kSuspension);
}

HcclResult HcclCommResume(HcclComm /*comm*/) {
  return Refuse(__func__, kSuspension);
}

HcclResult HcclCommSetMemoryRange(HcclComm /*comm*/, void* /*baseVirPtr*/, size_t /*size*/,
                                  size_t /*alignment*/, uint64_t /*flags*/) {
  return Refuse(__func__, kMemory);
}

HcclResult HcclCommUnsetMemoryRange(HcclComm /*comm*/, void* /*baseVirPtr*/) {
  return Refuse(__func__, kMemory);
}

HcclResult HcclCommActivateCommMemory(HcclComm /*comm*/, void* /*virPtr*/, size_t /*size*/,
                                      size_t /*offset*/, void* /*handle*/, uint64_t /*flags*/) {
  return Refuse(__func__, kMemory);
}

HcclResult HcclCommDeactivateCommMemory(HcclComm /*comm*/, void* /*virPtr*/) {
  return Refuse(__func__, kMemory);
}

HcclResult HcclCommWorkingDevNicSet(HcclComm /*comm*/, uint32_t* /*ranks*/, bool* /*useBackup*/,
                                    uint32_t /*nRanks*/) {
  return Refuse(__func__, "choosing network devices");
}

HcclResult HcclGroupStart(void) {
  return Refuse(__func__, kGrouping);
}

HcclResult HcclGroupEnd(void) {
  return Refuse(__func__, kGrouping);
}

HcclResult HcclCommRegister(HcclComm /*comm*/, void* /*addr*/, uint64_t /*size*/, void** /*handle*/,
                            uint32_t /*flag*/) {
  return Refuse(__func__, kWindow);
}

HcclResult HcclCommDeregister(HcclComm /*comm*/, void* /*handle*/) {
  return Refuse(__func__, kWindow);
}

HcclResult HcclCommExchangeMem(HcclComm /*comm*/, void* /*windowHandle*/, uint32_t* /*peerRanks*/,
                               uint32_t /*peerRankNum*/) {
  return Refuse(__func__, kWindow);
}
