// The part that the virtual devices pretend to be: numbers that programs ask for to size their own
// work. Nothing here changes what Ferry does.
#ifndef FERRY_RUNTIME_PART_H_
#define FERRY_RUNTIME_PART_H_

#include <cstdint>

namespace ferry::runtime {

struct Part {
  const char* soc_name;
  std::int64_t cube_cores;  // AI cores
  std::int64_t vector_cores;
  std::int64_t ai_cpus;
  std::int64_t l2_bytes;
  std::int64_t unified_buffer_bytes;  // of a vector core
  std::int64_t architecture;
};

// Of FERRY_PRODUCT; A3 where that names none.
[[nodiscard]] const Part& CurrentPart();

}  // namespace ferry::runtime

#endif  // FERRY_RUNTIME_PART_H_
