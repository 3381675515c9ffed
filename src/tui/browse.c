#include "tui/browse.h"

#include "support/lanes.h"
#include "support/memory.h"

#include <math.h>
#include <stdlib.h>

bool browse_init(struct browse *browse, int images, struct error *error)
{
    *browse = (struct browse){0};
    browse->entries = memory_new((size_t)images, sizeof *browse->entries, error);
    return browse->entries != NULL;
}

void browse_fini(struct browse *browse)
{
    free(browse->entries);
    *browse = (struct browse){0};
}

/* Total orders, so that the list does not depend on how qsort orders equals. */
static int by_index(const void *a, const void *b)
{
    const struct browse_entry *left = a, *right = b;

    return (left->image > right->image) - (left->image < right->image);
}

static int by_loss(const void *a, const void *b)
{
    const struct browse_entry *left = a, *right = b;
    bool left_nan = isnan(left->loss), right_nan = isnan(right->loss);

    if (left_nan != right_nan)
        return left_nan ? -1 : 1;
    if (left->loss > right->loss)
        return -1;
    if (left->loss < right->loss)
        return 1;
    return by_index(a, b);
}

static bool passes(const struct browse *browse, int label, int predicted)
{
    switch (browse->filter) {
    case BROWSE_MISTAKES: return label != predicted;
    case BROWSE_CELL: return label == browse->label && predicted == browse->predicted;
    case BROWSE_ALL: break;
    }
    return true;
}

/* The number of entries that come before this one in the list's order. */
static int place_of(const struct browse *browse, const struct browse_entry *entry,
                    int (*compare)(const void *, const void *))
{
    int place = 0;

    while (place < browse->count && compare(&browse->entries[place], entry) < 0)
        place++;
    return place;
}

void browse_go(struct browse *browse, int position)
{
    if (position >= browse->count)
        position = browse->count - 1;
    browse->position = position < 0 ? 0 : position;
    if (browse->count > 0)
        browse->image = browse->entries[browse->position].image;
}

void browse_update(struct browse *browse, const struct outcomes *outcomes,
                   const struct split *split)
{
    const bool tested = outcomes->step > 0;
    int (*compare)(const void *, const void *) = tested && browse->worst_first ? by_loss : by_index;
    const struct browse_entry selected = {browse->image, outcomes->losses[browse->image]};

    browse->count = 0;
    for (int i = 0; i < split->count; i++)
        if (!tested || passes(browse, split->labels[i], outcomes->predicted[i]))
            browse->entries[browse->count++] = (struct browse_entry){i, outcomes->losses[i]};
    if (compare == by_loss)
        qsort(browse->entries, (size_t)browse->count, sizeof *browse->entries, compare);
    browse_go(browse, place_of(browse, &selected, compare));
}

/* The position `by` places further on, wrapping around; the list must not be empty. */
static int place_behind(const struct browse *browse, int by)
{
    long place = ((long)browse->position + by) % browse->count;

    return (int)(place < 0 ? place + browse->count : place);
}

void browse_move(struct browse *browse, int by)
{
    if (browse->count > 0)
        browse_go(browse, place_behind(browse, by));
}

void browse_show(struct browse *browse, int image)
{
    const bool listed = browse->filter == BROWSE_ALL && !browse->worst_first;

    browse->filter = BROWSE_ALL;
    browse->worst_first = false;
    browse->image = image;
    if (listed)
        browse_go(browse, image);
}

int browse_at(const struct browse *browse, int by)
{
    return browse->entries[place_behind(browse, by)].image;
}

int browse_find(const struct browse *browse, int image)
{
    for (int i = 0; i < browse->count; i++)
        if (browse->entries[i].image == image)
            return i;
    return -1;
}

int browse_page_first(const struct browse *browse, int page)
{
    return page > 0 ? browse->position - browse->position % page : browse->position;
}

int browse_seen(const struct browse *browse, uint32_t images[], int most)
{
    const int first = browse_page_first(browse, browse->page);
    const int wanted = browse->page > 0 ? browse->page : LANES;
    const int left = browse->page > 0 ? browse->count - first : browse->count;
    const int seen = wanted < left ? wanted : left, count = seen < most ? seen : most;
    int from = first - browse->position; /* relative to the selected one */

    if (seen > count) /* those around the selected one */
        from = -from < count / 2          ? from
               : -from > seen - count / 2 ? from + seen - count
                                          : -count / 2;
    for (int i = 0; i < count; i++)
        images[i] = (uint32_t)browse_at(browse, from + i);
    return count;
}
