# The flags that every target of Ferry is compiled with: link to ferry_options.
#
# -ffp-contract=off: g++ fuses multiply and add otherwise, and results must not depend on the
# instruction set.
add_library(ferry_options INTERFACE)
target_compile_options(ferry_options INTERFACE
  -ffp-contract=off -fno-omit-frame-pointer
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(FERRY_WARNINGS_AS_ERRORS)
  target_compile_options(ferry_options INTERFACE -Werror)
endif()
if(FERRY_SANITIZE)
  # What a sanitizer finds ends the program: a message alone would pass for success.
  # A C caller may put any int into an enumeration, and is answered with a code: both compilers
  # define such a value, but the undefined-behaviour sanitizer ends the program at its load.
  target_compile_options(ferry_options INTERFACE
    -fsanitize=${FERRY_SANITIZE} -fno-sanitize-recover=all -fno-sanitize=enum)
  target_link_options(ferry_options INTERFACE -fsanitize=${FERRY_SANITIZE})
endif()

# Compile nothing twice where ccache is at hand; a launcher that the user has chosen stays.
find_program(FERRY_CCACHE ccache)
foreach(language C CXX)
  if(FERRY_CCACHE AND NOT CMAKE_${language}_COMPILER_LAUNCHER)
    set(CMAKE_${language}_COMPILER_LAUNCHER ${FERRY_CCACHE})
  endif()
endforeach()

# ferry_compile_quickly(TARGET): for code around the library, tests and the tool. Under sanitizers
# most of the time of a build goes into optimising what they add, and here speed is not needed.
function(ferry_compile_quickly target)
  if(FERRY_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()
