# Runs at install time, when the prefix is final (cpack changes it): the unit and the configuration,
# which name other installed places, and what the program itself prints about its commands.
# An existing configuration is never overwritten.
set(generated ${BANYAN_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${generated})

# install_output(NAME DESTINATION ARGUMENT...): what `banyan ARGUMENT...` prints, as a file.
function(install_output name destination)
  execute_process(COMMAND ${BANYAN_PROGRAM} ${ARGN} OUTPUT_FILE ${generated}/${name}
                  ERROR_VARIABLE errors RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "banyan ${ARGN} failed (${result}): ${errors}")
  endif()
  file(INSTALL ${generated}/${name} DESTINATION ${destination})
endfunction()

set(share ${CMAKE_INSTALL_PREFIX}/share)
install_output(banyan.1 ${share}/man/man1 help --man)
install_output(banyan ${share}/bash-completion/completions completion bash)
install_output(_banyan ${share}/zsh/site-functions completion zsh)
install_output(banyan.fish ${share}/fish/vendor_completions.d completion fish)

if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(BANYAN_SYSCONFDIR /etc)
  set(data_directory /var/lib/banyan)
else()
  set(BANYAN_SYSCONFDIR ${CMAKE_INSTALL_PREFIX}/etc)
  set(data_directory ${CMAKE_INSTALL_PREFIX}/var/lib/banyan)
endif()
if(NOT EXISTS $ENV{DESTDIR}${BANYAN_SYSCONFDIR}/banyan/banyan.toml)
  file(READ ${BANYAN_SOURCE_DIR}/node/banyan.example.toml example)
  string(REPLACE "\n#data = \"\"\n" "\ndata = \"${data_directory}\"\n"
         config "${example}")
  if(config STREQUAL example)
    message(FATAL_ERROR "node/banyan.example.toml has no line for the data directory")
  endif()
  file(WRITE ${generated}/banyan.toml "${config}")
  file(INSTALL ${generated}/banyan.toml DESTINATION ${BANYAN_SYSCONFDIR}/banyan)
endif()

set(BANYAN_BINDIR ${CMAKE_INSTALL_PREFIX}/bin)
configure_file(${BANYAN_SOURCE_DIR}/cli/packaging/banyan.service.in
               ${generated}/banyan.service @ONLY)
file(INSTALL ${generated}/banyan.service DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)
