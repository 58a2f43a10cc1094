# SPDX-License-Identifier: Apache-2.0

# aisprint_add_library(NAME SOURCES ... [LINKS ours...] [PUBLIC third-party...]
#                      [PRIVATE third-party...])
# A static library aisprint_NAME with public headers in include/aisprint/NAME. LINKS names our
# libraries without prefix and must be allowed by cmake/Layers.cmake.
function(aisprint_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS;PUBLIC;PRIVATE")
  if(NOT DEFINED AISPRINT_LAYER_${name})
    message(FATAL_ERROR "aisprint_${name} has no entry in cmake/Layers.cmake")
  endif()
  add_library(aisprint_${name} STATIC ${arg_SOURCES})
  add_library(aisprint::${name} ALIAS aisprint_${name})
  target_include_directories(
    aisprint_${name}
    PUBLIC "${PROJECT_SOURCE_DIR}/include"
    PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  foreach(other IN LISTS arg_LINKS)
    if(NOT other IN_LIST AISPRINT_LAYER_${name})
      message(FATAL_ERROR "aisprint_${name} may not link aisprint_${other}: see cmake/Layers.cmake")
    endif()
    target_link_libraries(aisprint_${name} PUBLIC aisprint_${other})
  endforeach()
  target_link_libraries(
    aisprint_${name}
    PUBLIC ${arg_PUBLIC}
    PRIVATE ${arg_PRIVATE} aisprint_warnings)
endfunction()
