/*
 * log_lines.h -- reads a metrics.jsonl line by line; runlog.h describes the lines.
 *
 * Threads: no shared state.
 */
#ifndef TRAIN_LOG_LINES_H
#define TRAIN_LOG_LINES_H

#include "support/file.h"

#include <jansson.h>

static const char LOG_NAME[] = "metrics.jsonl";

/* Receives a line of `size` bytes; `line` is NULL if it is torn or not JSON. Returns whether to
 * continue with the next line. `line` is released after the call. */
typedef bool log_visitor(void *argument, const json_t *line, size_t size);

/* Calls the visitor for each line of the directory's log, in order. ERROR_CHECKPOINT if there is no
 * such file, ERROR_SYSTEM if reading fails. */
bool log_lines_visit(const struct directory *directory, log_visitor *visit, void *argument,
                     struct error *error);

/* The kind of a line: the value of "event"; NULL if it has none. */
const char *log_line_event(const json_t *line);

/* Whether a line has every number that a run writes into lines of its kind; null stands for a
 * number that is not finite. Lines of unknown kinds need none. */
bool log_line_complete(const json_t *line);

/* The number of a key; NaN if there is none. */
double log_line_real(const json_t *line, const char *key);

/* Whether the key has a number from `low` to `high`. */
bool log_line_in_range(const json_t *line, const char *key, double low, double high);

/* Whether the key has a whole number from 0 to below `limit`. */
bool log_line_below(const json_t *line, const char *key, int limit);

/* The whole number of a key, 0 if there is none; and whether the key has the expected one. */
int log_line_integer(const json_t *line, const char *key);
bool log_line_is(const json_t *line, const char *key, int expected);

#endif
