#include "export/print.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MOST = 100, DIGITS = 9 /* enough for every float */, FLOAT_SIZE = 24 };

/* Returns the length. */
static int write_float(char text[FLOAT_SIZE], float value, const char *suffix)
{
    int length = snprintf(text, FLOAT_SIZE, "%.*g", DIGITS, (double)value);

    if (text[strcspn(text, ".e")] == '\0')
        length += snprintf(text + length, (size_t)(FLOAT_SIZE - length), ".0");
    return length + snprintf(text + length, (size_t)(FLOAT_SIZE - length), "%s", suffix);
}

void print_float(FILE *file, float value)
{
    char text[FLOAT_SIZE];

    write_float(text, value, "");
    fputs(text, file);
}

void print_floats(FILE *file, const float *values, size_t count, int indent, const char *suffix)
{
    char text[FLOAT_SIZE];
    int column = 0;

    for (size_t i = 0; i < count; i++) {
        const int length = write_float(text, values[i], suffix);
        const char *comma = i + 1 < count ? "," : "";
        if (column > 0 && column + length + 2 > LINE_MOST) {
            fputc('\n', file);
            column = 0;
        }
        column += fprintf(file, "%*s%s%s", column == 0 ? indent : 1, "", text, comma);
    }
    fputc('\n', file);
}

void print_string(FILE *file, const char *text, const char *escaped)
{
    fputc('"', file);
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ')
            fprintf(file, "\\u%04x", (unsigned)*text);
        else
            fprintf(file, strchr(escaped, *text) != NULL ? "\\%c" : "%c", *text);
    }
    fputc('"', file);
}

void print_names(FILE *file, const struct classes *classes, const char *escaped)
{
    for (int k = 0; k < classes->count; k++) {
        fputs(k > 0 ? ", " : "", file);
        print_string(file, classes->names[k], escaped);
    }
}

char *print_classes(const struct classes *classes)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    if (file == NULL)
        return NULL;
    fputc('[', file);
    print_names(file, classes, PRINT_JSON);
    fputc(']', file);
    const bool written = ferror(file) == 0;
    if (fclose(file) == 0 && written && text != NULL)
        return text;
    free(text);
    return NULL;
}
