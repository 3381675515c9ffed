/*
 * make_set.c -- writes a made-up data set, as plain IDX files:
 *
 *   make_set DIRECTORY PREFIX HEIGHT WIDTH CLASSES TRAIN TEST [numbers]
 *
 * The classes differ in eight stripes, which are light where class + 1 has a bit, on noise. The
 * test files are called test-... if there is a prefix, else t10k-... With `numbers` the labels are
 * rows of eight 32-bit numbers, as QMNIST has them.
 */
#include "support/rng.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { STRIPES = 8, LIGHT = 200, NOISE = 50, COLUMNS = 8 };

struct set {
    const char *directory, *prefix;
    int height, width, classes;
    bool numbers;
};

static FILE *begin(const struct set *set, const char *split, const char *kind)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s%s-%s", set->directory, set->prefix, split, kind);
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        fprintf(stderr, "make_set: %s cannot be written\n", path);
        exit(EXIT_FAILURE);
    }
    return file;
}

static void put(FILE *file, uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        putc((int)(number >> shift & 0xFF), file);
}

static int class_of(const struct set *set, int i)
{
    return i * 7 % set->classes; /* each class, if the classes are no multiple of 7 */
}

static void write_images(const struct set *set, const char *split, int count, struct rng *rng)
{
    FILE *file = begin(set, split, "images-idx3-ubyte");

    put(file, 0x0803);
    put(file, (uint32_t)count);
    put(file, (uint32_t)set->height);
    put(file, (uint32_t)set->width);
    for (int i = 0; i < count; i++) {
        const int bits = class_of(set, i) + 1;
        for (int y = 0; y < set->height; y++)
            for (int x = 0; x < set->width; x++)
                putc((bits >> x * STRIPES / set->width & 1) * LIGHT + (int)rng_below(rng, NOISE),
                     file);
    }
    fclose(file);
}

static void write_labels(const struct set *set, const char *split, int count)
{
    FILE *file = begin(set, split, set->numbers ? "labels-idx2-int" : "labels-idx1-ubyte");

    put(file, set->numbers ? 0x0C02 : 0x0801);
    put(file, (uint32_t)count);
    if (set->numbers)
        put(file, COLUMNS);
    for (int i = 0; i < count; i++) {
        if (!set->numbers)
            putc(class_of(set, i), file);
        for (int column = 0; set->numbers && column < COLUMNS; column++)
            put(file, column == 0 ? (uint32_t)class_of(set, i) : (uint32_t)i);
    }
    fclose(file);
}

int main(int argc, char *argv[])
{
    struct rng rng;

    if (argc < 8) {
        fputs("make_set: expected DIRECTORY PREFIX HEIGHT WIDTH CLASSES TRAIN TEST\n", stderr);
        return EXIT_FAILURE;
    }
    const struct set set = {argv[1],       argv[2],       atoi(argv[3]),
                            atoi(argv[4]), atoi(argv[5]), argc > 8};
    const char *test = *set.prefix != '\0' ? "test" : "t10k";
    rng_init(&rng, 1, 0);
    write_images(&set, "train", atoi(argv[6]), &rng);
    write_labels(&set, "train", atoi(argv[6]));
    write_images(&set, test, atoi(argv[7]), &rng);
    write_labels(&set, test, atoi(argv[7]));
    return EXIT_SUCCESS;
}
