// Communicators of several shapes in one process, a valid call on each, and proof that they still
// work.
#ifndef FERRY_TESTS_CONFORMANCE_WRONG_CALLS_BENCH_H_
#define FERRY_TESTS_CONFORMANCE_WRONG_CALLS_BENCH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hccl/hccl.h"
#include "support/world.h"
#include "wrong_calls_args.h"

namespace ferry::conformance {

// Base calls, all on device 0 with Bs 2, H 1024, K 2.
enum class Variant : std::uint8_t {
  kPlain,   // ep 2, 4 experts; rank 0
  kTp,      // ep 2, tp 2, 2 experts; rank (0, 0)
  kShared,  // ep 6, 1 shared expert on 2 ranks, 8 experts; shared rank 0
  kWide,    // ep 768, 768 experts, Bs 1, K 1; rank 0
};

class Bench {
 public:
  Bench();
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench();

  // The base call of a variant: phase 1 accepts it.
  template <class Args>
  [[nodiscard]] Args Base(Variant variant) const {
    Args args;
    Describe(variant, args);
    args.Fit();
    return args;
  }

  // A dispatch and a combine on all ranks of a variant, compared with the oracle; on the wide group
  // a barrier of all its ranks.
  void ExpectGroupWorks(Variant variant) const;

  // A group of another size than that of the base calls, with a rank on device 0.
  [[nodiscard]] const std::string& other_group() const { return shared_.rank(0).ep_name; }
  // With TP, each TP rank has an EP group of its own.
  [[nodiscard]] const std::string& ep_group_of_tp_rank_one() const { return tp_.rank(1).ep_name; }

 private:
  void Describe(Variant variant, MoeArgs& args) const;
  void ExpectWideBarrier() const;

  support::World plain_;
  support::World tp_;
  support::World shared_;
  std::vector<HcclComm> wide_;
  std::string wide_name_;
};

}  // namespace ferry::conformance

#endif  // FERRY_TESTS_CONFORMANCE_WRONG_CALLS_BENCH_H_
