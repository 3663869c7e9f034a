// Any exception as an Error: for the places where exceptions of every kind must end.
#ifndef FERRY_BASE_CAUGHT_H_
#define FERRY_BASE_CAUGHT_H_

#include <exception>
#include <new>

#include "base/error.h"

namespace ferry {

// The codes for what no Error says.
struct Unforeseen {
  Code out_of_memory;
  Code internal;
};

// The exception that is being handled; an Error as it is. To be called in a catch block.
[[nodiscard]] inline Error Caught(Unforeseen codes) {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return {codes.out_of_memory, "this process is out of memory"};
  } catch (const std::exception& error) {
    return {codes.internal, fmt::format("internal error: {}", error.what())};
  } catch (...) {
    return {codes.internal, "internal error: an exception of unknown type"};
  }
}

}  // namespace ferry

#endif  // FERRY_BASE_CAUGHT_H_
