// SIGUSR1 prints the state of all groups (FERRY_DUMP_SIGNAL=1).
#ifndef FERRY_COMM_DUMP_SIGNAL_H_
#define FERRY_COMM_DUMP_SIGNAL_H_

namespace ferry::comm {

// Takes SIGUSR1 for the report if the environment asks for it; once a process, at its first
// communicator. A handler that the program has set (or its wish to ignore the signal) is left, and
// a line says so. The handler itself only wakes a thread.
void InstallDumpSignal() noexcept;

}  // namespace ferry::comm

#endif  // FERRY_COMM_DUMP_SIGNAL_H_
