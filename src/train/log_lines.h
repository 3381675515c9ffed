/*
 * log_lines.h -- goes through a metrics.jsonl line by line; see runlog.h for what they say.
 *
 * Threads: no shared state.
 */
#ifndef TRAIN_LOG_LINES_H
#define TRAIN_LOG_LINES_H

#include "support/file.h"

#include <jansson.h>

static const char LOG_NAME[] = "metrics.jsonl";

/* Takes a line of so many bytes, NULL for one that is torn or no JSON, and says whether the next
 * one is wanted. The line is gone afterwards. */
typedef bool log_visitor(void *argument, const json_t *line, size_t size);

/* Shows the visitor the lines of the directory's log, from the first on. ERROR_CHECKPOINT when
 * there is no such file, ERROR_SYSTEM when reading fails. */
bool log_lines_visit(const struct directory *directory, log_visitor *visit, void *argument,
                     struct error *error);

/* What kind of line it is: the value of "event"; NULL when it has none. */
const char *log_line_event(const json_t *line);

/* Whether it has every number that a run writes into a line of its kind; null stands for one that
 * is not finite. Lines of other kinds need none. */
bool log_line_complete(const json_t *line);

/* The number under a key; NaN when there is none. */
double log_line_real(const json_t *line, const char *key);

/* Whether it is a number from `low` to `high`. */
bool log_line_in_range(const json_t *line, const char *key, double low, double high);

/* Whether it is a whole number from 0 to below `limit`. */
bool log_line_below(const json_t *line, const char *key, int limit);

/* The whole number under a key, 0 when there is none; and whether it is this one. */
int log_line_integer(const json_t *line, const char *key);
bool log_line_is(const json_t *line, const char *key, int expected);

#endif
