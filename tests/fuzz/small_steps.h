// Calls that take next to nothing and change nothing that a later call could miss.
#ifndef FERRY_TESTS_FUZZ_SMALL_STEPS_H_
#define FERRY_TESTS_FUZZ_SMALL_STEPS_H_

#include <span>

#include "fuzz/object_session.h"

namespace ferry::fuzz {

std::span<const Step> SmallSteps();

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_SMALL_STEPS_H_
