// The table docs/faults.md.
#ifndef FERRY_TESTS_FAULTS_FAULT_TABLE_H_
#define FERRY_TESTS_FAULTS_FAULT_TABLE_H_

#include <cstdint>
#include <string>

#include "faults/fault_case.h"

namespace ferry::faults {

// How long the slowest rank took to hear of the fault, in this process's run of the case.
void NoteTime(const FaultCase& fault_case, std::int64_t microseconds);

// With the times that were noted.
[[nodiscard]] std::string FaultTable();

// The table with T for every time.
[[nodiscard]] std::string WithoutTimes(const std::string& table);

}  // namespace ferry::faults

#endif  // FERRY_TESTS_FAULTS_FAULT_TABLE_H_
