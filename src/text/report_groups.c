#include "text/report_groups.h"

#include "nn/summary.h"
#include "support/json_memory.h"
#include "text/fields.h"
#include "text/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One accuracy of a group. */
struct measure {
    struct spread spread;
    struct welch test;
};

static struct measure measure_of(const struct run_group *group, bool best)
{
    return best ? (struct measure){group->best, group->best_test}
                : (struct measure){group->final, group->final_test};
}

/* The value of a setting that tells the groups apart. */
static const char *write_value(const struct run_group *group, int key, char text[SETTING_TEXT_SIZE])
{
    const struct setting *setting = settings_at(key);

    return strcmp(setting_key(setting), "model") == 0
               ? group->model
               : setting_write(setting, group->settings, text);
}

/* ---- text and Markdown ---- */

static const char *const headings[] = {"runs", "parameters", "mean", "std", "min",
                                       "max",  "t",          "df",   "p",   "seconds"};
enum { HEADINGS = sizeof headings / sizeof headings[0] };

static void add_probability(struct table *table, double p)
{
    if (p < 0.0001)
        table_add(table, "<.0001");
    else
        table_add_number(table, p, 4);
}

static void add_measure(struct table *table, const struct measure *measure)
{
    const struct spread *spread = &measure->spread;

    table_add_number(table, spread->mean, 2);
    table_add_number(table, spread->deviation, 2);
    table_add_number(table, spread->min, 2);
    table_add_number(table, spread->max, 2);
    table_add_number(table, measure->test.t, 2);
    table_add_number(table, measure->test.df, 1);
    add_probability(table, measure->test.p);
}

static void add_row(struct table *table, const struct run_groups *groups,
                    const struct run_group *group, bool best)
{
    const struct measure measure = measure_of(group, best);
    char text[SETTING_TEXT_SIZE], parameters[32];

    for (int k = 0; k < groups->key_count; k++)
        table_add(table, "%s", write_value(group, groups->keys[k], text));
    if (group->finished == group->runs)
        table_add(table, "%d", group->runs);
    else
        table_add(table, "%d/%d", group->finished, group->runs);
    summary_thousands(parameters, sizeof parameters, group->parameters);
    table_add(table, "%s", parameters);
    if (group->finished > 0) {
        add_measure(table, &measure);
        table_add_number(table, group->seconds.mean, 1);
    }
    for (int i = 2; group->finished == 0 && i < HEADINGS; i++)
        table_add(table, "-");
}

static bool print_table(FILE *file, const struct run_groups *groups, bool best, bool markdown,
                        struct error *error)
{
    struct table table;

    table_init(&table, groups->key_count + HEADINGS);
    for (int k = 0; k < groups->key_count; k++) {
        const struct setting *setting = settings_at(groups->keys[k]);
        table.left[k] = setting_is_text(setting);
        table_add(&table, "%s", setting_key(setting));
    }
    for (int i = 0; i < HEADINGS; i++)
        table_add(&table, "%s", headings[i]);
    for (int i = 0; i < groups->count; i++)
        add_row(&table, groups, &groups->groups[i], best);
    fprintf(file, "%s test accuracy%s\n", best ? "Best" : "Final", markdown ? "\n" : "");
    const bool printed = table_print(&table, file, markdown, error);
    table_fini(&table);
    return printed;
}

/* ---- CSV and JSON lines ---- */

/* A field that is a number. */
struct field {
    char name[24];
    double value;
    int decimals;
};

enum { FIELDS_MAX = 24 };

static void add_field(struct field fields[FIELDS_MAX], int *count, const char *prefix,
                      const char *name, double value, int decimals)
{
    struct field *field = &fields[(*count)++];

    snprintf(field->name, sizeof field->name, "%s%s", prefix, name);
    field->value = value;
    field->decimals = decimals;
}

/* The numbers of a group; returns how many. */
static int list_fields(const struct run_group *group, struct field fields[FIELDS_MAX])
{
    const bool known = group->finished > 0;
    int count = 0;

    add_field(fields, &count, "", "runs", group->runs, 0);
    add_field(fields, &count, "", "finished", group->finished, 0);
    add_field(fields, &count, "", "parameters", (double)group->parameters, 0);
    for (int best = 1; best >= 0; best--) {
        const struct measure measure = measure_of(group, best);
        const char *prefix = best ? "best_" : "final_";
        const struct spread *spread = &measure.spread;
        add_field(fields, &count, prefix, "mean", known ? spread->mean : (double)NAN, 4);
        add_field(fields, &count, prefix, "std", known ? spread->deviation : (double)NAN, 4);
        add_field(fields, &count, prefix, "min", known ? spread->min : (double)NAN, 4);
        add_field(fields, &count, prefix, "max", known ? spread->max : (double)NAN, 4);
        add_field(fields, &count, prefix, "t", measure.test.t, 4);
        add_field(fields, &count, prefix, "df", measure.test.df, 4);
        add_field(fields, &count, prefix, "p", measure.test.p, 6);
    }
    add_field(fields, &count, "", "seconds", known ? group->seconds.mean : (double)NAN, 2);
    return count;
}

static void print_csv(FILE *file, const struct run_groups *groups)
{
    struct field fields[FIELDS_MAX];

    for (int i = -1; i < groups->count; i++) {
        const struct run_group *group = &groups->groups[i < 0 ? 0 : i];
        const int count = list_fields(group, fields);
        char text[SETTING_TEXT_SIZE];
        for (int k = 0; k < groups->key_count; k++) {
            const int key = groups->keys[k];
            field_csv_path(file,
                           i < 0 ? setting_key(settings_at(key)) : write_value(group, key, text));
            fputc(',', file);
        }
        for (int f = 0; f < count; f++) {
            if (i < 0)
                fputs(fields[f].name, file);
            else if (isfinite(fields[f].value))
                fprintf(file, "%.*f", fields[f].decimals, fields[f].value);
            fputc(f + 1 < count ? ',' : '\n', file);
        }
    }
}

static json_t *make_number(const struct field *field)
{
    char text[48];

    if (!isfinite(field->value))
        return json_null();
    if (field->decimals == 0)
        return json_integer((json_int_t)field->value);
    snprintf(text, sizeof text, "%.*f", field->decimals, field->value);
    return json_real(strtod(text, NULL));
}

static json_t *make_setting(const struct run_group *group, int key)
{
    char text[SETTING_TEXT_SIZE];
    const char *value = write_value(group, key, text);

    return setting_is_text(settings_at(key))
               ? json_string(value)
               : json_memory_load(value, strlen(value), JSON_DECODE_ANY, NULL);
}

static bool print_jsonl(FILE *file, const struct run_groups *groups, struct error *error)
{
    enum { DIGITS = 15 }; /* with 17, 98.38 would be written as 98.379999999999995 */
    struct field fields[FIELDS_MAX];

    for (int i = 0; i < groups->count; i++) {
        const struct run_group *group = &groups->groups[i];
        const int count = list_fields(group, fields);
        json_t *object = json_object();
        for (int k = 0; k < groups->key_count; k++)
            json_object_set_new(object, setting_key(settings_at(groups->keys[k])),
                                make_setting(group, groups->keys[k]));
        for (int f = 0; f < count; f++)
            json_object_set_new(object, fields[f].name, make_number(&fields[f]));
        char *line = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
        json_decref(object);
        if (json_memory_failed() || line == NULL) {
            free(line);
            return error_set(error, ERROR_SYSTEM, "not enough memory for a report");
        }
        fprintf(file, "%s\n", line);
        free(line);
    }
    return true;
}

bool report_groups(FILE *file, const struct run_groups *groups, const char *format,
                   struct error *error)
{
    const bool markdown = strcmp(format, "markdown") == 0;

    if (strcmp(format, "jsonl") == 0)
        return print_jsonl(file, groups, error);
    if (strcmp(format, "csv") == 0) {
        print_csv(file, groups);
        return true;
    }
    if (!print_table(file, groups, true, markdown, error))
        return false;
    fputc('\n', file);
    return print_table(file, groups, false, markdown, error);
}
