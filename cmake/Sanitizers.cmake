# SPDX-License-Identifier: Apache-2.0
# AISPRINT_SANITIZE=address,undefined (or thread) instruments every target of ours.
if(AISPRINT_SANITIZE)
  add_compile_options(-fsanitize=${AISPRINT_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${AISPRINT_SANITIZE})
endif()
