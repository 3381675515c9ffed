#include "data/classes.h"

#include "support/file.h"
#include "support/memory.h"
#include "support/number.h"
#include "support/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 16 }; /* more than CLASSES_MAX names need */

/* A line of a text, without its end. */
struct line {
    const char *text;
    int length, number; /* the number from 1 */
};

void classes_fini(struct classes *classes)
{
    for (int k = 0; classes->names != NULL && k < CLASSES_MAX; k++)
        free(classes->names[k]);
    free(classes->names);
    *classes = (struct classes){0};
}

static bool begin(struct classes *classes, struct error *error)
{
    *classes = (struct classes){0};
    classes->names = memory_new(CLASSES_MAX, sizeof *classes->names, error);
    return classes->names != NULL;
}

/* Sets the name of a class that has none yet. */
static bool set_name(struct classes *classes, int class, const char *text, size_t length,
                     struct error *error)
{
    char *name = memory_new(length + 1, 1, error);

    if (name == NULL)
        return false;
    classes->names[class] = memcpy(name, text, length);
    return true;
}

/* Gives classes below `count` without a name their number. */
static bool number_rest(struct classes *classes, int count, struct error *error)
{
    for (int k = 0; k < count; k++) {
        char text[12];
        if (classes->names[k] != NULL)
            continue;
        const int length = snprintf(text, sizeof text, "%d", k);
        if (!set_name(classes, k, text, (size_t)length, error))
            return false;
    }
    classes->count = count;
    return true;
}

bool classes_number(struct classes *classes, int count, struct error *error)
{
    if (begin(classes, error) && number_rest(classes, count, error))
        return true;
    classes_fini(classes);
    return false;
}

/* ---- names, a line each ---- */

/* The next line; false at the end. */
static bool next_line(const char **text, struct line *line)
{
    if (**text == '\0')
        return false;
    line->text = *text;
    line->length = (int)strcspn(*text, "\n");
    line->number++;
    *text += line->length;
    *text += **text == '\n';
    if (line->length > 0 && line->text[line->length - 1] == '\r')
        line->length--;
    return true;
}

/* Whether the line is a name: UTF-8 without control characters, neither too short nor too long. */
static bool is_name(const struct line *line)
{
    return line->length > 0 && line->length <= CLASS_NAME_MAX &&
           utf8_is_plain(line->text, (size_t)line->length);
}

static bool refuse_line(const char *where, const struct line *line, struct error *error)
{
    return error_set(error, ERROR_DATA,
                     "%s: line %d is no name of a class (expected 1 to %d bytes of UTF-8 text, got "
                     "'%.*s')",
                     where, line->number, CLASS_NAME_MAX, line->length < 80 ? line->length : 80,
                     line->text);
}

static bool read_names(struct classes *classes, const char *where, const char *text,
                       struct error *error)
{
    struct line line = {0};

    while (next_line(&text, &line)) {
        if (!is_name(&line))
            return refuse_line(where, &line, error);
        if (line.number <= CLASSES_MAX &&
            !set_name(classes, line.number - 1, line.text, (size_t)line.length, error))
            return false;
    }
    classes->count = line.number;
    return true;
}

/* ---- EMNIST's mapping ---- */

/* Reads a whole number at the line's beginning, which gets shorter. */
static bool take_number(struct line *line, uint64_t most, uint64_t *number)
{
    char text[16] = "";
    int length = 0;

    while (line->length > 0 && *line->text == ' ') {
        line->text++;
        line->length--;
    }
    while (length < line->length && line->text[length] != ' ')
        length++;
    if (length >= (int)sizeof text)
        return false;
    memcpy(text, line->text, (size_t)length);
    line->text += length;
    line->length -= length;
    return number_read_whole(text, 0, most, number);
}

static bool read_mapping(struct classes *classes, const char *where, const char *text,
                         struct error *error)
{
    struct line line = {0};
    int count = 0;

    while (next_line(&text, &line)) {
        struct line rest = line;
        uint64_t label, character;
        char name[UTF8_SIZE];
        if (!take_number(&rest, CLASSES_MAX - 1, &label) ||
            !take_number(&rest, 0x10FFFF, &character) || character < 0x20)
            return error_set(error, ERROR_DATA,
                             "%s: line %d is no mapping (expected a label up to %d and the number "
                             "of a character, got '%.*s')",
                             where, line.number, CLASSES_MAX - 1,
                             line.length < 80 ? line.length : 80, line.text);
        if (classes->names[label] != NULL)
            return error_set(error, ERROR_DATA,
                             "%s: line %d maps a label again (expected each label once, got %d)",
                             where, line.number, (int)label);
        const int length = utf8_write(name, (uint32_t)character);
        if (!set_name(classes, (int)label, name, (size_t)length, error))
            return false;
        count = (int)label >= count ? (int)label + 1 : count;
    }
    return number_rest(classes, count, error);
}

/* ---- files ---- */

typedef bool reader(struct classes *classes, const char *where, const char *text,
                    struct error *error);

static bool read_text(struct classes *classes, reader *read, const char *where, const char *text,
                      struct error *error)
{
    bool good = begin(classes, error) && read(classes, where, text, error);

    if (good && (classes->count < CLASSES_MIN || classes->count > CLASSES_MAX))
        good =
            error_set(error, ERROR_DATA, "%s: wrong number of classes (expected %d to %d, got %d)",
                      where, CLASSES_MIN, CLASSES_MAX, classes->count);
    classes->named = good;
    if (!good)
        classes_fini(classes);
    return good;
}

static bool read_file(struct classes *classes, reader *read, const char *path, struct error *error)
{
    size_t size;
    unsigned char *bytes = file_read(path, FILE_MAX, &size, ERROR_DATA, error);
    char *text = bytes != NULL ? memory_new(size + 1, 1, error) : NULL;
    bool good = false;

    if (text != NULL) {
        memcpy(text, bytes, size);
        good = strlen(text) == size ? read_text(classes, read, path, text, error)
                                    : error_set(error, ERROR_DATA,
                                                "%s: is no text (expected names of classes)", path);
    }
    free(text);
    free(bytes);
    return good;
}

bool classes_name(struct classes *classes, const char *text, struct error *error)
{
    return read_text(classes, read_names, "the data set", text, error);
}

bool classes_read(struct classes *classes, const char *path, struct error *error)
{
    return read_file(classes, read_names, path, error);
}

bool classes_read_mapping(struct classes *classes, const char *path, struct error *error)
{
    return read_file(classes, read_mapping, path, error);
}
