# ferry_register_tests(TARGET [PROPERTIES ...]): the GoogleTest program TARGET as tests of CTest.
#
# One a case, so that a report names what failed; under a sanitizer one in all, because there the start
# of a process costs seconds.
include(GoogleTest)

function(ferry_register_tests target)
  cmake_parse_arguments(ARG "" "" "PROPERTIES" ${ARGN})
  if(FERRY_SANITIZE)
    add_test(NAME ${target} COMMAND ${target})
    if(ARG_PROPERTIES)
      set_tests_properties(${target} PROPERTIES ${ARG_PROPERTIES})
    endif()
  else()
    gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST PROPERTIES ${ARG_PROPERTIES})
  endif()
endfunction()
