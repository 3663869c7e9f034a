// What the ranks of a random case own: tokens, ids, masks, weights, and what the experts return.
#ifndef FERRY_TESTS_PROPERTY_RANDOM_INPUTS_H_
#define FERRY_TESTS_PROPERTY_RANDOM_INPUTS_H_

#include "random.h"
#include "random_case.h"

namespace ferry::support {

// Fills in `senders`, and in `owners` what does not come from dispatch.
void ChooseInputs(Random& random, const Wishes& wishes, RandomCase& test);

// Fills in `dispatched`, the rest of `owners` after the experts' work, and `combined`.
void AskTheOracle(Random& random, RandomCase& test);

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_RANDOM_INPUTS_H_
