# cmake --install: headers, libferry.so and the shims under CANN's names, the tool, and what finds
# them (a CMake package and a pkg-config file). Nothing in it names the prefix, so a tree can be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set_target_properties(${FERRY_SHIMS} PROPERTIES INSTALL_RPATH "$ORIGIN")
file(RELATIVE_PATH bin_to_lib /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
set_target_properties(ferry_tool PROPERTIES INSTALL_RPATH "$ORIGIN/${bin_to_lib}")

install(TARGETS ferry ${FERRY_SHIMS} EXPORT ferryTargets)
install(TARGETS ferry_tool)
install(DIRECTORY include/ ${FERRY_OPERATOR_TREE}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ferry)
install(EXPORT ferryTargets NAMESPACE ferry:: DESTINATION ${package_dir})
configure_package_config_file(cmake/ferryConfig.cmake.in ${CMAKE_BINARY_DIR}/ferryConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/ferryConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/ferryConfig.cmake ${CMAKE_BINARY_DIR}/ferryConfigVersion.cmake
        DESTINATION ${package_dir})

set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH FERRY_PC_TO_PREFIX /${pkgconfig_dir} /)
configure_file(cmake/ferry.pc.in ${CMAKE_BINARY_DIR}/ferry.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/ferry.pc DESTINATION ${pkgconfig_dir})
