#include "train/settings.h"

#include "support/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool same_text(const char *where, const char *name, const char *run, const char *other,
                      struct error *error)
{
    return strcmp(run, other) == 0 ||
           error_set(error, ERROR_CHECKPOINT, "%s: %s differs from the run's (expected %s, got %s)",
                     where, name, run, other);
}

static bool same_integer(const char *where, const char *name, uint64_t run, uint64_t other,
                         struct error *error)
{
    char texts[2][24];

    snprintf(texts[0], sizeof texts[0], "%" PRIu64, run);
    snprintf(texts[1], sizeof texts[1], "%" PRIu64, other);
    return same_text(where, name, texts[0], texts[1], error);
}

static bool same_real(const char *where, const char *name, double run, double other,
                      struct error *error)
{
    char texts[2][NUMBER_TEXT_SIZE];

    number_text(texts[0], run);
    number_text(texts[1], other);
    return same_text(where, name, texts[0], texts[1], error);
}

bool settings_same(const struct settings *run, const struct settings *other, const char *where,
                   struct error *error)
{
    return same_text(where, "--model", run->model, other->model, error) &&
           same_integer(where, "--batch-size", (uint64_t)run->batch_size,
                        (uint64_t)other->batch_size, error) &&
           same_real(where, "--lr", run->lr, other->lr, error) &&
           same_real(where, "--momentum", run->momentum, other->momentum, error) &&
           same_integer(where, "--seed", run->seed, other->seed, error) &&
           same_text(where, "the order of the images", run->shuffle ? "shuffled" : "--no-shuffle",
                     other->shuffle ? "shuffled" : "--no-shuffle", error);
}
