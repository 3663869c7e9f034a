// The JSON that `ferry check --from FILE` reads: any text is a call with verdicts, or an exception
// that says what is wrong with it.
#include <sys/mman.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>

#include "check_call.h"
#include "check_request.h"
#include "check_result.h"
#include "fuzz/fuzz_world.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using ferry::fuzz::Demand;
  static const int file = memfd_create("request", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  Demand(ftruncate(file, 0) == 0, "an empty file");
  Demand(pwrite(file, bytes, size, 0) == static_cast<ssize_t>(size), "the input in a file");
  try {
    CLI::App app;
    ferry::tool::CheckRequest request;
    ferry::tool::AddCallOptions(app, request);
    app.parse(std::vector<std::string>{path, "--from"});  // CLI11 takes them from the back
    const auto call = ferry::tool::MakeCall(ferry::tool::ReadRequest(app, request));
    const ferry::tool::CheckResult result = ferry::tool::CheckCall(call);
    Demand(!result.rules.empty(), "a verdict for each rule");
    Demand(!result.answer || *result.answer < result.rules.size(), "an answer among the rules");
  } catch (const std::exception& error) {
    Demand(*error.what() != '\0', "an exception that says what is wrong");
  }
  return 0;
}
