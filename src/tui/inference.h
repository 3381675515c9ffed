/*
 * inference.h -- the thread that computes what the network of a moment makes of images, so that the
 * screen never waits for it.
 *
 * Design
 * ------
 * There is one thread and one slot. The main thread puts a question into the slot: the weights of a
 * moment and all that is wanted of them. A question that nobody has taken yet is replaced, because
 * only the latest one is of interest. The thread takes the question, computes the answer and leaves
 * it for the main thread, which takes it as a whole. There are two answers, one that the thread
 * writes and one that the main thread shows; taking one exchanges them. The thread begins no other
 * answer before the last one was taken.
 *
 * Studies (see question.h and lab.h) and a pass over the whole test set take long. So they come
 * after the answer, and they are made in small chunks; between two of them the thread looks into
 * the slot. A newer question that wants the same pass or study is answered first, and then they go
 * on; any other one ends them. The outcomes of a whole pass, and the latest finding of each study,
 * are left for the main thread beside the answer.
 *
 * What the thread needs for computing is allocated by the thread when it is first wanted. If there
 * is not enough memory, the answer says so in its error and has nothing of what needed it; the next
 * question tries again.
 *
 * One mutex guards the slot and what is left for the main thread; nothing is computed while it is
 * held. The thread takes no signals (see thread.h). Whenever it leaves something, it wakes the main
 * thread's loop (signals_wake).
 *
 * Ownership: inference_free ends the thread after the chunk at work and releases everything.
 * Threads: the main thread alone calls these.
 */
#ifndef TUI_INFERENCE_H
#define TUI_INFERENCE_H

#include "nn/activations.h"
#include "train/outcomes.h"
#include "tui/lab.h"
#include "tui/predict.h"
#include "tui/question.h"

struct inference;

/* What came out: of those parts that its question still has. */
struct answer {
    struct question question; /* holds its weights */
    struct predictions predictions, digit;
    float **activations; /* as in struct activations */
    struct error error;  /* kind ERROR_NONE, or what there was no memory for */
};

/* Starts the thread. Model, kernels and data must outlive it. NULL with ERROR_SYSTEM when memory or
 * threads are short. */
struct inference *inference_new(const struct model *model, const struct kernels *kernels,
                                const struct dataset *data, struct error *error);
void inference_free(struct inference *inference);

/* Puts a question into the slot; its weights are held. */
void inference_ask(struct inference *inference, const struct question *question);

/* The next answer, if there is one, else NULL. It stays until the next call; to keep activations
 * exchange their values for others. */
struct answer *inference_take(struct inference *inference);

/* Copies the outcomes of the last whole pass, if there was one since the last call. */
bool inference_take_outcomes(struct inference *inference, struct outcomes *outcomes);

/* The latest finding of a study, if there was one since the last call, else NULL. The caller frees
 * it. */
struct finding *inference_take_finding(struct inference *inference, enum study study);

/* Whether there is something to take, and whether there will be without another question. */
bool inference_ready(struct inference *inference);
bool inference_busy(struct inference *inference);

/* Sleeps until there is something to take, or nothing will come. */
void inference_wait(struct inference *inference);

#endif
