// What each caller of a random case passes where nobody looks at it.
#ifndef FERRY_TESTS_PROPERTY_RANDOM_IGNORED_H_
#define FERRY_TESTS_PROPERTY_RANDOM_IGNORED_H_

#include "random_case.h"

namespace ferry::support {

// Changes the options of both operators, by choices of its own stream: what else a seed means does
// not depend on them.
void ChooseWhatIsIgnored(RandomCase& test);

}  // namespace ferry::support

#endif  // FERRY_TESTS_PROPERTY_RANDOM_IGNORED_H_
