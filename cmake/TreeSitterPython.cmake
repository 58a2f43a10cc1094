# SPDX-License-Identifier: Apache-2.0
# The Python grammar for tree-sitter, built from the unpacked source package
# tree-sitter-python. tools/deps puts a pinned and checksum-verified copy into
# build/deps/tree-sitter-python; AISPRINT_TREE_SITTER_PYTHON_DIR names another folder.
set(AISPRINT_TREE_SITTER_PYTHON_DIR
    "${PROJECT_SOURCE_DIR}/build/deps/tree-sitter-python"
    CACHE PATH "Folder of the unpacked tree-sitter-python package (holds src/parser.c)")

find_path(TREE_SITTER_INCLUDE_DIR tree_sitter/api.h REQUIRED)
find_library(TREE_SITTER_LIBRARY tree-sitter REQUIRED)
foreach(file parser.c scanner.c)
  if(NOT EXISTS "${AISPRINT_TREE_SITTER_PYTHON_DIR}/src/${file}")
    message(
      FATAL_ERROR
        "no src/${file} in ${AISPRINT_TREE_SITTER_PYTHON_DIR}: run tools/deps, or set "
        "AISPRINT_TREE_SITTER_PYTHON_DIR to an unpacked tree-sitter-python source package")
  endif()
endforeach()

add_library(aisprint_tree_sitter_python STATIC
            "${AISPRINT_TREE_SITTER_PYTHON_DIR}/src/parser.c"
            "${AISPRINT_TREE_SITTER_PYTHON_DIR}/src/scanner.c")
# Packages from 0.23 on leave out the headers that their generated code includes; ours stand in.
# A package that ships its own is built with those.
if(EXISTS "${AISPRINT_TREE_SITTER_PYTHON_DIR}/src/tree_sitter/parser.h")
  target_include_directories(aisprint_tree_sitter_python SYSTEM
                             PRIVATE "${AISPRINT_TREE_SITTER_PYTHON_DIR}/src")
else()
  target_include_directories(
    aisprint_tree_sitter_python SYSTEM
    PRIVATE "${PROJECT_SOURCE_DIR}/cmake/tree_sitter_compat" "${TREE_SITTER_INCLUDE_DIR}")
endif()
target_compile_options(aisprint_tree_sitter_python PRIVATE -w)
target_include_directories(aisprint_tree_sitter_python SYSTEM
                           INTERFACE "${TREE_SITTER_INCLUDE_DIR}")
target_link_libraries(aisprint_tree_sitter_python PUBLIC "${TREE_SITTER_LIBRARY}")
