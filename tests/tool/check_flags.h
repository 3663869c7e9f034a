// Calls from the flags of `ferry check`, for its tests.
#ifndef FERRY_TESTS_TOOL_CHECK_FLAGS_H_
#define FERRY_TESTS_TOOL_CHECK_FLAGS_H_

#include <CLI/CLI.hpp>
#include <stdexcept>
#include <string>

#include "check_call.h"
#include "check_request.h"
#include "contains.h"

namespace ferry::tool {

// The sample of the interface document.
inline constexpr const char* kSample =
    "--op dispatch --ep 8 --tp 2 --moe-experts 7 --shared-experts 1 --shared-ranks 1 --bs 8 "
    "--h 7168 --k 3 --global-bs 64 --buffsize 200";

inline AnyCall CallOf(const std::string& flags) {
  CLI::App app;
  CheckRequest request;
  AddCallOptions(app, request);
  app.parse(flags);
  return MakeCall(ReadRequest(app, request));
}

// What is said to a user whose flags make no call.
inline std::string Refusal(const std::string& flags) {
  try {
    (void)CallOf(flags);
  } catch (const std::invalid_argument& error) {
    return error.what();
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace ferry::tool

#endif  // FERRY_TESTS_TOOL_CHECK_FLAGS_H_
