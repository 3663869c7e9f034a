// One read of a number that somebody else may change meanwhile.
#ifndef FERRY_MOE_READ_ONCE_H_
#define FERRY_MOE_READ_ONCE_H_

namespace ferry::moe {

// The value is read from memory exactly once: what was checked is what is used, although the array
// belongs to the caller or to a peer.
template <class T>
[[nodiscard]] T ReadOnce(const T& place) {
  return *static_cast<const volatile T*>(&place);
}

}  // namespace ferry::moe

#endif  // FERRY_MOE_READ_ONCE_H_
