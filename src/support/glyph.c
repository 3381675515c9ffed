#include "support/glyph.h"

#include "support/utf8.h"

#include <limits.h>
#include <string.h>
#include <wchar.h>

/* As utf8_read(), in the encoding of the locale. */
static int read_in_locale(const char *text, uint32_t *character)
{
    mbstate_t state = {0};
    wchar_t wide;
    const size_t left = strlen(text), length = mbrtowc(&wide, text, left, &state);

    if (length == 0 || length > left)
        return 0;
    *character = (uint32_t)wide;
    return (int)length;
}

static int width_in_locale(uint32_t character)
{
    char bytes[MB_LEN_MAX];
    mbstate_t state = {0};

    return wcrtomb(bytes, (wchar_t)character, &state) == (size_t)-1 ? -1
                                                                    : wcwidth((wchar_t)character);
}

int glyph_read(const char *text, uint32_t *glyph, int *width)
{
    uint32_t character = '?';

    if (*text == '\0')
        return 0;
    int bytes = utf8_read(text, &character);
    if (bytes == 0)
        bytes = read_in_locale(text, &character);
    *width = width_in_locale(character);
    *glyph = character;
    if (*width < 0 || *width > 2) {
        *glyph = '?';
        *width = 1;
    }
    return bytes > 0 ? bytes : 1;
}

int glyph_width(const char *text)
{
    uint32_t glyph;
    int cells = 0, width;

    for (int bytes; (bytes = glyph_read(text, &glyph, &width)) > 0; text += bytes)
        cells += width;
    return cells;
}
