/*
 * print.h -- what the converters that write text share: floats, strings and lists of names.
 *
 * Threads: no shared state.
 */
#ifndef EXPORT_PRINT_H
#define EXPORT_PRINT_H

#include "data/classes.h"

#include <stdio.h>

/* Writes a finite float with the digits from which it reads back exactly, and a point or an
 * exponent. */
void print_float(FILE *file, float value);

/* Writes floats with ", " between them in lines of at most 100 columns, each with `indent` spaces
 * before and each float with `suffix` after it. */
void print_floats(FILE *file, const float *values, size_t count, int indent, const char *suffix);

/* The characters that need a backslash in a string in double quotes. In C the question mark does,
 * too: two begin a trigraph. */
#define PRINT_JSON "\"\\"
#define PRINT_PYTHON PRINT_JSON
#define PRINT_C "\"\\?"

/* Writes a text as a string in double quotes. For C it has no control characters. */
void print_string(FILE *file, const char *text, const char *escaped);

/* Writes the names as strings with ", " between them. */
void print_names(FILE *file, const struct classes *classes, const char *escaped);

/* The names as a list in JSON. To be released with free(); NULL if memory is short. */
char *print_classes(const struct classes *classes);

#endif
