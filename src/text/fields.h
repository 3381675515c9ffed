/*
 * fields.h -- texts that come from outside, such as names of files and classes, in CSV and JSON.
 *
 * Threads: no shared state.
 */
#ifndef TEXT_FIELDS_H
#define TEXT_FIELDS_H

#include <jansson.h>
#include <stdio.h>

/* Writes a text as a field of CSV (RFC 4180). */
void field_csv(FILE *file, const char *text);

/* The same for a path: bytes that the locale cannot print become \xHH. */
void field_csv_path(FILE *file, const char *path);

/* A path as a text of JSON, which is UTF-8 in any locale: bytes that are not valid UTF-8 become
 * \xHH. NULL if memory is short. */
json_t *field_json_path(const char *path);

#endif
