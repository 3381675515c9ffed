#include "text/fields.h"

#include "support/error.h"

#include <limits.h>
#include <string.h>

void field_csv(FILE *file, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, file);
        return;
    }
    fputc('"', file);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', file);
        fputc(*text, file);
    }
    fputc('"', file);
}

void field_csv_path(FILE *file, const char *path)
{
    char escaped[PATH_MAX];

    error_escape(escaped, sizeof escaped, path);
    field_csv(file, escaped);
}

/* The length in bytes of the UTF-8 character at the start of the text; 0: it is not valid UTF-8. */
static size_t utf8_length(const char *text)
{
    enum { LENGTH_MAX = 4 };
    const size_t left = strnlen(text, LENGTH_MAX);

    for (size_t length = 1; length <= left; length++) {
        json_t *character = json_stringn(text, length);
        json_decref(character);
        if (character != NULL)
            return length;
    }
    return 0;
}

json_t *field_json_path(const char *path)
{
    char text[4 * PATH_MAX]; /* \xHH for each byte */
    size_t size = 0;

    while (*path != '\0' && size + sizeof "\\xHH" < sizeof text) {
        const size_t length = utf8_length(path);
        if (length > 0)
            memcpy(text + size, path, length);
        else
            snprintf(text + size, sizeof "\\xHH", "\\x%02X", (unsigned char)*path);
        size += length > 0 ? length : strlen("\\xHH");
        path += length > 0 ? length : 1;
    }
    return json_stringn(text, size);
}
