/*
 * entry.c -- the way to a fuzzer, which must be done with an input within a second of processor time.
 * libFuzzer would count a second in which a busy machine did something else.
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
