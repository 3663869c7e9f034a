// What every rank should have: the reference's results for a batch, and the first difference
// explained.
#ifndef FERRY_TOOLS_FERRY_ORACLE_H_
#define FERRY_TOOLS_FERRY_ORACLE_H_

#include <optional>
#include <string>
#include <vector>

#include "batch.h"
#include "moe/reference.h"
#include "text.h"
#include "world.h"

namespace ferry::tool {

class Oracle {
 public:
  // Computes dispatch, the experts and combine of all ranks for one batch.
  Oracle(const World& world, const Batch& batch, const std::vector<Token>& tokens,
         bool has_shared_expert);

  // Compares every output of every rank of this process, bit for bit. Nothing if all are equal,
  // else a sentence that names rank, output, element, both values and the word concerned.
  [[nodiscard]] std::optional<std::string> ExplainDispatchDifference(const World& world,
                                                                     const Text& text) const;
  [[nodiscard]] std::optional<std::string> ExplainCombineDifference(const World& world,
                                                                    const Text& text) const;

  [[nodiscard]] const std::vector<reference::DispatchResult>& dispatched() const {
    return dispatched_;
  }

 private:
  Batch batch_;
  moe::MoeConfig config_;
  std::vector<reference::DispatchResult> dispatched_;
  std::vector<reference::CombineResult> combined_;
};

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_ORACLE_H_
