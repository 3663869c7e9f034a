// What a process holds: memory, descriptors, threads, mappings; and whether it grows.
#ifndef FERRY_TESTS_SOAK_FOOTPRINT_H_
#define FERRY_TESTS_SOAK_FOOTPRINT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ferry::soak {

struct Footprint {
  std::uint64_t pair = 0;         // after which it was taken
  std::int64_t rss = 0;           // KiB
  std::int64_t pss = 0;           // KiB
  std::int64_t memory_files = 0;  // KiB that they occupy: device memory and boards
  std::int64_t shm_files = 0;     // of the library in /dev/shm
  std::int64_t descriptors = 0;
  std::int64_t threads = 0;
  std::int64_t mappings = 0;

  [[nodiscard]] std::string Describe() const;
};

// Of this process.
[[nodiscard]] Footprint TakeFootprint(std::uint64_t pair);

// What has grown, in a sentence, or "": the last footprint against the largest that were taken
// between a fifth and two fifths of the pairs. Tolerated are 4 MiB (the random cases differ in
// size; a leak of 40 bytes a pair exceeds it in 200,000 pairs), 2 descriptors, 2 threads and 16
// mappings, and no file in /dev/shm.
[[nodiscard]] std::string Growth(const std::vector<Footprint>& footprints, std::uint64_t pairs);

}  // namespace ferry::soak

#endif  // FERRY_TESTS_SOAK_FOOTPRINT_H_
