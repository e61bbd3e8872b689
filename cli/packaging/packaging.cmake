# `cmake --install` and `cpack -G DEB`. Included where the program exists.
#
#   bin/banyan, lib/systemd/system/banyan.service, share/man/man1/banyan.1, completions for
#   shells, share/doc/banyan/copyright, and etc/banyan/banyan.toml (/etc when the prefix is /usr)
#
# Packaging must not build what nobody asked for, so install does not depend on `all`.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
include(GNUInstallDirs)
set(packaging_dir ${CMAKE_CURRENT_LIST_DIR})

install(TARGETS banyan RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/banyan
        RENAME copyright)
install(CODE "set(BANYAN_SOURCE_DIR \"${CMAKE_SOURCE_DIR}\")
set(BANYAN_BINARY_DIR \"${CMAKE_BINARY_DIR}\")
set(BANYAN_PROGRAM \"$<TARGET_FILE:banyan>\")")
install(SCRIPT ${packaging_dir}/install.cmake)

set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON)  # for /etc beside /usr
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_NAME banyan)
set(CPACK_PACKAGE_CONTACT "Banyan maintainers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "hub node for open models and datasets")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"A node hosts AI models and datasets with their licence and governance
 metadata, serves them to the clients people already use, and mirrors them to
 and from other nodes with no centre.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, ca-certificates, git")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "avahi-daemon")  # for federation.neighbours
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_BANYAN_DEB_TOOLS dpkg-shlibdeps file)  # which that needs
set(CPACK_PROJECT_CONFIG_FILE ${packaging_dir}/deb_tools.cmake)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${packaging_dir}/debian/conffiles ${packaging_dir}/debian/postinst
    ${packaging_dir}/debian/prerm ${packaging_dir}/debian/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
