/* Communicators for programs that a launcher starts: `ferry launch`, torchrun, Open MPI's mpirun or
 * Slurm's srun. Their variables, and where the ranks meet, are in docs/launchers.md; no root info
 * has to be passed around. */
#ifndef FERRY_FERRY_LAUNCH_H_
#define FERRY_FERRY_LAUNCH_H_

#include <ferry/ferry.h>
#include <hccl/hccl_types.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the launcher says of this process; any of the pointers may be null.
 *
 *   rank       out  in [0, size)
 *   size       out  processes of the launch, 1..768
 *   localRank  out  in [0, size), among the processes of this host: a device for it to use
 *
 * Errors: HCCL_E_PARA when no launcher has started this process, or a variable is missing or
 * outside its range; aclGetRecentErrMsg names it. */
FERRY_API HcclResult ferry_launch_rank(uint32_t* rank, uint32_t* size, uint32_t* localRank);

/* Makes the communicator of all processes of the launch, a rank each: HcclCommInitRootInfo without
 * a root info. The current device becomes this rank's device. Collective: every process calls it,
 * and it returns when all have, or after HCCL_CONNECT_TIMEOUT
 * + 20 s. The ranks meet at FERRY_ROOT; beyond the loopback address FERRY_SECRET_FILE must name a
 * file with a secret that nobody else can read.
 * Errors: HCCL_E_PTR comm is null; HCCL_E_PARA as ferry_launch_rank, or no secret, or one that
 * others can read; HCCL_E_OPEN_FILE_FAILURE its file cannot be read; HCCL_E_TIMEOUT and
 * HCCL_E_REMOTE as HcclCommInitRootInfo. aclGetRecentErrMsg says why. */
FERRY_API HcclResult ferry_comm_init_from_env(HcclComm* comm);

/* The same with ndev ranks a process, as HcclCommInitAll makes them, equally many in each: rank
 * r * ndev + i of the communicator is the one on devices[i] of process r.
 *
 *   ndev     1.., ndev * size at most 768
 *   devices  [ndev]       of this process, each once
 *   comms    [ndev]  out  one handle a device
 *
 * Errors: as ferry_comm_init_from_env; HCCL_E_PARA for ndev and devices. */
FERRY_API HcclResult ferry_comm_init_all_from_env(uint32_t ndev, int32_t* devices, HcclComm* comms);

#ifdef __cplusplus
}
#endif

#endif /* FERRY_FERRY_LAUNCH_H_ */
