#include "support/utf8.h"

/* The least character of so many bytes; shorter forms only are allowed for those below. */
static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

static bool is_character(uint32_t number)
{
    return number > 0 && number < 0x110000 && (number < 0xD800 || number > 0xDFFF);
}

int utf8_read(const char *text, uint32_t *character)
{
    const unsigned char *bytes = (const unsigned char *)text;
    const int count = bytes[0] < 0x80         ? 1
                      : bytes[0] >> 5 == 0x06 ? 2
                      : bytes[0] >> 4 == 0x0E ? 3
                      : bytes[0] >> 3 == 0x1E ? 4
                                              : 0;
    if (count == 0)
        return 0;
    uint32_t number = count == 1 ? bytes[0] : bytes[0] & 0x7FU >> count;
    for (int i = 1; i < count; i++) {
        if (bytes[i] >> 6 != 0x02)
            return 0;
        number = number << 6 | (bytes[i] & 0x3F);
    }
    if (number < least[count] || !is_character(number))
        return 0;
    *character = number;
    return count;
}

bool utf8_is_plain(const char *text, size_t length)
{
    uint32_t character;
    size_t at = 0;

    for (int bytes; at < length; at += (size_t)bytes) {
        bytes = utf8_read(text + at, &character);
        if (bytes == 0 || character < 0x20 || (character >= 0x7F && character < 0xA0))
            return false;
    }
    return at == length;
}

int utf8_write(char bytes[UTF8_SIZE], uint32_t character)
{
    static const uint32_t marks[] = {0, 0, 0xC0, 0xE0, 0xF0}; /* of a first byte */
    int count = 4;

    if (!is_character(character))
        character = '?';
    while (count > 1 && character < least[count])
        count--;
    bytes[0] = (char)(marks[count] | character >> (6 * (count - 1)));
    for (int i = 1; i < count; i++)
        bytes[i] = (char)(0x80 | (character >> (6 * (count - 1 - i)) & 0x3F));
    bytes[count] = '\0';
    return count;
}
