// Dispatch, the experts' work and combine of a random case, judged by the oracle.
#ifndef FERRY_TESTS_PROPERTY_ROUND_TRIP_H_
#define FERRY_TESTS_PROPERTY_ROUND_TRIP_H_

#include "random_case.h"
#include "support/world.h"

namespace ferry::support {

// Runs the case on the ranks of `world`, which may be some of the case's, and expects of each that
// its outputs equal the oracle's bit for bit and that nothing else is written. Processes that have
// the other ranks do the same at the same time.
void ExpectTheOraclesResults(const World& world, const RandomCase& test);

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_ROUND_TRIP_H_
