#include "fault.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <stdexcept>

namespace ferry::tool {
namespace {

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, ':');) words.push_back(word);
  return words;
}

std::int32_t ParseRank(const std::string& text, std::int32_t num_ranks) {
  std::int32_t rank = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rank);
  if (error != std::errc() || end != text.data() + text.size() || rank < 0 || rank >= num_ranks) {
    throw std::invalid_argument(
        fmt::format("--fault names rank '{}'; must be in [0, {})", text, num_ranks));
  }
  return rank;
}

}  // namespace

const std::vector<std::string>& MismatchParameters() {
  static const std::vector<std::string> parameters = {"moeExpertNum", "globalBs", "commAlg",
                                                      "HCCL_BUFFSIZE", "H"};
  return parameters;
}

Fault ParseFault(const std::string& text, std::int32_t num_ranks) {
  if (text.empty()) return {};
  const std::vector<std::string> words = Split(text);
  if (words.size() == 2 && words[0] == "absent") {
    return {.kind = Fault::Kind::kAbsent, .rank = ParseRank(words[1], num_ranks), .parameter = ""};
  }
  if (words.size() == 2 && words[0] == "flip") {
    return {.kind = Fault::Kind::kFlip, .rank = ParseRank(words[1], num_ranks), .parameter = ""};
  }
  if (words.size() == 3 && words[0] == "mismatch") {
    const auto& known = MismatchParameters();
    if (std::find(known.begin(), known.end(), words[1]) == known.end()) {
      throw std::invalid_argument(fmt::format("--fault mismatches '{}'; must be one of {}",
                                              words[1], fmt::join(known, ", ")));
    }
    return {.kind = Fault::Kind::kMismatch,
            .rank = ParseRank(words[2], num_ranks),
            .parameter = words[1]};
  }
  throw std::invalid_argument(
      fmt::format("--fault is '{}'; must be absent:RANK, mismatch:PARAM:RANK or flip:RANK", text));
}

}  // namespace ferry::tool
