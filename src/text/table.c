#include "text/table.h"

#include "support/glyph.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_SIZE = 256, ROOM = 64 /* to begin with */ };

void table_init(struct table *table, int columns)
{
    *table = (struct table){.columns = columns};
}

void table_fini(struct table *table)
{
    for (int i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}

static bool grow(struct table *table)
{
    const int room = table->room > 0 ? 2 * table->room : ROOM;
    char **cells = realloc(table->cells, (size_t)room * sizeof *cells);

    if (cells == NULL)
        return false;
    table->cells = cells;
    table->room = room;
    return true;
}

void table_add(struct table *table, const char *format, ...)
{
    char raw[CELL_SIZE], text[CELL_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    error_escape(text, sizeof text, raw);
    if (table->failed || (table->count == table->room && !grow(table)) ||
        (table->cells[table->count] = strdup(text)) == NULL)
        table->failed = true;
    else
        table->count++;
}

void table_add_number(struct table *table, double value, int decimals)
{
    if (isfinite(value))
        table_add(table, "%.*f", decimals, value);
    else
        table_add(table, "-");
}

/* ---- printing ---- */

static void print_aligned(const struct table *table, FILE *file)
{
    int widths[TABLE_COLUMNS_MAX] = {0};

    for (int i = 0; i < table->count; i++) {
        const int width = glyph_width(table->cells[i]), column = i % table->columns;
        widths[column] = width > widths[column] ? width : widths[column];
    }
    for (int i = 0; i < table->count; i++) {
        const int column = i % table->columns;
        const int blank = widths[column] - glyph_width(table->cells[i]);
        const bool last = column == table->columns - 1;
        if (table->left[column])
            fprintf(file, "%s%*s", table->cells[i], last ? 0 : blank, "");
        else
            fprintf(file, "%*s%s", blank, "", table->cells[i]);
        fputs(last ? "\n" : "  ", file);
    }
}

/* A bar within a cell would end it. */
static void print_escaped(const char *text, FILE *file)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            fputc('\\', file);
        fputc(*text, file);
    }
}

/* The line below the headings says how columns are aligned. Source: GitHub Flavored Markdown Spec,
 * 4.10. */
static void print_markdown(const struct table *table, FILE *file)
{
    for (int i = 0; i < table->count; i++) {
        fputs(i % table->columns == 0 ? "| " : " | ", file);
        print_escaped(table->cells[i], file);
        if ((i + 1) % table->columns == 0)
            fputs(" |\n", file);
        if (i + 1 == table->columns) {
            for (int column = 0; column < table->columns; column++)
                fputs(table->left[column] ? "|:--" : "|--:", file);
            fputs("|\n", file);
        }
    }
}

bool table_print(const struct table *table, FILE *file, bool markdown, struct error *error)
{
    if (table->failed)
        return error_set(error, ERROR_SYSTEM, "not enough memory for a table");
    if (markdown)
        print_markdown(table, file);
    else
        print_aligned(table, file);
    return true;
}
