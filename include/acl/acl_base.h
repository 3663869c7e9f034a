/* Element types, formats, opaque descriptors of acl. */
#ifndef FERRY_ACL_ACL_BASE_H_
#define FERRY_ACL_ACL_BASE_H_

#include "acl/acl_base_rt.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct aclDataBuffer aclDataBuffer;
typedef struct aclTensorDesc aclTensorDesc;

/* Type of a tensor's elements. The operators of this library compute with FLOAT, FLOAT16, BF16,
 * INT8, INT32, INT64 and BOOL; a tensor may be described with any. */
typedef enum {
  ACL_DT_UNDEFINED = -1,
  ACL_FLOAT = 0,
  ACL_FLOAT16 = 1,
  ACL_INT8 = 2,
  ACL_INT32 = 3,
  ACL_UINT8 = 4,
  ACL_INT16 = 6,
  ACL_UINT16 = 7,
  ACL_UINT32 = 8,
  ACL_INT64 = 9,
  ACL_UINT64 = 10,
  ACL_DOUBLE = 11,
  ACL_BOOL = 12, /* one byte; any non-zero byte is true */
  ACL_STRING = 13,
  ACL_COMPLEX64 = 16,
  ACL_COMPLEX128 = 17,
  ACL_BF16 = 27,
  ACL_INT4 = 29,
  ACL_UINT1 = 30,
  ACL_COMPLEX32 = 33,
  ACL_HIFLOAT8 = 34,
  ACL_FLOAT8_E5M2 = 35,
  ACL_FLOAT8_E4M3FN = 36,
  ACL_FLOAT8_E8M0 = 37,
  ACL_FLOAT6_E3M2 = 38,
  ACL_FLOAT6_E2M3 = 39,
  ACL_FLOAT4_E2M1 = 40,
  ACL_FLOAT4_E1M2 = 41
} aclDataType;

/* Layout label of a tensor. Rows are always addressed by shape and strides; FRACTAL_NZ is refused
 * by the operators, every other label is accepted and has no effect. */
typedef enum {
  ACL_FORMAT_UNDEFINED = -1,
  ACL_FORMAT_NCHW = 0,
  ACL_FORMAT_NHWC = 1,
  ACL_FORMAT_ND = 2,
  ACL_FORMAT_NC1HWC0 = 3,
  ACL_FORMAT_FRACTAL_Z = 4,
  ACL_FORMAT_NC1HWC0_C04 = 12,
  ACL_FORMAT_HWCN = 16,
  ACL_FORMAT_NDHWC = 27,
  ACL_FORMAT_FRACTAL_NZ = 29,
  ACL_FORMAT_NCDHW = 30,
  ACL_FORMAT_NDC1HWC0 = 32,
  ACL_FRACTAL_Z_3D = 33,
  ACL_FORMAT_NC = 35,
  ACL_FORMAT_NCL = 47,
  ACL_FORMAT_FRACTAL_NZ_C0_16 = 50,
  ACL_FORMAT_FRACTAL_NZ_C0_32 = 51,
  ACL_FORMAT_FRACTAL_NZ_C0_2 = 52,
  ACL_FORMAT_FRACTAL_NZ_C0_4 = 53,
  ACL_FORMAT_FRACTAL_NZ_C0_8 = 54
} aclFormat;

typedef enum {
  ACL_MEMTYPE_DEVICE = 0,
  ACL_MEMTYPE_HOST = 1,
  ACL_MEMTYPE_HOST_COMPILE_INDEPENDENT = 2
} aclMemType;

typedef enum { ACL_DEBUG = 0, ACL_INFO = 1, ACL_WARNING = 2, ACL_ERROR = 3 } aclLogLevel;

typedef enum {
  ACL_CANN_ATTR_UNDEFINED = -1,
  ACL_CANN_ATTR_INF_NAN = 0,
  ACL_CANN_ATTR_BF16 = 1,
  ACL_CANN_ATTR_JIT_COMPILE = 2
} aclCannAttr;

typedef enum {
  ACL_DEVICE_INFO_UNDEFINED = -1,
  ACL_DEVICE_INFO_AI_CORE_NUM = 0,
  ACL_DEVICE_INFO_VECTOR_CORE_NUM = 1,
  ACL_DEVICE_INFO_L2_SIZE = 2
} aclDeviceInfo;

/* Bytes that one element of `dataType` occupies.
 *
 * 0 for ACL_DT_UNDEFINED, ACL_STRING, types smaller than a byte and unknown values.
 * Never fails, records no message. Source: runtime specification, section 5.4. */
ACL_FUNC_VISIBILITY size_t aclDataTypeSize(aclDataType dataType);

/* Binary16 to binary32.
 *
 *   value   bits of a binary16; finite values, subnormals included, convert exactly
 *
 * By definition +Inf gives 65536.0, -Inf -65536.0 and NaN of either sign 98304.0: not for operator
 * arithmetic, which follows IEEE. Never fails. Source: runtime specification, section 5.4. */
ACL_FUNC_VISIBILITY float aclFloat16ToFloat(aclFloat16 value);

/* Binary32 to binary16.
 *
 *   value   rounded to nearest, ties to even; too large a magnitude becomes infinity
 *
 * NaN stays NaN. Never fails. Source: runtime specification, section 5.4. */
ACL_FUNC_VISIBILITY aclFloat16 aclFloatToFloat16(float value);

/* Wraps an address with a size; the memory stays the caller's.
 *   data   any, null too
 *   size   bytes
 * Null only when this process is out of memory. Source: runtime specification, section 5.4. */
ACL_FUNC_VISIBILITY aclDataBuffer* aclCreateDataBuffer(void* data, size_t size);

/* Ends a data buffer, not its memory.
 * Errors: 100000 null; 107017 not a data buffer of this library. */
ACL_FUNC_VISIBILITY aclError aclDestroyDataBuffer(const aclDataBuffer* dataBuffer);

/* Which of the aclCannAttr this library has.
 *   value   out   1 for INF_NAN and BF16, 0 for JIT_COMPILE
 * Errors: 100000 null, or no aclCannAttr. Source: runtime specification, section 5.4. */
ACL_FUNC_VISIBILITY aclError aclGetCannAttribute(aclCannAttr cannAttr, int32_t* value);

/* All that aclGetCannAttribute knows.
 *   cannAttrList   out   array of the library, valid for ever
 *   num            out   its length
 * Errors: 100000 null. */
ACL_FUNC_VISIBILITY aclError aclGetCannAttributeList(const aclCannAttr** cannAttrList, size_t* num);

/* Core numbers and cache size (bytes) of the product that FERRY_PRODUCT selects.
 *   value   out
 * Errors: 100000 null, or no aclDeviceInfo; 107001 no such device.
 * Source: runtime specification, section 5.4. */
ACL_FUNC_VISIBILITY aclError aclGetDeviceCapability(uint32_t deviceId, aclDeviceInfo deviceInfo,
                                                    int64_t* value);

/* A line of the application in the library's log on stderr, where FERRY_LOG lets its level through.
 *   func, file, line   where; null is "?"
 *   fmt                as of printf, at most 1023 characters are written
 * Never fails; a null fmt or an unknown level is reported instead. */
ACL_FUNC_VISIBILITY void aclAppLog(aclLogLevel logLevel, const char* func, const char* file,
                                   uint32_t line, const char* fmt, ...);

#ifdef __cplusplus
}
#endif

/* aclAppLog from here: ACL_APP_LOG(level, fmt, ...). */
#define ACL_APP_LOG(level, ...) aclAppLog((level), __func__, __FILE__, __LINE__, __VA_ARGS__)

#include "acl/acl_tensor_desc.h"

#endif /* FERRY_ACL_ACL_BASE_H_ */
