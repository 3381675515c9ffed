#include "support/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

void error_escape(char *to, size_t size, const char *from)
{
    mbstate_t state = {0};
    size_t left = strlen(from), at = 0;

    assert(size > 0);
    while (left > 0) {
        wchar_t character;
        size_t length = mbrtowc(&character, from, left, &state);
        bool printable = length != 0 && length <= left && iswprint((wint_t)character);
        if (!printable) {
            length = 1;
            state = (mbstate_t){0};
        }
        if (at + (printable ? length : 4) >= size)
            break;
        if (printable)
            memcpy(to + at, from, length);
        else
            snprintf(to + at, 5, "\\x%02X", (unsigned char)*from);
        at += printable ? length : 4;
        from += length;
        left -= length;
    }
    to[at] = '\0';
}

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
    char raw[ERROR_TEXT_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    error->kind = kind;
    error_escape(error->text, sizeof error->text, raw);
    return false;
}
