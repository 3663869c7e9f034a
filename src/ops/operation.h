// A call that phase 1 accepted, as an executor holds it: the arguments, and what becomes of them.
#ifndef FERRY_OPS_OPERATION_H_
#define FERRY_OPS_OPERATION_H_

#include <memory>
#include <vector>

#include "ops/collective.h"
#include "ops/combine_call.h"
#include "ops/dispatch_call.h"
#include "ops/lookup.h"
#include "ops/tensor_arg.h"

namespace ferry::ops {

inline constexpr const char* kDispatchV2 = "aclnnMoeDistributeDispatchV2";
inline constexpr const char* kCombineV2 = "aclnnMoeDistributeCombineV2";

// One place in the operator's list of tensors, by which a program updates an address. Absent
// optional tensors have their place too, and so have those of later versions of the operator.
struct Position {
  const char* name;        // in the C API
  OptionalTensor* tensor;  // null: of a later version
};

// The list in the order of the specification (dispatch.md section 3, combine.md section 2).
struct Positions {
  std::vector<Position> inputs;
  std::vector<Position> outputs;
};

class Operation {
 public:
  Operation() = default;
  Operation& operator=(const Operation&) = delete;
  virtual ~Operation() = default;

  [[nodiscard]] virtual const char* name() const = 0;
  [[nodiscard]] virtual std::unique_ptr<Operation> Clone() const = 0;
  [[nodiscard]] virtual Positions GetPositions() = 0;

  // Makes all checks of phase 1. Throws the first row that fails.
  virtual void Check() const = 0;

  // What phase 2 has to do with a call that passed Check. Throws the first row that phase 2 adds
  // and that fails: a tensor that is used has no address yet. `members` are the call's.
  [[nodiscard]] virtual Work Prepare(const Members& members) const = 0;

 protected:
  Operation(const Operation&) = default;
};

[[nodiscard]] std::unique_ptr<Operation> OperationOf(DispatchCall call);
[[nodiscard]] std::unique_ptr<Operation> OperationOf(CombineCall call);

}  // namespace ferry::ops

#endif  // FERRY_OPS_OPERATION_H_
