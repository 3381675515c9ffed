/*
 * lab.h -- the studies of a network at work: what panes show that takes long to compute.
 *
 * A question says which studies are wanted. lab_plan begins those, goes on with those at work that
 * are still wanted, and ends the others. lab_continue computes a step of the first one at work,
 * some milliseconds; so its thread can take another question between two steps.
 *
 * A study at work is still wanted if the question asks for the same thing of it and for the same
 * weights. If the weights are moving, it goes on with its own, a little older; else it would never
 * be done. In the same way the occlusion of a drawing goes on while the drawing changes.
 *
 * Memory is allocated when a study first wants it. The network for the gradients is kept.
 *
 * Ownership: lab_fini releases the lab, finding_free a finding. Threads: a lab belongs to one
 * thread, a finding to one at a time.
 */
#ifndef TUI_LAB_H
#define TUI_LAB_H

#include "train/distributions.h"
#include "train/gradients.h"
#include "train/occlusion.h"
#include "train/projection.h"
#include "tui/loaded.h"
#include "tui/question.h"

/* What a study has found. What is not its own is NULL or 0. */
struct finding {
    enum study study;
    long step;      /* of the weights */
    double seconds; /* that it took */

    bool drawing; /* STUDY_OCCLUSION: of the drawing, or of a test image */
    int image;
    unsigned long changes;
    struct occlusion *occlusion;

    struct projection *projection; /* STUDY_MAP: aligned with the one before */

    int images; /* STUDY_GRADIENTS: on so many training images */
    float *gradient;

    int column_count; /* STUDY_DISTRIBUTIONS */
    struct distribution_column *columns[QUESTION_MOMENTS];
};

/* A study at work. */
struct work {
    struct finding *finding; /* under construction; NULL: not at work */
    struct weights *weights; /* held */
    int moment_count;        /* those still to do are held */
    struct weights *moments[QUESTION_MOMENTS];
    long last_step; /* of the last one that ended by itself; see was_last() */
    bool last_drawing;
    int last_image;
    unsigned long last_changes;
};

/* The caller sets the first four, all else to zero. */
struct lab {
    const struct model *model;
    const struct kernels *kernels;
    const struct dataset *data;
    struct loaded *loaded; /* shared with others on this thread */
    struct work works[STUDY_COUNT];
    struct gradients *gradients;
    struct weights *gradients_of; /* held: what they are, or are being, computed with */
    bool gradients_done;
    float (*reference)[2]; /* the last map's points */
};

void lab_fini(struct lab *lab);

/* Changes what is at work to what the question wants. What there is no memory for is not begun:
 * then *error is set. */
void lab_plan(struct lab *lab, const struct question *question, struct error *error);

/* Whether a study is at work. */
bool lab_busy(const struct lab *lab);

/* Computes a step, if a study is at work. Returns its finding if that was its last step, else
 * NULL. */
struct finding *lab_continue(struct lab *lab);

void finding_free(struct finding *finding);

#endif
