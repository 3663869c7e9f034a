#include "soak/footprint.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace ferry::soak {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMemoryTolerance = 4096;  // KiB
constexpr std::int64_t kCountTolerance = 2;
constexpr std::int64_t kMappingTolerance = 16;

// The number behind `name` in a file of /proc; 0 if it is not there.
std::int64_t Field(const char* file, const std::string& name) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(name, 0) != 0) continue;
    std::int64_t value = 0;
    std::istringstream(line.substr(name.size())) >> value;
    return value;
  }
  return 0;
}

std::int64_t CountLines(const char* file) {
  std::ifstream lines(file);
  std::int64_t count = 0;
  for (std::string line; std::getline(lines, line);) ++count;
  return count;
}

std::int64_t CountShmFiles() {
  std::int64_t count = 0;
  for (const auto& entry : fs::directory_iterator("/dev/shm"))
    if (entry.path().filename().string().find("ferry") != std::string::npos) ++count;
  return count;
}

// Descriptors, and what the memory files among them occupy.
void LookAtDescriptors(Footprint& footprint) {
  std::set<ino_t> seen;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    ++footprint.descriptors;
    std::error_code gone;
    const std::string target = fs::read_symlink(entry.path(), gone).string();
    struct stat file {};
    if (target.rfind("/memfd:", 0) != 0 || ::stat(entry.path().c_str(), &file) != 0) continue;
    if (seen.insert(file.st_ino).second) footprint.memory_files += file.st_blocks / 2;
  }
}

}  // namespace

std::string Footprint::Describe() const {
  return fmt::format(
      "Rss {} KiB, Pss {} KiB, memory files {} KiB, /dev/shm {} files, {} descriptors, {} threads, "
      "{} mappings",
      rss, pss, memory_files, shm_files, descriptors, threads, mappings);
}

Footprint TakeFootprint(std::uint64_t pair) {
  Footprint footprint;
  footprint.pair = pair;
  footprint.rss = Field("/proc/self/smaps_rollup", "Rss:");
  footprint.pss = Field("/proc/self/smaps_rollup", "Pss:");
  footprint.threads = Field("/proc/self/status", "Threads:");
  footprint.mappings = CountLines("/proc/self/maps");
  footprint.shm_files = CountShmFiles();
  LookAtDescriptors(footprint);
  return footprint;
}

std::string Growth(const std::vector<Footprint>& footprints, std::uint64_t pairs) {
  struct Watched {
    const char* name;
    std::int64_t Footprint::*value;
    std::int64_t tolerance;
  };
  static constexpr Watched kWatched[] = {
      {"Rss in KiB", &Footprint::rss, kMemoryTolerance},
      {"Pss in KiB", &Footprint::pss, kMemoryTolerance},
      {"memory files in KiB", &Footprint::memory_files, kMemoryTolerance},
      {"files in /dev/shm", &Footprint::shm_files, 0},
      {"descriptors", &Footprint::descriptors, kCountTolerance},
      {"threads", &Footprint::threads, kCountTolerance},
      {"mappings", &Footprint::mappings, kMappingTolerance},
  };
  std::string text;
  for (const Watched& watched : kWatched) {
    std::int64_t early = -1;
    for (const Footprint& footprint : footprints)
      if (footprint.pair * 5 >= pairs && footprint.pair * 5 <= pairs * 2)
        early = std::max(early, footprint.*watched.value);
    const std::int64_t last = footprints.empty() ? 0 : footprints.back().*watched.value;
    if (early >= 0 && last > early + watched.tolerance)
      text += fmt::format("{} grew from {} to {}; ", watched.name, early, last);
  }
  return text;
}

}  // namespace ferry::soak
