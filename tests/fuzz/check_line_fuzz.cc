// What `ferry check --env` reads: any output of a program gives a call with verdicts, or an
// exception that says what is wrong with it; and words come back as a shell would have them.
#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "check_call.h"
#include "check_line.h"
#include "check_request.h"
#include "check_result.h"
#include "fuzz/require.h"

namespace ferry::fuzz {
namespace {

const std::string kStart = "ferry check --op ";

void Check(const std::string& message) {
  try {
    CLI::App app;
    tool::CheckRequest request;
    tool::AddCallOptions(app, request);
    app.parse(std::vector<std::string>{});
    request.message = message;
    const tool::CheckResult result =
        tool::CheckCall(tool::MakeCall(tool::ReadRequest(app, request)));
    Must(!result.rules.empty(), "a verdict for each rule");
    Must(!result.answer || *result.answer < result.rules.size(), "an answer among the rules");
  } catch (const std::exception& error) {
    Must(*error.what() != '\0', "an exception that says what is wrong");
  }
}

std::string Quoted(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

void DemandSameWord(const std::string& word) {
  const auto words = tool::FindCheckFlags("refused\n" + kStart + Quoted(word) + " --ep 8\nnext");
  Must(words == std::vector<std::string>{"--op", word, "--ep", "8"}, "the word in quotes");
}

}  // namespace
}  // namespace ferry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ferry::fuzz;
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  if (text != "-") Check(text);  // which stands for standard input
  Check(kStart + text);
  DemandSameWord(text);
  return 0;
}
