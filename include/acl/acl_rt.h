/* The runtime: devices, contexts, streams, events, memory, callbacks.
 *
 * Holds for all functions: a null mandatory pointer is 100000; a destroyed or unknown handle is
 * 107017; a function that needs a context and finds none returns 107002. Device and context belong
 * to the calling thread. Source of all: runtime specification, section 5. */
#ifndef FERRY_ACL_ACL_RT_H_
#define FERRY_ACL_ACL_RT_H_

#include "acl/acl_base.h"
#include "acl/acl_rt_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- library ---- */

/* Version of the API that this library offers.
 *
 *   major, minor, patch   out   none may be null
 *
 * Errors: 100000. */
ACL_FUNC_VISIBILITY aclError aclrtGetVersion(int32_t* majorVersion, int32_t* minorVersion,
                                             int32_t* patchVersion);

/* Full name of the product that FERRY_PRODUCT selects: "Ascend910_9391" (A3) or "Ascend910B3" (A2).
 * Never null; the text is valid for ever. */
ACL_FUNC_VISIBILITY const char* aclrtGetSocName(void);

/* ---- devices: ids 0 .. FERRY_DEVICE_COUNT - 1, 16 by default ---- */

/* Binds the thread to a device and makes the device's implicit context current. Counted.
 * Errors: 107001 no such device. */
ACL_FUNC_VISIBILITY aclError aclrtSetDevice(int32_t deviceId);

/* Undoes one aclrtSetDevice; the last one releases this process's resources on the device.
 * Errors: 107001 no such device; 107002 not set. */
ACL_FUNC_VISIBILITY aclError aclrtResetDevice(int32_t deviceId);

/* Releases the device regardless of the count, with 0 too; queued work is dropped.
 * Errors: 107001 no such device. */
ACL_FUNC_VISIBILITY aclError aclrtResetDeviceForce(int32_t deviceId);

/* Device of the current context.
 *   deviceId   out
 * Errors: 100000; 107002. */
ACL_FUNC_VISIBILITY aclError aclrtGetDevice(int32_t* deviceId);

/* Number of devices.
 *   count   out
 * Errors: 100000. */
ACL_FUNC_VISIBILITY aclError aclrtGetDeviceCount(uint32_t* count);

/* Where the program runs: always ACL_HOST.
 *   runMode   out
 * Errors: 100000. */
ACL_FUNC_VISIBILITY aclError aclrtGetRunMode(aclrtRunMode* runMode);

/* Waits for the work queued on all streams of the current device. Returns the first error that is
 * pending on one of them, and clears them all.
 * Errors: 107002; any code of failed work, 507015 for collective operators. */
ACL_FUNC_VISIBILITY aclError aclrtSynchronizeDevice(void);

/* The same with a limit.
 *   timeout   milliseconds, -1 for ever
 * Errors: as aclrtSynchronizeDevice; 107000 timeout below -1; 507046 the time is over: the work
 * goes on and a later call can still collect its result. */
ACL_FUNC_VISIBILITY aclError aclrtSynchronizeDeviceWithTimeout(int32_t timeout);

/* Memory of the current device that can still be allocated, and that it has in all, in bytes.
 *   attr                    any kind: all devices have host memory only
 *   freeBytes, totalBytes   out
 * Errors: 100000; 107000 unknown kind; 107002. */
ACL_FUNC_VISIBILITY aclError aclrtGetMemInfo(aclrtMemAttr attr, size_t* freeBytes,
                                             size_t* totalBytes);

/* Whether one device can read another's memory: always 1.
 *   canAccessPeer   out
 * Errors: 100000; 107001 one of them does not exist. */
ACL_FUNC_VISIBILITY aclError aclrtDeviceCanAccessPeer(int32_t* canAccessPeer, int32_t deviceId,
                                                      int32_t peerDeviceId);

/* No effect: all devices can always.
 *   flags   any
 * Errors: 107001 no such device. */
ACL_FUNC_VISIBILITY aclError aclrtDeviceEnablePeerAccess(int32_t peerDeviceId, uint32_t flags);

/* What a device is like: numbers of the product that FERRY_PRODUCT selects; TOTAL_GLOBAL_MEM_SIZE
 * in bytes as aclrtGetMemInfo says; its id for PHY_CHIP_ID and SUPER_POD_DEVICE_ID; 0 for what
 * devices of one machine do not have. value   out Errors: 100000; 107000 no aclrtDevAttr; 107001 no
 * such device. */
ACL_FUNC_VISIBILITY aclError aclrtGetDeviceInfo(uint32_t deviceId, aclrtDevAttr attr,
                                                int64_t* value);

/* Cores that the calling thread's work can use: all of a device.
 *   value   out
 * Errors: 100000; 107000 no aclrtDevResLimitType. */
ACL_FUNC_VISIBILITY aclError aclrtGetResInCurrentThread(aclrtDevResLimitType type, uint32_t* value);

/* Accepted without effect: what waits is a collective operator, and HCCL_EXEC_TIMEOUT limits it.
 *   timeout   seconds, any */
ACL_FUNC_VISIBILITY aclError aclrtSetOpWaitTimeout(uint32_t timeout);
ACL_FUNC_VISIBILITY aclError aclrtSetOpExecuteTimeOut(uint32_t timeout);

/* Accepted, and never called: failures are returned by the synchronise.
 *   callback   any, null too */
ACL_FUNC_VISIBILITY aclError aclrtSetExceptionInfoCallback(aclrtExceptionInfoCallback callback);

/* ---- contexts ---- */

/* New context of a device, with a default stream. It becomes current.
 *   context   out
 * Errors: 100000; 107001 no such device. */
ACL_FUNC_VISIBILITY aclError aclrtCreateContext(aclrtContext* context, int32_t deviceId);

/* Ends a context and its default stream, once the work queued there is done. The other streams of
 * the device stay. May be called on any thread.
 * Errors: 100000 null; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtDestroyContext(aclrtContext context);

/* Makes a context, and with it its device, current on the calling thread.
 * Errors: 100000 null; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtSetCurrentContext(aclrtContext context);

/* The calling thread's context.
 *   context   out
 * Errors: 100000; 107002. */
ACL_FUNC_VISIBILITY aclError aclrtGetCurrentContext(aclrtContext* context);

/* Handle of the current context's default stream.
 *   stream   out
 * Errors: 100000; 107002. */
ACL_FUNC_VISIBILITY aclError aclrtCtxGetCurrentDefaultStream(aclrtStream* stream);

/* ---- streams: queues whose tasks run in order, asynchronously ---- */

/* New stream on the current context.
 *   stream   out
 * Errors: 100000; 107002. */
ACL_FUNC_VISIBILITY aclError aclrtCreateStream(aclrtStream* stream);

/* The same.
 *   priority   any: streams are served alike
 *   flag       bits ACL_STREAM_*: hints that change nothing here
 * Errors: 100000; 107002. */
ACL_FUNC_VISIBILITY aclError aclrtCreateStreamWithConfig(aclrtStream* stream, uint32_t priority,
                                                         uint32_t flag);

/* Waits for the queued work, then ends the stream. Collects no error.
 * Errors: 100000 null; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtDestroyStream(aclrtStream stream);

/* Drops the queued work, then ends the stream. The peers of a dropped collective operator fail.
 * Errors: 100000 null; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtDestroyStreamForce(aclrtStream stream);

/* Waits for the work queued on the stream. Returns the first error that is pending, and clears it.
 *   stream   null: default stream
 * Errors: 107002; 107017; any code of failed work, 507015 for collective operators, 107023 after
 * aclrtStreamAbort. */
ACL_FUNC_VISIBILITY aclError aclrtSynchronizeStream(aclrtStream stream);

/* The same with a limit.
 *   timeout   milliseconds, -1 for ever
 * Errors: as aclrtSynchronizeStream; 107000 timeout below -1; 507046 the time is over: the work
 * goes on and a later call can still collect its result. */
ACL_FUNC_VISIBILITY aclError aclrtSynchronizeStreamWithTimeout(aclrtStream stream, int32_t timeout);

/* Whether the queued work is done. Collects no error.
 *   status   out
 * Errors: 100000; 107002; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtStreamQuery(aclrtStream stream, aclrtStreamStatus* status);

/* Later work of the stream waits for the event's latest record at the time of this call.
 * Errors: 100000 null event; 107002; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtStreamWaitEvent(aclrtStream stream, aclrtEvent event);

/* What happens to work queued behind a failed task.
 *   mode   ACL_CONTINUE_ON_FAILURE (default) it runs; ACL_STOP_ON_FAILURE it is dropped until the
 *          error is collected
 * Errors: 107000 another mode; 107002; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtSetStreamFailureMode(aclrtStream stream, uint64_t mode);

/* Drops the queued tasks; the next synchronise returns 107023.
 * Errors: 107002; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtStreamAbort(aclrtStream stream);

/* ---- events ---- */

/* New event, able to record, wait, query, synchronise and measure time.
 *   event   out
 * Errors: 100000; 107002. */
ACL_FUNC_VISIBILITY aclError aclrtCreateEvent(aclrtEvent* event);

/* The same.
 *   flag   bits ACL_EVENT_*: hints, every event can do everything
 * Errors: 100000; 107002. */
ACL_FUNC_VISIBILITY aclError aclrtCreateEventWithFlag(aclrtEvent* event, uint32_t flag);

/* The same as aclrtCreateEventWithFlag. */
ACL_FUNC_VISIBILITY aclError aclrtCreateEventExWithFlag(aclrtEvent* event, uint32_t flag);

/* Ends an event. Records and waits already queued keep their effect.
 * Errors: 100000 null; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtDestroyEvent(aclrtEvent event);

/* Queues a record: when the stream gets there, the event is recorded.
 * Errors: 100000 null event; 107002; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtRecordEvent(aclrtEvent event, aclrtStream stream);

/* Queues a reset to "not recorded".
 * Errors: 100000 null event; 107002; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtResetEvent(aclrtEvent event, aclrtStream stream);

/* Whether the latest record has been reached.
 *   status   out
 * Errors: 100000; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtQueryEventStatus(aclrtEvent event,
                                                   aclrtEventRecordedStatus* status);

/* Whether the waits for the event are over. Note the opposite polarity of its enumeration.
 *   status   out
 * Errors: 100000; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtQueryEventWaitStatus(aclrtEvent event,
                                                       aclrtEventWaitStatus* status);

/* Waits until the latest record has been reached, or dropped with its stream's work; without a
 * record, or after a reset, until another thread's record has been. Collects no error.
 * Errors: 100000 null; 107000 in a callback that the record's stream waits for; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtSynchronizeEvent(aclrtEvent event);

/* The same with a limit.
 *   timeout   milliseconds, -1 for ever
 * Errors: as aclrtSynchronizeEvent; 107000 timeout below -1; 507047 the time is over. */
ACL_FUNC_VISIBILITY aclError aclrtSynchronizeEventWithTimeout(aclrtEvent event, int32_t timeout);

/* Time between two records.
 *   ms   out, milliseconds
 * Errors: 100000; 107006 one of them is not recorded; 107007 the end was recorded before the start;
 * 107017. */
ACL_FUNC_VISIBILITY aclError aclrtEventElapsedTime(float* ms, aclrtEvent startEvent,
                                                   aclrtEvent endEvent);

/* ---- memory ---- */

/* Device memory of undefined contents, 512-byte aligned, at least `size` rounded up to 32, plus 32
 * bytes.
 *   devPtr   out
 *   size     bytes
 *   policy   any: a hint
 * Errors: 100000 null, size 0; 107002; 207001 out of memory. */
ACL_FUNC_VISIBILITY aclError aclrtMalloc(void** devPtr, size_t size, aclrtMemMallocPolicy policy);

/* The same without the 32 bytes behind. */
ACL_FUNC_VISIBILITY aclError aclrtMallocAlign32(void** devPtr, size_t size,
                                                aclrtMemMallocPolicy policy);

/* Gives device memory back. Errors: 100000 null; 107000 not the start of an allocation. */
ACL_FUNC_VISIBILITY aclError aclrtFree(void* devPtr);

/* Host memory.
 *   hostPtr   out
 *   size      bytes
 * Errors: 100000 null, size 0; 207001 out of memory. */
ACL_FUNC_VISIBILITY aclError aclrtMallocHost(void** hostPtr, size_t size);

/* Gives host memory back. Errors: 100000 null; 107000 not from aclrtMallocHost. */
ACL_FUNC_VISIBILITY aclError aclrtFreeHost(void* hostPtr);

/* Copies `count` bytes now.
 *   destMax   bytes that dst can take
 *   kind      any: all memory is host memory
 * Errors, none of them when count is 0: 100000 null; 107000 count > destMax, unknown kind, or an
 * end begins in an allocation of aclrtMalloc and leaves it. */
ACL_FUNC_VISIBILITY aclError aclrtMemcpy(void* dst, size_t destMax, const void* src, size_t count,
                                         aclrtMemcpyKind kind);

/* Queues the copy; both ranges must stay as they are until the stream has passed it. One that
 * leaves its allocation is reported by the synchronise. Errors: as aclrtMemcpy; 107002; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtMemcpyAsync(void* dst, size_t destMax, const void* src,
                                              size_t count, aclrtMemcpyKind kind,
                                              aclrtStream stream);

/* Sets `count` bytes now to the low byte of `value`.
 *   maxCount   bytes that devPtr can take
 * Errors: 100000 null; 107000 count > maxCount, or the range leaves its allocation. */
ACL_FUNC_VISIBILITY aclError aclrtMemset(void* devPtr, size_t maxCount, int32_t value,
                                         size_t count);

/* Queues the same. Errors: as aclrtMemset; 107002; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtMemsetAsync(void* devPtr, size_t maxCount, int32_t value,
                                              size_t count, aclrtStream stream);

/* Sharing device memory between processes by a key: not offered.
 * Errors: 100000 a null pointer; 207000 otherwise. */
ACL_FUNC_VISIBILITY aclError aclrtIpcMemGetExportKey(void* devPtr, size_t size, char* key,
                                                     size_t len, uint64_t flags);
ACL_FUNC_VISIBILITY aclError aclrtIpcMemImportByKey(void** devPtr, const char* key, uint64_t flags);
ACL_FUNC_VISIBILITY aclError aclrtIpcMemClose(const char* key);

/* ---- host callbacks in stream order ---- */

/* Makes a thread the one that runs the stream's callbacks, by calling aclrtProcessReport.
 *   threadId   pthread id
 * Errors: 107002; 107011 the stream has a thread already; 107012 the thread has a stream already;
 * 107017. */
ACL_FUNC_VISIBILITY aclError aclrtSubscribeReport(uint64_t threadId, aclrtStream stream);

/* Undoes it. Errors: 107002; 107015 not subscribed; 107017. */
ACL_FUNC_VISIBILITY aclError aclrtUnSubscribeReport(uint64_t threadId, aclrtStream stream);

/* Waits for one callback of the calling thread and runs it.
 *   timeout   milliseconds, -1 for ever
 * Errors: 107000 timeout below -1; 107015 the thread is not subscribed, or its stream has been
 * destroyed; 107019 the time is over. */
ACL_FUNC_VISIBILITY aclError aclrtProcessReport(int32_t timeout);

/* Queues a call of `fn` with `userData` on the stream's subscribed thread.
 *   blockType   ACL_CALLBACK_BLOCK: the stream goes on after fn has returned
 * Errors: 100000 null fn; 107000 unknown blockType; 107002; 107015 no thread is subscribed;
 * 107017. */
ACL_FUNC_VISIBILITY aclError aclrtLaunchCallback(aclrtCallback fn, void* userData,
                                                 aclrtCallbackBlockType blockType,
                                                 aclrtStream stream);

/* ---- last error ---- */

/* The last error that a function returned on this thread; 0 if none. It is kept.
 *   level   ACL_RT_THREAD_LEVEL, else 107000 */
ACL_FUNC_VISIBILITY aclError aclrtPeekAtLastError(aclrtLastErrLevel level);

/* The same, and forgets it. */
ACL_FUNC_VISIBILITY aclError aclrtGetLastError(aclrtLastErrLevel level);

#ifdef __cplusplus
}
#endif

#endif /* FERRY_ACL_ACL_RT_H_ */
