/*
 * fuzz_idx.c -- any bytes as an IDX file of labels or images, plain or gzip.
 */
#include "fuzz.h"

#include "data/idx.h"

static void read_as(const char *path, enum idx_kind kind)
{
    struct error error = {0};
    struct idx idx;
    size_t product = 1;

    if (!idx_read(&idx, path, kind, NULL, NULL, &error)) {
        fuzz_require_error(&error);
        fuzz_require(error.kind == ERROR_DATA);
        return;
    }
    fuzz_require(idx.elements != NULL && (idx.element_size == 1 || kind == IDX_LABELS));
    fuzz_require(idx.dimensions == (kind == IDX_IMAGES ? 3 : idx.element_size == 1 ? 1 : 2));
    for (int d = 0; d < idx.dimensions; d++)
        product *= idx.size[d];
    fuzz_require(product == idx.count && product > 0);
    idx_fini(&idx);
}

void fuzz_one(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file("idx", data, size, 0);

    read_as(path, IDX_LABELS);
    read_as(path, IDX_IMAGES);
}
