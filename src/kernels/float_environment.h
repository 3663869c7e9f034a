// Rounding to nearest and no flush to zero, whatever the caller's program has set.
#ifndef FERRY_KERNELS_FLOAT_ENVIRONMENT_H_
#define FERRY_KERNELS_FLOAT_ENVIRONMENT_H_

#if defined(__x86_64__)
#include <xmmintrin.h>
#else
#include <cfenv>
#endif

namespace ferry::kernels {

// A program linked with -ffast-math flushes subnormals in every thread it starts, ours included.
// While one of these lives, the thread computes as IEEE 754 says.
class IeeeFloatEnvironment {
 public:
#if defined(__x86_64__)
  IeeeFloatEnvironment() : saved_(_mm_getcsr()) {
    _mm_setcsr(kDefault);
  }
  ~IeeeFloatEnvironment() {
    _mm_setcsr(saved_);
  }
#else
  IeeeFloatEnvironment() {
    std::fegetenv(&saved_);
    std::fesetenv(FE_DFL_ENV);
  }
  ~IeeeFloatEnvironment() {
    std::fesetenv(&saved_);
  }
#endif
  IeeeFloatEnvironment(const IeeeFloatEnvironment&) = delete;
  IeeeFloatEnvironment& operator=(const IeeeFloatEnvironment&) = delete;

 private:
#if defined(__x86_64__)
  static constexpr unsigned kDefault =
      0x1f80;  // all exceptions masked, to nearest, FTZ and DAZ off
  unsigned saved_;
#else
  std::fenv_t saved_;
#endif
};

}  // namespace ferry::kernels

#endif  // FERRY_KERNELS_FLOAT_ENVIRONMENT_H_
