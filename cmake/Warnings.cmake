# SPDX-License-Identifier: Apache-2.0
# Warnings as an interface target that our own targets link privately.
add_library(aisprint_warnings INTERFACE)
target_compile_options(
  aisprint_warnings
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow # a hidden name is read as the wrong variable
            -Wconversion # silent narrowing of sizes and probabilities
            -Wsign-conversion
            -Wold-style-cast
            -Wnon-virtual-dtor
            -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(aisprint_warnings INTERFACE -Wduplicated-cond -Wlogical-op)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # Optimising, GCC 12 warns of what cannot be: overlaps inside of std::string (its bug 105651),
    # moved elements of vectors that were never made. Builds for development keep both warnings.
    target_compile_options(
      aisprint_warnings
      INTERFACE "$<$<CONFIG:Release>:-Wno-restrict;-Wno-maybe-uninitialized>")
  endif()
endif()
if(AISPRINT_WERROR)
  target_compile_options(aisprint_warnings INTERFACE -Werror)
endif()
