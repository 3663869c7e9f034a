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

#ifdef __cplusplus
}
#endif

#endif /* FERRY_FERRY_FERRY_H_ */
