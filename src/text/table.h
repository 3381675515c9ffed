/*
 * table.h -- a table of short texts, printed in aligned columns or as Markdown.
 *
 * Cells are added row by row, from left to right; the first row has the headings. When memory is
 * short, cells are left out, and table_print says so.
 *
 * Ownership: table_fini releases what the cells take. Threads: no shared state.
 */
#ifndef TEXT_TABLE_H
#define TEXT_TABLE_H

#include "support/error.h"

#include <stdio.h>

enum { TABLE_COLUMNS_MAX = 48 };

struct table {
    int columns;                  /* 1 to TABLE_COLUMNS_MAX */
    bool left[TABLE_COLUMNS_MAX]; /* this column is aligned left, not right */
    char **cells;
    int count, room; /* cells, and that there is memory for */
    bool failed;     /* there was no memory for a cell */
};

/* An empty table; all columns are aligned right until table->left says otherwise. */
void table_init(struct table *table, int columns);
void table_fini(struct table *table);

/* Adds a cell. What the locale cannot print is escaped. */
void table_add(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a number with so many decimals; a dash if it is not finite. */
void table_add_number(struct table *table, double value, int decimals);

/* Prints all rows, as Markdown or in columns two spaces apart. ERROR_SYSTEM if a cell was lost. */
bool table_print(const struct table *table, FILE *file, bool markdown, struct error *error);

#endif
