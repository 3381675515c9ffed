#include "data/import.h"

#include "data/dataset.h"
#include "data/dataset_output.h"
#include "data/picture.h"
#include "data/picture_folders.h"
#include "data/resize.h"
#include "support/memory.h"
#include "support/rng.h"
#include "support/signals.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)PICTURE_SIDE_MAX <= (int)RESIZE_FROM_MAX &&
                   (int)IMPORT_SIDE_MIN >= (int)RESIZE_TO_MIN &&
                   (int)IMPORT_SIDE_MAX <= (int)RESIZE_TO_MAX,
               "resize takes every picture to every size");

/* Where the pictures go; they are counted through all folders. */
struct plan {
    bool *test;      /* [pictures]: to the test split */
    uint32_t *place; /* [pictures]: the number in that split */
    uint32_t *order; /* [pictures], for shuffling */
};

/* ---- the splits ---- */

/* How many of a class's pictures are for the test split. */
static int share_of(int count, double share)
{
    const int rounded = (int)lround(count * share);
    const int least = rounded > 1 || count == 1 ? rounded : 1;

    return least < count ? least : count - 1;
}

/* Chooses the test split's pictures of each class. */
static void choose(const struct plan *plan, const struct picture_folders *folders, double share,
                   struct rng *rng, struct imported *imported)
{
    bool *test = plan->test;

    for (int c = 0; c < folders->count; c++) {
        const int count = folders->folders[c].count, tested = share_of(count, share);
        dataset_order(plan->order, count, rng);
        for (int i = 0; i < tested; i++)
            test[plan->order[i]] = true;
        test += count;
        imported->images[0] += count - tested;
        imported->images[1] += tested;
        imported->untested += tested == 0;
    }
}

/* Shuffles a split. */
static void shuffle(const struct plan *plan, int pictures, bool test, int count, struct rng *rng)
{
    const uint32_t *next = plan->order;

    dataset_order(plan->order, count, rng);
    for (int i = 0; i < pictures; i++)
        if (plan->test[i] == test)
            plan->place[i] = *next++;
}

static bool plan_init(struct plan *plan, const struct import *import,
                      const struct picture_folders *folders, struct imported *imported,
                      struct error *error)
{
    const size_t pictures = (size_t)folders->pictures;
    struct rng rng;

    if ((plan->test = memory_new(pictures, sizeof *plan->test, error)) == NULL ||
        (plan->place = memory_new(pictures, sizeof *plan->place, error)) == NULL ||
        (plan->order = memory_new(pictures, sizeof *plan->order, error)) == NULL)
        return false;
    rng_init(&rng, import->seed, 0);
    choose(plan, folders, import->test_share, &rng, imported);
    for (int split = 0; split < 2; split++)
        shuffle(plan, folders->pictures, split == 1, imported->images[split], &rng);
    return imported->images[1] > 0 ||
           error_set(error, ERROR_DATA,
                     "%s: every class has one picture, so none is left to test with (expected two "
                     "or more in a class)",
                     import->from);
}

static void plan_fini(struct plan *plan)
{
    free(plan->test);
    free(plan->place);
    free(plan->order);
}

/* ---- the images ---- */

static bool read_picture(const struct import *import, const char *path, uint8_t *image,
                         struct error *error)
{
    struct picture picture;

    if (!picture_read(&picture, path, error))
        return false;
    const bool done = resize(picture.pixels, picture.rows, picture.columns, image, import->rows,
                             import->columns, error);
    picture_fini(&picture);
    return done;
}

static bool read_pictures(const struct import *import, const struct picture_folders *folders,
                          const struct plan *plan, struct dataset_files *files, struct error *error)
{
    const size_t pixels = (size_t)import->rows * (size_t)import->columns;
    char path[FILE_PATH_SIZE];
    int picture = 0;

    for (int c = 0; c < folders->count; c++)
        for (int i = 0; i < folders->folders[c].count; i++, picture++) {
            const bool split = plan->test[picture];
            const size_t place = plan->place[picture];
            picture_folders_path(path, folders, c, i);
            if (signals_ending() != 0 ||
                !read_picture(import, path, files->images[split].elements + place * pixels, error))
                return false;
            files->labels[split].elements[place] = (uint8_t)c;
        }
    return true;
}

static bool new_idx(struct idx *idx, int dimensions, int count, const struct import *import,
                    struct error *error)
{
    *idx =
        (struct idx){.dimensions = dimensions,
                     .size = {(uint32_t)count, (uint32_t)import->rows, (uint32_t)import->columns},
                     .count = (size_t)count};
    if (dimensions == 3)
        idx->count *= (size_t)import->rows * (size_t)import->columns;
    idx->elements = memory_new(idx->count, 1, error);
    return idx->elements != NULL;
}

static bool files_init(struct dataset_files *files, const struct import *import,
                       const struct imported *imported, struct error *error)
{
    const size_t memory = memory_of_machine();
    const size_t pixels = (size_t)import->rows * (size_t)import->columns;
    const size_t images = (size_t)imported->images[0] + (size_t)imported->images[1];

    if (images > memory / pixels)
        return error_set(error, ERROR_SYSTEM,
                         "%s: larger than the memory of this machine (expected at most %zu images "
                         "of %dx%d, got %zu)",
                         import->from, memory / pixels, import->rows, import->columns, images);
    for (int split = 0; split < 2; split++)
        if (!new_idx(&files->images[split], 3, imported->images[split], import, error) ||
            !new_idx(&files->labels[split], 1, imported->images[split], import, error))
            return false;
    return true;
}

static void files_fini(struct dataset_files *files)
{
    for (int split = 0; split < 2; split++) {
        idx_fini(&files->images[split]);
        idx_fini(&files->labels[split]);
    }
}

/* ---- all of it ---- */

static bool list_names(struct imported *imported, const struct picture_folders *folders,
                       struct error *error)
{
    size_t size = 1, at = 0;

    for (int c = 0; c < folders->count; c++)
        size += strlen(folders->folders[c].entry->d_name) + 1;
    imported->names = memory_new(size, 1, error);
    for (int c = 0; imported->names != NULL && c < folders->count; c++)
        at += (size_t)snprintf(imported->names + at, size - at, "%s\n",
                               folders->folders[c].entry->d_name);
    imported->classes = folders->count;
    return imported->names != NULL;
}

/* In the folder of the pictures, the next import would take the data set for a class. */
static bool check_place(const struct import *import, const char *parent, struct error *error)
{
    return !file_same(parent, import->from) ||
           error_set(error, ERROR_USAGE,
                     "--output: %s is inside the folder of the pictures (expected a directory "
                     "elsewhere, or that folder itself)",
                     import->to);
}

static bool make(const struct import *import, const struct picture_folders *folders,
                 struct imported *imported, struct error *error)
{
    struct dataset_files files = {0};
    struct dataset_output output;
    struct plan plan = {0};
    char parent[FILE_PATH_SIZE];

    snprintf(parent, sizeof parent, "%s/..", import->to);
    bool made = list_names(imported, folders, error) &&
                plan_init(&plan, import, folders, imported, error) &&
                files_init(&files, import, imported, error);
    if (made && (made = dataset_output_open(&output, import->to, import->force, error))) {
        files.names = imported->names;
        made = check_place(import, parent, error) &&
               read_pictures(import, folders, &plan, &files, error) &&
               dataset_output_write(&output, &files, error);
        dataset_output_close(&output);
    }
    plan_fini(&plan);
    files_fini(&files);
    return made;
}

bool import_pictures(const struct import *import, struct imported *imported, struct error *error)
{
    struct picture_folders folders;
    bool made = false;

    *imported = (struct imported){0};
    if (picture_folders_find(&folders, import->from, error)) {
        made = make(import, &folders, imported, error);
        picture_folders_fini(&folders);
    }
    if (!made && signals_ending() != 0)
        error_set(error, ERROR_SYSTEM, "%s: stopped by a signal: nothing was written", import->to);
    if (!made)
        imported_fini(imported);
    return made;
}

void imported_fini(struct imported *imported)
{
    free(imported->names);
    *imported = (struct imported){0};
}
