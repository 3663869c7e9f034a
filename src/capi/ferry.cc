// What is Ferry's own.
#include <ferry/ferry.h>

#include <string>

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
