#include "text/report_runs.h"

#include "nn/summary.h"
#include "support/glyph.h"
#include "support/json_memory.h"
#include "text/fields.h"
#include "text/table.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 9 /* except the first, the run's name */, CELL_SIZE = 48 };

typedef char cells[COLUMNS][CELL_SIZE];

/* ---- text ---- */

static const cells headings = {"model", "parameters", "recipe", "seed",   "epochs",
                               "best",  "epoch",      "final",  "seconds"};
static const bool is_word[COLUMNS] = {[0] = true, [2] = true}; /* these are left-aligned */

/* Writes the value with two decimals; a dash if it is unknown. */
static void write_decimal(char cell[CELL_SIZE], double value)
{
    if (isfinite(value))
        snprintf(cell, CELL_SIZE, "%.2f", value);
    else
        snprintf(cell, CELL_SIZE, "-");
}

static void write_cells(cells row, const struct run_summary *run, int first)
{
    snprintf(row[0], CELL_SIZE, "%.*s", CELL_SIZE - 1, run->model); /* a text may be long */
    summary_thousands(row[1], CELL_SIZE, run->parameters);
    snprintf(row[2], CELL_SIZE, "%s", run->recipe);
    snprintf(row[3], CELL_SIZE, "%" PRIu64, run->seed);
    snprintf(row[4], CELL_SIZE, "%d/%d", run->epochs_done, run->epochs);
    write_decimal(row[5], run->best);
    snprintf(row[6], CELL_SIZE, "-");
    if (run->epochs_done > 0)
        snprintf(row[6], CELL_SIZE, "%d", run->best_epoch + first);
    write_decimal(row[7], run->final);
    snprintf(row[8], CELL_SIZE, "%.1f", run->seconds);
}

/* The width of a name in terminal columns; `text` receives the name with escapes for everything
 * unprintable. */
static int name_width(const char *name, char text[PATH_MAX])
{
    error_escape(text, PATH_MAX, name);
    return glyph_width(text);
}

static void print_row(FILE *file, const char *name, const cells row, const int widths[COLUMNS + 1])
{
    char text[PATH_MAX];
    int width = name_width(name, text);

    fprintf(file, "%s%*s", text, widths[COLUMNS] - width, "");
    for (int i = 0; i < COLUMNS; i++)
        fprintf(file, "  %*s", is_word[i] ? -widths[i] : widths[i], row[i]);
    fputc('\n', file);
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

void report_runs(FILE *file, const struct run_summary runs[], int count, int first)
{
    int widths[COLUMNS + 1] = {[COLUMNS] = (int)strlen("run")};
    char text[PATH_MAX];
    cells row;

    for (int i = 0; i < COLUMNS; i++)
        widths[i] = (int)strlen(headings[i]);
    for (int r = 0; r < count; r++) {
        write_cells(row, &runs[r], first);
        widths[COLUMNS] = larger(widths[COLUMNS], name_width(runs[r].run, text));
        for (int i = 0; i < COLUMNS; i++)
            widths[i] = larger(widths[i], (int)strlen(row[i]));
    }
    print_row(file, "run", headings, widths);
    for (int r = 0; r < count; r++) {
        write_cells(row, &runs[r], first);
        print_row(file, runs[r].run, row, widths);
    }
}

bool report_runs_markdown(FILE *file, const struct run_summary runs[], int count,
                          struct error *error)
{
    struct table table;
    cells row;

    table_init(&table, COLUMNS + 1);
    table.left[0] = true;
    table_add(&table, "run");
    for (int i = 0; i < COLUMNS; i++) {
        table.left[i + 1] = is_word[i];
        table_add(&table, "%s", headings[i]);
    }
    for (int r = 0; r < count; r++) {
        write_cells(row, &runs[r], 0);
        table_add(&table, "%s", runs[r].run);
        for (int i = 0; i < COLUMNS; i++)
            table_add(&table, "%s", row[i]);
    }
    const bool printed = table_print(&table, file, true, error);
    table_fini(&table);
    return printed;
}

/* ---- CSV ---- */

void report_runs_csv(FILE *file, const struct run_summary runs[], int count)
{
    fputs("run,model,parameters,recipe,seed,epochs_done,epochs,best,best_epoch,final,seconds\n",
          file);
    for (int r = 0; r < count; r++) {
        const struct run_summary *run = &runs[r];
        field_csv_path(file, run->run);
        fputc(',', file);
        field_csv_path(file, run->model);
        fprintf(file, ",%zu,%s,%" PRIu64 ",%d,%d,", run->parameters, run->recipe, run->seed,
                run->epochs_done, run->epochs);
        if (run->epochs_done > 0)
            fprintf(file, "%.2f,%d,%.2f", run->best, run->best_epoch, run->final);
        else
            fputs(",,", file);
        fprintf(file, ",%.2f\n", run->seconds);
    }
}

/* ---- JSON lines ---- */

enum { DIGITS = 15 /* with 17, 98.38 would be written as 98.379999999999995 */ };

/* The number as the other formats show it; null if it is unknown. */
static json_t *decimal(double value)
{
    char cell[CELL_SIZE];

    write_decimal(cell, value);
    return isfinite(value) ? json_real(strtod(cell, NULL)) : json_null();
}

static char *make_line(const struct run_summary *run)
{
    const bool known = run->epochs_done > 0;
    json_t *object = json_pack("{s:o, s:s, s:I, s:s, s:I, s:i, s:i, s:o, s:o, s:o, s:o}", "run",
                               field_json_path(run->run), "model", run->model, "parameters",
                               (json_int_t)run->parameters, "recipe", run->recipe, "seed",
                               (json_int_t)run->seed, "epochs_done", run->epochs_done, "epochs",
                               run->epochs, "best", decimal(run->best), "best_epoch",
                               known ? json_integer(run->best_epoch) : json_null(), "final",
                               decimal(run->final), "seconds", decimal(run->seconds));
    char *line = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));

    json_decref(object);
    return line;
}

bool report_runs_jsonl(FILE *file, const struct run_summary runs[], int count, struct error *error)
{
    for (int r = 0; r < count; r++) {
        char *line = make_line(&runs[r]);
        if (json_memory_failed() || line == NULL) {
            free(line);
            return error_set(error, ERROR_SYSTEM, "%s: not enough memory to report it",
                             runs[r].run);
        }
        fprintf(file, "%s\n", line);
        free(line);
    }
    return true;
}

/* ---- a series of seeds ---- */

static void print_spread(FILE *file, const char *name, const struct spread *spread)
{
    char deviation[CELL_SIZE];

    write_decimal(deviation, spread->deviation);
    fprintf(file, "%-8s %7.2f %7s %7.2f %7.2f\n", name, spread->mean, deviation, spread->min,
            spread->max);
}

void report_seeds(FILE *file, const struct run_summary runs[], int count)
{
    if (count == 0)
        return;
    fprintf(file, "%-8s %7s %7s %9s\n", "seed", "best", "final", "seconds");
    for (int r = 0; r < count; r++)
        fprintf(file, "%-8" PRIu64 " %7.2f %7.2f %9.1f\n", runs[r].seed, runs[r].best,
                runs[r].final, runs[r].seconds);
    struct spread best = run_summary_spread(runs, count, RUN_BEST);
    struct spread final = run_summary_spread(runs, count, RUN_FINAL);
    fprintf(file, "%-8s %7s %7s %7s %7s\n", "", "mean", "std", "min", "max");
    print_spread(file, "best", &best);
    print_spread(file, "final", &final);
}
