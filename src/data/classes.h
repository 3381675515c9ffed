/*
 * classes.h -- the classes of a data set and their names.
 *
 * Every class has a name: its number, unless a file or a known data set names it. A name is UTF-8
 * text of 1 to CLASS_NAME_MAX bytes without control characters.
 *
 * Ownership: classes_fini releases the names. Threads: a struct classes does not change after it is
 * made, so any thread may read it.
 */
#ifndef DATA_CLASSES_H
#define DATA_CLASSES_H

#include "support/error.h"

enum { CLASSES_MIN = 2, CLASSES_MAX = 256, CLASS_NAME_MAX = 64 };

struct classes {
    int count;    /* CLASSES_MIN to CLASSES_MAX */
    bool named;   /* not all names are numbers */
    char **names; /* [count] */
};

/* Classes without names but their numbers. False with ERROR_SYSTEM if memory is short, here and
 * below; then the classes need no classes_fini. */
bool classes_number(struct classes *classes, int count, struct error *error);

/* Those of a text with a name a line, as a known data set has it. */
bool classes_name(struct classes *classes, const char *text, struct error *error);

/* Reads a file with a name a line; a last empty line is none. ERROR_DATA with the line if it is not
 * such a file. */
bool classes_read(struct classes *classes, const char *path, struct error *error);

/* Reads EMNIST's mapping: a class a line, as the number of its label and the code points of its
 * characters; the first one is the name. Labels that no line names keep their numbers. */
bool classes_read_mapping(struct classes *classes, const char *path, struct error *error);

void classes_fini(struct classes *classes);

#endif
