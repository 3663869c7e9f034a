# Writes OUTPUT, a C file that defines every function that LIBRARY exports. Run by the build:
#
#   cmake -D NM=nm -D LIBRARY=libferry.so -D OUTPUT=names.c -P ShimNames.cmake
execute_process(COMMAND ${NM} -D --defined-only --format=posix ${LIBRARY}
                OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "(^|\n)[A-Za-z][A-Za-z0-9_]* T " names "${symbols}")
if(NOT names)
  message(FATAL_ERROR "${LIBRARY} exports no function")
endif()
set(text "/* Generated from the exports of libferry.so; cmake/FerryShims.cmake says what for. */\n")
foreach(name IN LISTS names)
  string(REGEX REPLACE "[\n ]+T?" "" name "${name}")
  string(APPEND text "void ${name}(void);\nvoid ${name}(void) { __builtin_trap(); }\n")
endforeach()
file(WRITE ${OUTPUT} "${text}")
