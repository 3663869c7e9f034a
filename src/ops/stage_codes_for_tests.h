// The code that each stage of the specification answers with, written down once more: a table of
// rows is not to be its own judge.
#ifndef FERRY_OPS_STAGE_CODES_FOR_TESTS_H_
#define FERRY_OPS_STAGE_CODES_FOR_TESTS_H_

#include <cstdint>
#include <string>

namespace ferry::ops::testing {

// Of the row with this id.
inline std::int32_t CodeOfStage(const std::string& id) {
  if (id == "combine-0-3" || id == "combine-0-4") return 161002;  // names, where dispatch differs
  // Beyond the specification: handles that are none, and what phase 2 misses.
  if (id.find("-0-alive-") != std::string::npos) return 161002;
  if (id.find("-A3-data-") != std::string::npos) return 161001;
  switch (id.at(id.find('-') + 1)) {
    case '0':
      return 161001;
    case '1':
      return 361001;
    case '2':
      return 161002;
    default:
      return 561002;
  }
}

}  // namespace ferry::ops::testing

#endif  // FERRY_OPS_STAGE_CODES_FOR_TESTS_H_
