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
  target_compile_options(ferry_options INTERFACE -fsanitize=${FERRY_SANITIZE})
  target_link_options(ferry_options INTERFACE -fsanitize=${FERRY_SANITIZE})
endif()
