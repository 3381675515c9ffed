/*
 * browse.h -- a list of test images: a filter, an order, and the selected image.
 *
 * A browse lists the images that its filter lets through, and one of them is selected. The
 * selection stays when the list is made again after another test pass. If the selected image has
 * dropped out, the one in its place is selected.
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
    BROWSE_CELL, /* of the confusion matrix: images of one class, read as one class */
};

struct browse_entry {
    int image;
    float loss;
};

struct browse {
    /* The wanted list; change it freely and call browse_update. */
    enum browse_filter filter;
    int label, predicted; /* BROWSE_CELL: true and predicted class */
    bool worst_first;     /* by falling loss, NaN first; otherwise, and among equals, by index */

    /* How the list is shown; the caller's. */
    int columns, page; /* of the grid, and how many images it shows at once; 0: there is none */

    /* The actual list; only browse.c changes the rest. */
    int image;    /* the selected one; remembered while the list is empty */
    int position; /* its place in the list; 0 while that is empty */
    int count;
    struct browse_entry *entries; /* [count], with room for all images */
};

/* Selects image 0 of `images`, in an empty list. False with ERROR_SYSTEM if memory is short. */
bool browse_init(struct browse *browse, int images, struct error *error);
void browse_fini(struct browse *browse);

/* Makes the list again. Before the first test pass (outcomes->step 0) there are neither mistakes
 * nor losses, so all images are listed by index whatever the filter. */
void browse_update(struct browse *browse, const struct outcomes *outcomes,
                   const struct split *split);

/* Selects the image `by` places further on, wrapping around. */
void browse_move(struct browse *browse, int by);

/* Selects the image at a position, or the nearest one. */
void browse_go(struct browse *browse, int position);

/* Wants all images in order, and selects one. */
void browse_show(struct browse *browse, int image);

/* The image `by` places after the selected one, wrapping around: a view shows it beside the
 * selected one. The list must not be empty. */
int browse_at(const struct browse *browse, int by);

/* The place of an image in the list; -1: it is not there. */
int browse_find(const struct browse *browse, int image);

/* The place in the list of the first image on the page with the selected one. */
int browse_page_first(const struct browse *browse, int page);

/* The images that are looked at: those on the page with the selected one, or without a page the
 * selected one and the next few. Fills images[] with at most `most`, the selected one among them;
 * returns how many. */
int browse_seen(const struct browse *browse, uint32_t images[], int most);

#endif
