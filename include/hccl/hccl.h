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

/* Makes the identity of a communicator whose ranks may live in several processes, and listens for
 * them in this process, which need not be one of the ranks but must live until all have joined. The
 * program takes the bytes to all of them; they hold a secret. One root info makes one communicator.
 *
 *   rootInfo   out   4108 bytes
 *
 * Listens at the address that HCCL_IF_IP or HCCL_SOCKET_IFNAME names.
 * Errors: E_PTR; E_PARA a variable out of its range; E_UNAVAIL no address or port to listen at. */
ACL_FUNC_VISIBILITY HcclResult HcclGetRootInfo(HcclRootInfo* rootInfo);

/* Makes this rank of a communicator; returns when all ranks have joined. The current device becomes
 * the rank's device; ranks of one process need a thread and a device each.
 *
 *   nRanks     1 to 768, equal on all ranks
 *   rootInfo   from HcclGetRootInfo
 *   rank       0 to nRanks - 1, each once
 *   comm       out
 *
 * Waits for HCCL_CONNECT_TIMEOUT (120 s) + 20 s at most. aclGetRecentErrMsg() names the ranks that
 * are missing, have left or were refused.
 * Errors: E_PTR; E_PARA a bad number, refused by the root; E_TIMEOUT ranks are missing;
 * E_TCP_CONNECT nobody listens; E_REMOTE a rank or the root ended; E_NOT_SUPPORT another version,
 * another host. */
ACL_FUNC_VISIBILITY HcclResult HcclCommInitRootInfo(uint32_t nRanks, const HcclRootInfo* rootInfo,
                                                    uint32_t rank, HcclComm* comm);

/* The same with a configuration: hcclCommName becomes the group's name (equal on all ranks that
 * give one), hcclExecTimeOut the limit of a wait in place of HCCL_EXEC_TIMEOUT. The other members
 * choose among kinds of transport that do not exist here and change nothing; the operators compare
 * HCCL_BUFFSIZE, not hcclBufferSize.
 *   config   begun by HcclCommConfigInit
 * Errors: as above; E_PARA a configuration that was not begun so, or a value out of its range. */
ACL_FUNC_VISIBILITY HcclResult HcclCommInitRootInfoConfig(uint32_t nRanks,
                                                          const HcclRootInfo* rootInfo,
                                                          uint32_t rank,
                                                          const HcclCommConfig* config,
                                                          HcclComm* comm);

/* The same by a rank table, a JSON file that all ranks read: rank 0 listens at its host_ip and
 * host_port. FERRY_SECRET_FILE names a file with a secret that nobody else can read, without which
 * only the loopback address is allowed.
 *   clusterInfo   path of the file
 *   rank          its device_id in the table must be the current device
 * Errors: as HcclCommInitRootInfo; E_OPEN_FILE_FAILURE the file cannot be read; E_PARA it is no
 * rank table; E_UNAVAIL its status is "initializing". */
ACL_FUNC_VISIBILITY HcclResult HcclCommInitClusterInfo(const char* clusterInfo, uint32_t rank,
                                                       HcclComm* comm);
ACL_FUNC_VISIBILITY HcclResult HcclCommInitClusterInfoConfig(const char* clusterInfo, uint32_t rank,
                                                             HcclCommConfig* config,
                                                             HcclComm* comm);

/* Makes a communicator of some ranks of another, each on the device that it has there. Those ranks
 * call with the same rankIds and subCommId; it returns when all have. A rank that takes no part
 * need not call; if it does, with rankIds null and subCommId 0xffffffff, it gets a null handle.
 *
 *   comm           the other communicator
 *   rankNum        ranks of the new one
 *   rankIds        [rankNum]   ranks of `comm`; rankIds[i] becomes rank i
 *   subCommId      tells groups of the same ranks apart that are made at once
 *   subCommRankId  rank of the caller in the new one
 *   config         begun by HcclCommConfigInit
 *   subComm        out
 *
 * Errors: E_PTR; E_NOT_FOUND; E_PARA bad ranks or configuration; E_TIMEOUT and E_REMOTE as above.
 */
ACL_FUNC_VISIBILITY HcclResult HcclCreateSubCommConfig(HcclComm* comm, uint32_t rankNum,
                                                       uint32_t* rankIds, uint64_t subCommId,
                                                       uint32_t subCommRankId,
                                                       HcclCommConfig* config, HcclComm* subComm);

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
