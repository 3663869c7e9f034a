# ferry_register_tests(TARGET [PROPERTIES ...]): the GoogleTest program TARGET as tests of CTest.
#
# One a case, so that a report names what failed; under a sanitizer one in all, because processes start
# slowly there. The time limit of discovery is for machines that are busy.
include(GoogleTest)

function(ferry_register_tests target)
  cmake_parse_arguments(ARG "" "" "PROPERTIES" ${ARGN})
  ferry_compile_quickly(${target})
  if(FERRY_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++'s own manual: false with sanitizers. Here it speaks of std::regex.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
  endif()
  if(FERRY_SANITIZE)
    add_test(NAME ${target} COMMAND ${target})
    if(ARG_PROPERTIES)
      set_tests_properties(${target} PROPERTIES ${ARG_PROPERTIES})
    endif()
  else()
    gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                         PROPERTIES ${ARG_PROPERTIES})
  endif()
endfunction()
