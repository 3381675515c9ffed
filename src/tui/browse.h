/*
 * browse.h -- going through the test images: which of them, in which order, and where one stands.
 *
 * A browse lists the images that its filter lets through. One of them is selected. It stays so when
 * the list is made anew after another test pass; where it has dropped out of the list, the one that
 * stands in its place is selected.
 *
 * Ownership: browse_fini releases what browse_init made. Threads: a browse belongs to one thread.
 */
#ifndef TUI_BROWSE_H
#define TUI_BROWSE_H

#include "data/dataset.h"
#include "train/outcomes.h"

enum browse_filter {
    BROWSE_ALL,
    BROWSE_MISTAKES,
    BROWSE_CELL, /* of the confusion matrix: images of one class, taken for one class */
};

struct browse_entry {
    int image;
    float loss;
};

struct browse {
    /* What is wanted; change it freely and call browse_update. */
    enum browse_filter filter;
    int label, predicted; /* BROWSE_CELL: true and predicted class */
    bool worst_first;     /* by falling loss, NaN before all; else, and among equals, by index */

    /* What is there; the rest is browse.c's to change. */
    int image;    /* the selected one; remembered while the list is empty */
    int position; /* its place in the list; 0 while that is empty */
    int count;
    struct browse_entry *entries; /* [count] of as many as there are images */
};

/* Selects image 0 of `images`, in an empty list. False with ERROR_SYSTEM when memory is short. */
bool browse_init(struct browse *browse, int images, struct error *error);
void browse_fini(struct browse *browse);

/* Makes the list anew. Before the first test pass (outcomes->step 0) there are neither mistakes nor
 * losses: all images are listed by index, whatever is wanted. */
void browse_update(struct browse *browse, const struct outcomes *outcomes,
                   const struct split *split);

/* Selects the image that stands `by` places further on, around the list's ends. */
void browse_move(struct browse *browse, int by);

/* Selects the image at a place, the nearest one where the list has no such place. */
void browse_go(struct browse *browse, int position);

/* The image `by` places behind the selected place, around the list's ends: what a view shows beside
 * it. The list must not be empty. */
int browse_at(const struct browse *browse, int by);

#endif
