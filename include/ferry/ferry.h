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

#ifdef __cplusplus
}
#endif

#endif /* FERRY_FERRY_FERRY_H_ */
