// The processes of a case, and what they leave behind.
#ifndef FERRY_TESTS_FAULTS_CREW_H_
#define FERRY_TESTS_FAULTS_CREW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "faults/fault_case.h"

namespace ferry::faults {

struct RankEnd {
  int status = 0;            // as of waitpid
  std::string heard;         // "ok", or the sentence; group and port have fixed names in it
  std::string wrong;         // "" if nothing
  std::int64_t took_us = 0;  // from the fault, or the call if that came later, to the sentence
};

struct Outcome {
  std::vector<RankEnd> ranks;
  std::string left_behind;  // "" if nothing
  bool hung = false;
};

// Runs the ranks of the case in processes of their own. This process must not have used the
// library.
[[nodiscard]] Outcome RunCase(const FaultCase& fault_case);

}  // namespace ferry::faults

#endif  // FERRY_TESTS_FAULTS_CREW_H_
