/*
 * fuzz_idx.c -- any bytes as an IDX file of labels or images, plain or gzip.
 */
#include "fuzz.h"

#include "data/idx.h"

static void read_as(const char *path, int dimensions)
{
    struct error error = {0};
    struct idx idx;
    size_t product = 1;

    if (!idx_read(&idx, path, dimensions, NULL, NULL, &error)) {
        fuzz_require_error(&error);
        fuzz_require(error.kind == ERROR_DATA);
        return;
    }
    fuzz_require(idx.dimensions == dimensions && idx.elements != NULL);
    for (int d = 0; d < dimensions; d++)
        product *= idx.size[d];
    fuzz_require(product == idx.count && product > 0);
    idx_fini(&idx);
}

void fuzz_one(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file("idx", data, size, 0);

    read_as(path, 1);
    read_as(path, 3);
}
