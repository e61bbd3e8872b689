# Read by cpack before it packs. Without these tools the package would name no library that it
# needs, and not start where it is installed.
if(CPACK_GENERATOR STREQUAL "DEB")
  foreach(tool IN LISTS CPACK_BANYAN_DEB_TOOLS)
    find_program(path_of_${tool} ${tool})
    if(NOT path_of_${tool})
      list(APPEND missing_tools ${tool})
    endif()
  endforeach()
  if(missing_tools)
    list(JOIN missing_tools ", " missing_tools)
    message(FATAL_ERROR "The package needs ${missing_tools}, to say which libraries the program "
                        "needs: `apt install dpkg-dev file`, then make it again.")
  endif()
endif()
