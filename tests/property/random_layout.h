// How the tensors of a random case lie in memory, and what else each caller chooses for itself.
#ifndef FERRY_TESTS_PROPERTY_RANDOM_LAYOUT_H_
#define FERRY_TESTS_PROPERTY_RANDOM_LAYOUT_H_

#include "random.h"
#include "random_case.h"

namespace ferry::support {

// Fills in the options of both operators; the oracle has been asked.
void ChooseOptions(Random& random, RandomCase& test);

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_RANDOM_LAYOUT_H_
