// The instruction set that a run of the suite is meant for.
#ifndef FERRY_TESTS_PROPERTY_INSTRUCTION_SET_H_
#define FERRY_TESTS_PROPERTY_INSTRUCTION_SET_H_

#include <cstdlib>
#include <string>

#include "ferry/ferry.h"

namespace ferry::support {

// True if FERRY_ISA names what this processor lacks.
inline bool LacksTheWantedInstructionSet() {
  const char* wanted = std::getenv("FERRY_ISA");
  return wanted != nullptr && std::string(wanted) != ferry_instruction_set();
}

// Why such a run is skipped.
inline std::string WhatThisProcessorOffers() {
  return std::string("this processor offers ") + ferry_instruction_sets() + " and not " +
         std::getenv("FERRY_ISA");
}

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_INSTRUCTION_SET_H_
