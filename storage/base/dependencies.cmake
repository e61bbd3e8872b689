# Third-party libraries, all from Debian packages, grouped by the room that may use them.
# Their headers are SYSTEM, so our warnings stay ours.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

foreach(pair crypto:libcrypto zstd:libzstd sqlite:sqlite3 git2:libgit2 curl:libcurl
             httplib:cpp-httplib ssl:libssl yaml:yaml-cpp spdlog:spdlog md4c:md4c)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 name)
  list(GET pair 1 module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
endforeach()

# BLAKE3: a system library where there is one, else the official C and assembly sources that
# Debian ships inside librust-blake3-dev (storage/FORMAT.md says what is hashed with it).
find_library(BLAKE3_LIBRARY blake3)
if(BLAKE3_LIBRARY)
  add_library(blake3 INTERFACE)
  target_link_libraries(blake3 INTERFACE ${BLAKE3_LIBRARY})
else()
  file(GLOB blake3_dirs LIST_DIRECTORIES true "/usr/share/cargo/registry/blake3-[0-9]*")
  if(NOT blake3_dirs)
    message(FATAL_ERROR "BLAKE3 sources not found: install the package librust-blake3-dev")
  endif()
  list(SORT blake3_dirs COMPARE NATURAL ORDER DESCENDING)
  list(GET blake3_dirs 0 blake3_dir)
  set(B ${blake3_dir}/c)
  add_library(blake3 STATIC ${B}/blake3.c ${B}/blake3_dispatch.c ${B}/blake3_portable.c)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64")
    foreach(isa sse2 sse41 avx2 avx512)
      target_sources(blake3 PRIVATE ${B}/blake3_${isa}_x86-64_unix.S)
    endforeach()
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64")
    target_sources(blake3 PRIVATE ${B}/blake3_neon.c)
  endif()
  target_include_directories(blake3 SYSTEM INTERFACE ${B})
  set_target_properties(blake3 PROPERTIES POSITION_INDEPENDENT_CODE ON)
endif()

add_library(deps_base INTERFACE)
target_link_libraries(deps_base INTERFACE PkgConfig::crypto PkgConfig::spdlog Threads::Threads)
add_library(deps_storage INTERFACE)
target_link_libraries(deps_storage INTERFACE blake3 PkgConfig::zstd PkgConfig::sqlite
                                             PkgConfig::git2 PkgConfig::yaml PkgConfig::md4c)
add_library(deps_node INTERFACE)
target_link_libraries(deps_node INTERFACE PkgConfig::httplib PkgConfig::ssl PkgConfig::curl)
add_library(deps_cli INTERFACE)
target_link_libraries(deps_cli INTERFACE PkgConfig::curl)
