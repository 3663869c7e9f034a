// One run over a text: its options, and what it found.
#ifndef FERRY_TOOLS_FERRY_RUN_H_
#define FERRY_TOOLS_FERRY_RUN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "text.h"
#include "traffic.h"

namespace ferry::tool {

struct RunOptions {
  std::string preset = "deepseek-v3";
  std::string text_path = kDefaultTextPath;
  std::int32_t ep_size = 8;
  std::int32_t tp_size = 1;
  std::int64_t batch_size = 64;  // tokens of one rank
  std::uint64_t seed = 1;
  std::string json_path;  // "" writes none
  std::string fault;      // "" commits none
  // That share the ranks, started by a launcher; 0: ranks are threads of this process.
  std::int32_t processes = 0;
};

// One operator over all batches.
struct PhaseTotals {
  std::int64_t rows = 0;
  std::int64_t bytes = 0;            // rows received * hidden * 2
  std::vector<double> seconds;       // of each batch
  std::vector<double> copy_seconds;  // of a plain copy of as many bytes, measured beside each batch
};

struct HottestExpert {
  std::int32_t expert = 0;
  std::int32_t ep_rank = 0;
  std::int64_t rows = 0;
  std::string word;        // its most frequent one
  double max_to_mean = 0;  // its rows over the mean of all experts
};

struct RunResult {
  std::string title;           // of the text
  std::int64_t num_words = 0;  // tokens of the text
  std::int64_t num_distinct = 0;
  std::int64_t buffsize_mib = 0;  // HCCL_BUFFSIZE in force
  bool buffsize_is_ours = false;  // set by the run, not by the user
  std::int64_t num_batches = 0;   // compared and equal
  std::int32_t num_processes = 1;
  bool is_told = false;  // to process 0, which reports it
  PhaseTotals dispatch;
  PhaseTotals combine;
  HottestExpert hottest;
  std::vector<RankTraffic> traffic;       // of a run to its end
  std::optional<std::string> failure;     // an operator failed: its message
  std::optional<std::string> difference;  // an output differed: the explanation
};

// Throws std::invalid_argument for an option outside its range.
void CheckOptions(const RunOptions& options);

// Carries the whole text, as one of several processes where a launcher's variables say so, or stops
// at the first failure or difference. Throws std::exception when the options cannot be run at all.
[[nodiscard]] RunResult RunText(const RunOptions& options);

}  // namespace ferry::tool

#endif  // FERRY_TOOLS_FERRY_RUN_H_
