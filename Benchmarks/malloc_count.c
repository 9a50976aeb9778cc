/* Counts allocations: LD_PRELOAD it, and the number stands on standard error when the process ends. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned long count;

void *malloc(size_t size) {
    static void *(*next)(size_t);
    if (!next) next = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
    __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
    return next(size);
}

__attribute__((destructor)) static void report(void) { fprintf(stderr, "allocations %lu\n", count); }
