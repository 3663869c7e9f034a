// What is Ferry's own.
#include <ferry/ferry.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <string>

#include "base/log.h"
#include "comm/state_report.h"
#include "kernels/isa.h"

const char* ferry_version(void) {
  return FERRY_VERSION_STRING;
}

const char* ferry_instruction_set(void) {
  return ferry::kernels::NameOf(ferry::kernels::ActiveIsa()).data();
}

const char* ferry_instruction_sets(void) {
  static const auto* const text = [] {
    auto* const joined = new std::string;
    for (const ferry::kernels::Isa isa : ferry::kernels::AvailableIsas()) {
      if (!joined->empty()) *joined += ' ';
      *joined += ferry::kernels::NameOf(isa);
    }
    return joined;
  }();
  return text->c_str();
}

size_t ferry_dump_state(char* text, size_t size) {
  try {
    const std::string state = ferry::comm::DescribeState();
    if (text == nullptr) {
      ferry::log::Print(state);
    } else if (size > 0) {
      const std::size_t length = std::min(state.size(), size - 1);
      std::memcpy(text, state.data(), length);
      text[length] = '\0';
    }
    return state.size();
  } catch (const std::exception&) {
    // No memory for the report.
    if (text != nullptr && size > 0) text[0] = '\0';
    return 0;
  }
}
