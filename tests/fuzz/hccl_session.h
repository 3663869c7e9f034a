// What a sequence of hccl calls knows beside other objects.
#ifndef FERRY_TESTS_FUZZ_HCCL_SESSION_H_
#define FERRY_TESTS_FUZZ_HCCL_SESSION_H_

#include <vector>

#include "fuzz/object_session.h"
#include "hccl/hccl.h"

namespace ferry::fuzz {

// Handles that only the input knows; those of the world are only asked.
struct HcclSession : Session {
  HandlePool own = {};
  std::vector<HcclRootInfo> roots = {};  // each is listened for until its group is joined

  void* own_handle() { return own.Any(data); }
};

inline HcclSession& Own(Session& s) {
  return static_cast<HcclSession&>(s);
}

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_HCCL_SESSION_H_
