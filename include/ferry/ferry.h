/* What Ferry offers beside the C API of CANN. */
#ifndef FERRY_FERRY_FERRY_H_
#define FERRY_FERRY_FERRY_H_

#define FERRY_VERSION_MAJOR 0
#define FERRY_VERSION_MINOR 1
#define FERRY_VERSION_PATCH 0
#define FERRY_VERSION_STRING "0.1.0"

#if defined(__GNUC__)
#define FERRY_API __attribute__((visibility("default")))
#else
#define FERRY_API
#endif

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the library that is loaded, "major.minor.patch"; a program compares it with
 * FERRY_VERSION_STRING, the version it was compiled against.
 * Never null; the text is valid for ever. */
FERRY_API const char* ferry_version(void);

/* The instruction set that the kernels use: "portable", "avx2" or "avx512"; results do not depend
 * on it. FERRY_ISA, read once, holds it back. Never null; the text is valid for ever. */
FERRY_API const char* ferry_instruction_set(void);

/* All that this processor and this build offer, slowest first, separated by blanks.
 * Never null; the text is valid for ever. */
FERRY_API const char* ferry_instruction_sets(void);

/* What every rank of every communicator of this process does: its operator and call, whom it waits
 * for and since when, its last refused call, and a cycle of waits if there is one; as lines of
 * text.
 * text: where it goes, at most `size` bytes with the terminating zero; it is cut if it is longer.
 *       Null: it is printed to stderr instead, and `size` is ignored.
 * Returns the length of the whole text without the terminating zero, as snprintf does; 0 when
 * memory runs out. May be called at any time from any thread, but not from a signal handler:
 * FERRY_DUMP_SIGNAL=1 prints the same on SIGUSR1. */
FERRY_API size_t ferry_dump_state(char* text, size_t size);

/* Memory that every process of the host's groups can read, for programs that bring buffers of their
 * own. Tensors in it, as in memory of aclrtMalloc, are read by peers where they lie. Tensors in any
 * other memory work as well; but in a group of several processes what peers read of them is copied
 * first, in each call ("staged"; ferry_stats counts it).
 * size: in bytes, at least 1. It counts against the current device of the calling thread, and
 *       aclrtResetDevice of that device frees it.
 * Returns an address that is a multiple of 512; the contents are undefined. Null for an error, of
 * which aclGetRecentErrMsg tells: a size of 0, no device set (aclrtSetDevice), or more than the
 * device has. */
FERRY_API void* ferry_alloc(size_t size);

/* Frees what ferry_alloc, or aclrtMalloc, returned; aclrtFree does the same.
 * The program waits first for the operators that use the memory: with FERRY_STRICT=1 freeing what
 * one still uses is an error, else the operator reads what is undefined.
 * Returns 0; 100000 for null; 107000 for anything else that is not an allocation, was freed before,
 * or is still used; aclGetRecentErrMsg says which. */
FERRY_API int ferry_free(void* memory);

/* What one rank has exchanged with one peer since the communicator was made. */
typedef struct ferry_peer_stats {
  uint64_t rows;      /* rows of tokens that this rank has read from the peer, be it itself */
  uint64_t bytes;     /* of these rows as the peer holds them, with a scale for a quantised row */
  uint64_t waited_ns; /* in meetings that the peer was the last to come to */
  uint64_t staged_bytes; /* that the peer copied in calls with this rank, since they lay in memory
                            that only its process can read: one copy serves all its peers */
} ferry_peer_stats;

/* What one rank has done in all since the communicator was made. */
typedef struct ferry_comm_stats {
  uint64_t rows;         /* of all peers together, */
  uint64_t bytes;        /* likewise, */
  uint64_t waited_ns;    /* likewise */
  uint64_t released_ns;  /* waited, at the end of calls, until peers had read this rank's rows */
  uint64_t staged_bytes; /* of this rank, copied for all peers at once; see ferry_alloc */
} ferry_comm_stats;

/* Reads the statistics of this process's rank of a communicator.
 * comm:  an HcclComm.
 * peers: [count], of which the first N are written, N being the ranks of the communicator, by rank;
 *        or null, and then `count` is ignored.
 * count: at least N.
 * total: or null.
 * Counts what the operators that have ended moved, and may be called at any time from any thread;
 * numbers of a call that runs meanwhile may be there in part.
 * Returns an HcclResult: 0; HCCL_E_PTR for a null comm; HCCL_E_NOT_FOUND for what is no
 * communicator; HCCL_E_PARA for a count that is too small. aclGetRecentErrMsg says why. */
FERRY_API int ferry_stats(void* comm, ferry_peer_stats* peers, size_t count,
                          ferry_comm_stats* total);

#ifdef __cplusplus
}
#endif

#endif /* FERRY_FERRY_FERRY_H_ */
