// Test vectors by name, each built when it is asked for: the larger ones take tens of milliseconds,
// and a test program registers all of its tests to run one.
#ifndef FERRY_MOE_REFERENCE_VECTOR_TABLE_H_
#define FERRY_MOE_REFERENCE_VECTOR_TABLE_H_

#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace ferry::reference {

template <class Vector>
struct NamedVector {
  const char* name;  // section or number in the specification, as a test name
  Vector (*build)();
};

template <class Vector>
std::vector<std::string> NamesOf(std::span<const NamedVector<Vector>> table) {
  std::vector<std::string> names;
  for (const NamedVector<Vector>& entry : table) names.emplace_back(entry.name);
  return names;
}

template <class Vector>
Vector BuildNamed(std::span<const NamedVector<Vector>> table, const std::string& name) {
  for (const NamedVector<Vector>& entry : table) {
    if (entry.name == name) return entry.build();
  }
  Fail(Code::kInner, "no vector of the specification is called {}", name);
}

}  // namespace ferry::reference

#endif  // FERRY_MOE_REFERENCE_VECTOR_TABLE_H_
