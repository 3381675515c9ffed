#include "text/report_predictions.h"

#include "support/json_memory.h"
#include "text/fields.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 6 /* of a probability */ };

static void print_text(FILE *file, const struct classes *classes, const struct prediction *p)
{
    char path[PATH_MAX];

    error_escape(path, sizeof path, p->path);
    fprintf(file, "%s: %s %.2f%%, then %s %.2f%%\n", path, classes->names[p->class],
            100.0 * p->probability, classes->names[p->second], 100.0 * p->second_probability);
}

static void print_csv(FILE *file, const struct classes *classes, const struct prediction *p)
{
    field_csv_path(file, p->path);
    fprintf(file, ",%d,%.*g,%d,%.*g", p->class, DIGITS, p->probability, p->second, DIGITS,
            p->second_probability);
    if (classes->named) {
        fputc(',', file);
        field_csv(file, classes->names[p->class]);
        fputc(',', file);
        field_csv(file, classes->names[p->second]);
    }
    fputc('\n', file);
}

static bool print_json(FILE *file, const struct classes *classes, const struct prediction *p,
                       struct error *error)
{
    json_t *object = json_pack("{s:o, s:i, s:f, s:i, s:f}", "file", field_json_path(p->path),
                               "class", p->class, "probability", p->probability, "second",
                               p->second, "second_probability", p->second_probability);

    if (classes->named) {
        json_object_set_new(object, "class_name", json_string(classes->names[p->class]));
        json_object_set_new(object, "second_name", json_string(classes->names[p->second]));
    }
    char *line = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    json_decref(object);
    const bool made = line != NULL && !json_memory_failed();
    if (made)
        fprintf(file, "%s\n", line);
    free(line);
    return made || error_set(error, ERROR_SYSTEM, "%s: not enough memory to report it", p->path);
}

void report_predictions_begin(FILE *file, const char *format, const struct classes *classes)
{
    if (strcmp(format, "csv") == 0)
        fprintf(file, "file,class,probability,second,second_probability%s\n",
                classes->named ? ",class_name,second_name" : "");
}

bool report_prediction(FILE *file, const char *format, const struct classes *classes,
                       const struct prediction *prediction, struct error *error)
{
    if (strcmp(format, "jsonl") == 0)
        return print_json(file, classes, prediction, error);
    if (strcmp(format, "csv") == 0)
        print_csv(file, classes, prediction);
    else
        print_text(file, classes, prediction);
    return true;
}
