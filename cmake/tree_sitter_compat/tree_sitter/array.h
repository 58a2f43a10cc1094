/* SPDX-License-Identifier: Apache-2.0
 *
 * The growable array that the external scanners of newer grammar packages expect: the calls
 * tree-sitter-python makes, no more.
 */
#ifndef AISPRINT_TREE_SITTER_ARRAY_H
#define AISPRINT_TREE_SITTER_ARRAY_H

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ts_malloc malloc
#define ts_calloc calloc
#define ts_realloc realloc
#define ts_free free

#define Array(T)                                                                                  \
    struct {                                                                                      \
        T* contents;                                                                              \
        uint32_t size;                                                                            \
        uint32_t capacity;                                                                        \
    }

#define array_init(self) ((self)->contents = NULL, (self)->size = 0, (self)->capacity = 0)

#define array_get(self, index) (assert((uint32_t)(index) < (self)->size), &(self)->contents[index])

#define array_back(self) array_get(self, (self)->size - 1)

#define array_clear(self) ((self)->size = 0)

#define array_delete(self)                                                                        \
    (free((self)->contents), (self)->contents = NULL, (self)->size = 0, (self)->capacity = 0)

#define array_reserve(self, wanted)                                                               \
    aisprint_array_reserve((void**)&(self)->contents, &(self)->capacity, (wanted),                \
                           sizeof(*(self)->contents))

#define array_push(self, element)                                                                 \
    (aisprint_array_grow((void**)&(self)->contents, (self)->size, &(self)->capacity,              \
                         sizeof(*(self)->contents)),                                              \
     (self)->contents[(self)->size++] = (element))

#define array_pop(self) ((self)->contents[--(self)->size])

static inline void aisprint_array_reserve(void** contents,
                                          uint32_t* capacity,
                                          uint32_t wanted,
                                          size_t element_size) {
    if (wanted <= *capacity) {
        return;
    }
    void* grown = realloc(*contents, (size_t)wanted * element_size);
    if (grown == NULL) {
        abort();
    }
    *contents = grown;
    *capacity = wanted;
}

static inline void aisprint_array_grow(void** contents,
                                       uint32_t size,
                                       uint32_t* capacity,
                                       size_t element_size) {
    if (size == *capacity) {
        aisprint_array_reserve(contents, capacity, size == 0 ? 8 : 2 * size, element_size);
    }
}

#endif
