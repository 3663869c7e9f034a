/* Communicators: which devices form a group, and under what name the operators know it.
 *
 * Holds for all functions: a null pointer is HCCL_E_PTR, a bad value HCCL_E_PARA, an unknown
 * communicator HCCL_E_NOT_FOUND; aclGetRecentErrMsg() says what was wrong.
 * Source of all: runtime specification, section 9. */
#ifndef FERRY_HCCL_HCCL_H_
#define FERRY_HCCL_HCCL_H_

#include "acl/acl.h"
#include "hccl/hccl_types.h"

#ifdef __cplusplus
#include <cstring>
#else
#include <stdbool.h>
#include <string.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a communicator of devices of this process; rank i is devices[i].
 *
 *   ndev                  ranks, at least 1
 *   devices   [ndev]      device ids, all different
 *   comms     [ndev] out  comms[i] is the handle of rank i
 *
 * One call makes all ranks; the current device stays as it is.
 * Errors: E_PTR; E_PARA ndev 0, a bad device or one that occurs twice, or a timeout in the
 * environment out of its range; E_MEMORY. */
ACL_FUNC_VISIBILITY HcclResult HcclCommInitAll(uint32_t ndev, int32_t* devices, HcclComm* comms);

/* Name of the communicator, equal on all ranks: the string for groupEp or groupTp.
 *
 *   commName   [128] out   NUL-terminated, at most 127 characters
 *
 * Errors: E_PTR; E_NOT_FOUND. */
ACL_FUNC_VISIBILITY HcclResult HcclGetCommName(HcclComm comm, char* commName);

/* Number of ranks.
 *   rankSize   out
 * Errors: E_PTR; E_NOT_FOUND. */
ACL_FUNC_VISIBILITY HcclResult HcclGetRankSize(HcclComm comm, uint32_t* rankSize);

/* Rank that the handle stands for.
 *   rank   out
 * Errors: E_PTR; E_NOT_FOUND. */
ACL_FUNC_VISIBILITY HcclResult HcclGetRankId(HcclComm comm, uint32_t* rank);

/* Ends this rank's handle. Calls already queued run; peers keep what they have, and fail when they
 * wait for a later call of this rank.
 * Errors: E_PTR; E_NOT_FOUND. */
ACL_FUNC_VISIBILITY HcclResult HcclCommDestroy(HcclComm comm);

/* Queues a meeting of all ranks: the stream goes on when every rank's stream has got there.
 *
 *   stream   null: default stream of the current context
 *
 * Numbered with the operators of the communicator. A failure is 507015 at the next synchronise.
 * Errors: E_PTR; E_NOT_FOUND; E_PARA a bad stream. */
ACL_FUNC_VISIBILITY HcclResult HcclBarrier(HcclComm comm, aclrtStream stream);

/* Whether the communicator has failed for good: a rank terminated or was destroyed.
 *   asyncError   out   HCCL_SUCCESS, or HCCL_E_REMOTE
 * Errors: E_PTR; E_NOT_FOUND. */
ACL_FUNC_VISIBILITY HcclResult HcclGetCommAsyncError(HcclComm comm, HcclResult* asyncError);

/* Chooses a setting of the whole process. Kept and handed back; results are always deterministic.
 *   config        HCCL_DETERMINISTIC
 *   configValue   0 off, 1 on, 2 strict
 * Errors: E_PARA another config or value. */
ACL_FUNC_VISIBILITY HcclResult HcclSetConfig(HcclConfig config, union HcclConfigValue configValue);

/* What HcclSetConfig chose last; 0 before.
 *   configValue   out
 * Errors: E_PTR; E_PARA another config. */
ACL_FUNC_VISIBILITY HcclResult HcclGetConfig(HcclConfig config, union HcclConfigValue* configValue);

/* How many fields of HcclCommConfig this header knows: 12, HCCL_COMM_CONFIG_RESERVED. */
ACL_FUNC_VISIBILITY uint32_t HcclGetCommConfigCapability(void);

/* Not offered: all answer HCCL_E_NOT_SUPPORT, whatever their arguments. */
ACL_FUNC_VISIBILITY HcclResult HcclCommSuspend(HcclComm comm);
ACL_FUNC_VISIBILITY HcclResult HcclCommResume(HcclComm comm);
ACL_FUNC_VISIBILITY HcclResult HcclCommSetMemoryRange(HcclComm comm, void* baseVirPtr, size_t size,
                                                      size_t alignment, uint64_t flags);
ACL_FUNC_VISIBILITY HcclResult HcclCommUnsetMemoryRange(HcclComm comm, void* baseVirPtr);
ACL_FUNC_VISIBILITY HcclResult HcclCommActivateCommMemory(HcclComm comm, void* virPtr, size_t size,
                                                          size_t offset, void* handle,
                                                          uint64_t flags);
ACL_FUNC_VISIBILITY HcclResult HcclCommDeactivateCommMemory(HcclComm comm, void* virPtr);
ACL_FUNC_VISIBILITY HcclResult HcclCommWorkingDevNicSet(HcclComm comm, uint32_t* ranks,
                                                        bool* useBackup, uint32_t nRanks);
ACL_FUNC_VISIBILITY HcclResult HcclGroupStart(void);
ACL_FUNC_VISIBILITY HcclResult HcclGroupEnd(void);
ACL_FUNC_VISIBILITY HcclResult HcclCommRegister(HcclComm comm, void* addr, uint64_t size,
                                                void** handle, uint32_t flag);
ACL_FUNC_VISIBILITY HcclResult HcclCommDeregister(HcclComm comm, void* handle);
ACL_FUNC_VISIBILITY HcclResult HcclCommExchangeMem(HcclComm comm, void* windowHandle,
                                                   uint32_t* peerRanks, uint32_t peerRankNum);

/* What a code means. Never null; the text is valid for ever. */
ACL_FUNC_VISIBILITY const char* HcclGetErrorString(HcclResult code);

/* Fills a configuration with "unset" values: size, magic and version of this header, no names, all
 * numbers 0 except those whose unset value is another. Null is ignored. */
static inline void HcclCommConfigInit(HcclCommConfig* config) {
  const size_t size = sizeof(HcclCommConfig);
  const uint32_t magic = HCCL_COMM_CONFIG_MAGIC_WORD;
  const uint32_t version = HCCL_COMM_CONFIG_VERSION;
  const uint32_t unset = 0xffffffffU;
  if (config == NULL) return;
  memset(config, 0, sizeof(*config));
  memcpy(config->reserved, &size, sizeof(size));
  memcpy(config->reserved + sizeof(size), &magic, sizeof(magic));
  memcpy(config->reserved + sizeof(size) + sizeof(magic), &version, sizeof(version));
  config->hcclBufferSize = unset;
  config->hcclDeterministic = unset;
  config->hcclRdmaTrafficClass = unset;
  config->hcclRdmaServiceLevel = unset;
  config->hcclExecTimeOut = -1;
  config->hcclQos = unset;
}

#ifdef __cplusplus
}
#endif

#endif /* FERRY_HCCL_HCCL_H_ */
