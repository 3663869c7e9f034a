# CANN's library names over the one library, so that state exists once per process.
#
# A shim is an ELF filter of libferry.so (ld.so(8), DT_FILTER): it names all of Ferry's functions, so
# that a program links with -lascendcl alone and records that name, and the loader resolves each of
# them in libferry.so, for dlopen and dlsym too. The shim's own bodies are never reached.
set(FERRY_SHIMS ascendcl nnopbase opapi hccl)
set(shim_names ${CMAKE_CURRENT_BINARY_DIR}/shim_names.c)
add_custom_command(OUTPUT ${shim_names}
  COMMAND ${CMAKE_COMMAND} -D NM=${CMAKE_NM} -D LIBRARY=$<TARGET_FILE:ferry> -D OUTPUT=${shim_names}
          -P ${PROJECT_SOURCE_DIR}/cmake/ShimNames.cmake
  DEPENDS ferry ${PROJECT_SOURCE_DIR}/cmake/ShimNames.cmake VERBATIM)
add_library(ferry_shim_names OBJECT ${shim_names})
foreach(shim IN LISTS FERRY_SHIMS)
  add_library(${shim} SHARED $<TARGET_OBJECTS:ferry_shim_names>)
  set_target_properties(${shim} PROPERTIES LINKER_LANGUAGE C)
  target_link_libraries(${shim} PUBLIC ferry)
  target_link_options(${shim} PRIVATE -Wl,--filter=$<TARGET_SONAME_FILE_NAME:ferry>)
endforeach()
