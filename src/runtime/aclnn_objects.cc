#include "runtime/aclnn_objects.h"

namespace ferry::runtime {
namespace {

// One table for each kind; never destroyed, because threads may outlive statics.
template <class T, HandleKind kKind>
HandleTable<const T>& Table() {
  static auto* const table = new HandleTable<const T>(kKind);
  return *table;
}

}  // namespace

HandleTable<const Scalar>& Scalars() {
  return Table<Scalar, HandleKind::kScalar>();
}
HandleTable<const IntArray>& IntArrays() {
  return Table<IntArray, HandleKind::kIntArray>();
}
HandleTable<const FloatArray>& FloatArrays() {
  return Table<FloatArray, HandleKind::kFloatArray>();
}
HandleTable<const BoolArray>& BoolArrays() {
  return Table<BoolArray, HandleKind::kBoolArray>();
}
HandleTable<const List>& TensorLists() {
  return Table<List, HandleKind::kTensorList>();
}
HandleTable<const List>& ScalarLists() {
  return Table<List, HandleKind::kScalarList>();
}

}  // namespace ferry::runtime
