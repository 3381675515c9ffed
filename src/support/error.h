/*
 * error.h -- one failure, as a complete sentence for the user.
 *
 * A function that can fail returns bool (or a pointer) and takes a struct error last. On failure it
 * fills that struct and returns false (or NULL); on success the struct is unchanged. Only main.c
 * prints an error and turns its kind into the exit status; nothing below main.c ends the process.
 *
 * Ownership: the caller's, usually on the stack. Threads: a struct error belongs to one thread.
 */
#ifndef SUPPORT_ERROR_H
#define SUPPORT_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/* What went wrong; the values are the exit statuses in the manual. */
enum error_kind {
    ERROR_NONE = 0,
    ERROR_USAGE = 2,      /* the command line */
    ERROR_DATA = 3,       /* the data files' contents */
    ERROR_CHECKPOINT = 4, /* a checkpoint's or run directory's contents */
    ERROR_SYSTEM = 5,     /* input/output, memory, threads, terminal */
    ERROR_DIVERGED = 6,   /* loss or gradient not finite */
};

enum { ERROR_TEXT_SIZE = 4096 + 1024 }; /* the longest path and a sentence */

struct error {
    enum error_kind kind;
    char text[ERROR_TEXT_SIZE]; /* one line, no newline, control bytes escaped as \xHH */
};

/* Fills *error with the formatted sentence; a text that is too long is cut. Always returns false,
 * so that a failing function can say `return error_set(...)`. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Copies `from` to `to` and escapes everything that the locale cannot print, so that hostile bytes
 * in a path cannot steer a terminal. Cuts to `size` bytes; the result always ends with a NUL. */
void error_escape(char *to, size_t size, const char *from);

#endif
