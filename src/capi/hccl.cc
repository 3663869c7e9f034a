// Communicators of this process and the barrier.
#include <hccl/hccl.h>

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/env.h"
#include "capi/communicators.h"
#include "capi/hccl_guard.h"
#include "comm/barrier.h"
#include "comm/registry.h"
#include "ops/collective.h"
#include "ops/pairing.h"
#include "runtime/context.h"

using ferry::Code;
using ferry::Require;
using ferry::capi::Communicators;
using ferry::capi::FindCommunicator;
using ferry::capi::HcclGuard;
using ferry::capi::RequireHcclNotNull;

HcclResult HcclCommInitAll(uint32_t ndev, int32_t* devices, HcclComm* comms) {
  return HcclGuard("HcclCommInitAll", [&] {
    RequireHcclNotNull(devices, "devices");
    RequireHcclNotNull(comms, "comms");
    // Before `devices` is read: it has ndev elements.
    const auto count = static_cast<uint32_t>(ferry::env::DeviceCount());
    Require(ndev >= 1 && ndev <= count, Code::kHcclPara, "ndev is {}; must be in [1, {}]", ndev,
            count);
    const auto options = ferry::comm::MemberOptions::FromEnvironment();
    const auto members = ferry::comm::CreateLocalCommunicator(
        std::vector<int32_t>(devices, devices + ndev), options);
    for (std::size_t i = 0; i < members.size(); ++i) comms[i] = Communicators().Add(members[i]);
  });
}

HcclResult HcclGetCommName(HcclComm comm, char* commName) {
  return HcclGuard("HcclGetCommName", [&] {
    RequireHcclNotNull(commName, "commName");
    const auto member = FindCommunicator(comm);
    const std::string name = member->name();  // at most 127 characters
    std::memcpy(commName, name.c_str(), name.size() + 1);
  });
}

HcclResult HcclGetRankSize(HcclComm comm, uint32_t* rankSize) {
  return HcclGuard("HcclGetRankSize", [&] {
    RequireHcclNotNull(rankSize, "rankSize");
    const auto member = FindCommunicator(comm);
    *rankSize = static_cast<uint32_t>(member->size());
  });
}

HcclResult HcclGetRankId(HcclComm comm, uint32_t* rank) {
  return HcclGuard("HcclGetRankId", [&] {
    RequireHcclNotNull(rank, "rank");
    const auto member = FindCommunicator(comm);
    *rank = static_cast<uint32_t>(member->rank());
  });
}

HcclResult HcclCommDestroy(HcclComm comm) {
  return HcclGuard("HcclCommDestroy", [&] {
    const auto member = FindCommunicator(comm);
    // Of two threads that destroy the same handle, one does.
    Require(Communicators().Remove(comm) != nullptr, Code::kHcclNotFound,
            "comm is {}, which has been destroyed", comm);
    ferry::comm::DestroyMember(member);
    ferry::ops::ForgetHistory(member);
  });
}

HcclResult HcclBarrier(HcclComm comm, aclrtStream stream) {
  return HcclGuard("HcclBarrier", [&] {
    const auto member = FindCommunicator(comm);
    std::shared_ptr<ferry::runtime::Stream> target;
    try {
      target = ferry::runtime::FindStream(stream);
    } catch (const ferry::Error& error) {
      ferry::Fail(Code::kHcclPara, "{}", error.message());
    }
    ferry::ops::QueueCollective(ferry::comm::kBarrierOperator, {.ep = member, .tp = nullptr},
                                ferry::comm::Barrier, *target);
  });
}

HcclResult HcclGetCommAsyncError(HcclComm comm, HcclResult* asyncError) {
  return HcclGuard("HcclGetCommAsyncError", [&] {
    RequireHcclNotNull(asyncError, "asyncError");
    const auto member = FindCommunicator(comm);
    *asyncError = member->WhyDead() ? HCCL_E_REMOTE : HCCL_SUCCESS;
  });
}

const char* HcclGetErrorString(HcclResult code) {
  switch (code) {
    case HCCL_SUCCESS:
      return "no error";
    case HCCL_E_PARA:
      return "a parameter has a value that is not allowed";
    case HCCL_E_PTR:
      return "a pointer is null";
    case HCCL_E_MEMORY:
      return "memory could not be used";
    case HCCL_E_INTERNAL:
      return "internal error";
    case HCCL_E_NOT_SUPPORT:
      return "not supported";
    case HCCL_E_NOT_FOUND:
      return "no such communicator or name";
    case HCCL_E_UNAVAIL:
      return "not available";
    case HCCL_E_SYSCALL:
      return "a system call failed";
    case HCCL_E_TIMEOUT:
      return "the time is over";
    case HCCL_E_OPEN_FILE_FAILURE:
      return "a file could not be opened";
    case HCCL_E_TCP_CONNECT:
      return "a TCP connection could not be made";
    case HCCL_E_ROCE_CONNECT:
      return "a RoCE connection could not be made";
    case HCCL_E_TCP_TRANSFER:
      return "a TCP transfer failed";
    case HCCL_E_ROCE_TRANSFER:
      return "a RoCE transfer failed";
    case HCCL_E_RUNTIME:
      return "the runtime reported an error";
    case HCCL_E_DRV:
      return "the driver reported an error";
    case HCCL_E_PROFILING:
      return "profiling failed";
    case HCCL_E_CCE:
      return "the compute engine reported an error";
    case HCCL_E_NETWORK:
      return "the network failed";
    case HCCL_E_AGAIN:
      return "try again";
    case HCCL_E_REMOTE:
      return "another rank failed";
    case HCCL_E_SUSPENDING:
      return "the communicator is being suspended";
    case HCCL_E_OPRETRY_FAIL:
      return "retrying an operator failed";
    case HCCL_E_OOM:
      return "out of memory";
    case HCCL_E_RESERVED:
      break;
  }
  return "unknown error";
}
