/* Sizes and offsets of the structures that cross the boundary, computed by hand from the
 * specification (section 9.1) for the 64-bit System V ABIs; in C and in C++. */
#ifndef FERRY_TESTS_ABI_LAYOUT_H_
#define FERRY_TESTS_ABI_LAYOUT_H_

#include <stddef.h>
#include <string.h>

#include "ferry/ferry.h"
#include "hccl/hccl.h"

/* An array type of negative length does not compile; works in C99 too. */
#define FERRY_LAYOUT_IS(name, what, value) typedef char layout_##name[(what) == (value) ? 1 : -1]
#define FERRY_MEMBER_AT(member, offset) \
  FERRY_LAYOUT_IS(config_##member, offsetof(HcclCommConfig, member), offset)

FERRY_LAYOUT_IS(root_info, sizeof(HcclRootInfo), 4108);
FERRY_LAYOUT_IS(config_value, sizeof(union HcclConfigValue), 4);
FERRY_LAYOUT_IS(item, sizeof(HcclSendRecvItem), 32);
FERRY_LAYOUT_IS(item_buf, offsetof(HcclSendRecvItem, buf), 8);
FERRY_LAYOUT_IS(item_count, offsetof(HcclSendRecvItem, count), 16);
FERRY_LAYOUT_IS(item_type, offsetof(HcclSendRecvItem, dataType), 24);
FERRY_LAYOUT_IS(item_rank, offsetof(HcclSendRecvItem, remoteRank), 28);

/* Ferry's own. */
FERRY_LAYOUT_IS(peer_stats, sizeof(ferry_peer_stats), 32);
FERRY_LAYOUT_IS(peer_stats_waited, offsetof(ferry_peer_stats, waited_ns), 16);
FERRY_LAYOUT_IS(peer_stats_staged, offsetof(ferry_peer_stats, staged_bytes), 24);
FERRY_LAYOUT_IS(comm_stats, sizeof(ferry_comm_stats), 40);
FERRY_LAYOUT_IS(comm_stats_staged, offsetof(ferry_comm_stats, staged_bytes), 32);

FERRY_LAYOUT_IS(config, sizeof(HcclCommConfig), 2232);
FERRY_MEMBER_AT(reserved, 0);
FERRY_MEMBER_AT(hcclBufferSize, 24);
FERRY_MEMBER_AT(hcclDeterministic, 28);
FERRY_MEMBER_AT(hcclCommName, 32);
FERRY_MEMBER_AT(hcclUdi, 160);
FERRY_MEMBER_AT(hcclOpExpansionMode, 288);
FERRY_MEMBER_AT(hcclRdmaTrafficClass, 292);
FERRY_MEMBER_AT(hcclRdmaServiceLevel, 296);
FERRY_MEMBER_AT(hcclWorldRankID, 300);
FERRY_MEMBER_AT(hcclJobID, 304);
FERRY_MEMBER_AT(aclGraphZeroCopyEnable, 312);
FERRY_MEMBER_AT(hcclExecTimeOut, 316);
FERRY_MEMBER_AT(hcclAlgo, 320);
FERRY_MEMBER_AT(hcclRetryEnable, 1920);
FERRY_MEMBER_AT(hcclRetryParams, 1970);
FERRY_MEMBER_AT(hcclBufferName, 2098);
FERRY_MEMBER_AT(hcclQos, 2228);

/* What HcclCommConfigInit left wrong in a structure full of rubbish; null if nothing. */
static inline const char* WrongDefaultOfCommConfig(void) {
  static const char zeros[1600] = {0};
  HcclCommConfig config;
  size_t size = 0;
  uint32_t magic = 0;
  uint32_t version = 0;
  memset(&config, 0x5A, sizeof(config));
  HcclCommConfigInit(NULL);
  HcclCommConfigInit(&config);
  memcpy(&size, config.reserved, 8);
  memcpy(&magic, config.reserved + 8, 4);
  memcpy(&version, config.reserved + 12, 4);
  if (size != 2232) return "size";
  if (magic != 0xf0f0f0f0U) return "magic";
  if (version != 10) return "version";
  if (memcmp(config.reserved + 16, zeros, 8) != 0) return "reserved";
  if (config.hcclBufferSize != 0xffffffffU) return "hcclBufferSize";
  if (config.hcclDeterministic != 0xffffffffU) return "hcclDeterministic";
  if (config.hcclRdmaTrafficClass != 0xffffffffU) return "hcclRdmaTrafficClass";
  if (config.hcclRdmaServiceLevel != 0xffffffffU) return "hcclRdmaServiceLevel";
  if (config.hcclQos != 0xffffffffU) return "hcclQos";
  if (config.hcclExecTimeOut != -1) return "hcclExecTimeOut";
  if (config.hcclOpExpansionMode != 0 || config.hcclWorldRankID != 0) return "a number";
  if (config.hcclJobID != 0 || config.aclGraphZeroCopyEnable != 0) return "a number";
  if (memcmp(config.hcclCommName, zeros, 128) != 0) return "hcclCommName";
  if (memcmp(config.hcclUdi, zeros, 128) != 0) return "hcclUdi";
  if (memcmp(config.hcclAlgo, zeros, 1600) != 0) return "hcclAlgo";
  if (memcmp(config.hcclRetryEnable, zeros, 50) != 0) return "hcclRetryEnable";
  if (memcmp(config.hcclRetryParams, zeros, 128) != 0) return "hcclRetryParams";
  if (memcmp(config.hcclBufferName, zeros, 128) != 0) return "hcclBufferName";
  return NULL;
}

#endif /* FERRY_TESTS_ABI_LAYOUT_H_ */
