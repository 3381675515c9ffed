/*
 * entry.c -- calls a fuzzer, which must finish an input within a second of processor time.
 * libFuzzer counts seconds in which a busy machine did something else.
 */
#include "fuzz.h"

#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const clock_t before = clock();

    fuzz_one(data, size);
    fuzz_require(clock() - before < CLOCKS_PER_SEC);
    return 0;
}
