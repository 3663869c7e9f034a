// What a process gives to others on its host: descriptors, over an abstract Unix socket.
//
// One quiet thread and one socket a process, from the first need on; nothing stands in the file
// system, and nothing is left when the process ends. Only processes of the same user are answered,
// and each side checks with the kernel who the other is.
#ifndef FERRY_COMM_HOST_SERVICE_H_
#define FERRY_COMM_HOST_SERVICE_H_

#include <string>

namespace ferry::comm {

// Name of this process's service, which is started if it does not run yet; a child made by fork
// gets its own. Throws Error{kHcclSyscall} when the system refuses a socket or a thread.
[[nodiscard]] std::string HostServiceName();

}  // namespace ferry::comm

#endif  // FERRY_COMM_HOST_SERVICE_H_
