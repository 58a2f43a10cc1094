# SPDX-License-Identifier: Apache-2.0

# aisprint_add_unit_test(LIBRARY SOURCES ... [LINKS targets...] [LABELS more...])
# One GoogleTest program <LIBRARY>_test; every case becomes a CTest test with the label "unit".
function(aisprint_add_unit_test library)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS;LABELS")
  set(target ${library}_test)
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE aisprint::${library} ${arg_LINKS} GTest::gtest
                                          GTest::gmock GTest::gtest_main aisprint_warnings)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests/support"
                                               "${PROJECT_SOURCE_DIR}/src/${library}")
  target_compile_options(${target} PRIVATE ${AISPRINT_TEST_OPTIONS})
  target_compile_definitions(
    ${target} PRIVATE AISPRINT_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                      AISPRINT_SHARED_DATA="${AISPRINT_SHARED_DATA}")
  gtest_discover_tests(
    ${target}
    TEST_PREFIX "${library}/"
    NO_PRETTY_VALUES
    DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS "unit;${arg_LABELS}")
endfunction()

# aisprint_add_fuzz_target(NAME SOURCES file.cpp LINKS ours...)
# The file defines LLVMFuzzerTestOneInput. With AISPRINT_LIBFUZZER it becomes a fuzzer; otherwise
# a program that replays tests/fuzz/corpus/NAME, run by CTest with the label "fuzz".
function(aisprint_add_fuzz_target name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  add_executable(fuzz_${name} ${arg_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE ${arg_LINKS} aisprint_warnings)
  if(AISPRINT_LIBFUZZER)
    target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cpp")
    add_test(NAME fuzz/${name} COMMAND fuzz_${name}
                                       "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name}")
    set_tests_properties(fuzz/${name} PROPERTIES LABELS fuzz)
  endif()
endfunction()
