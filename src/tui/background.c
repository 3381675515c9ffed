#include "tui/background.h"

#include <stdlib.h>
#include <string.h>

enum { BELL = 7, ESCAPE = 27, DIGITS_MAX = 4 };

const char BACKGROUND_ASK[] = "\033]11;?\a";
const char BACKGROUND_START[] = "\033]11;";

void background_begin(struct background_reader *reader)
{
    *reader = (struct background_reader){.reading = true};
}

/* Reads one component and its separator, if there is one, as a share of the brightest. */
static bool read_component(const char **text, double *share)
{
    const size_t digits = strspn(*text, "0123456789abcdefABCDEF");

    if (digits < 1 || digits > DIGITS_MAX)
        return false;
    *share = (double)strtol(*text, NULL, 16) / (double)((1L << 4 * digits) - 1);
    *text += digits;
    *text += **text == '/';
    return true;
}

static enum background_result understand(const char *text)
{
    double red, green, blue;
    const char *start = strchr(text, ':');

    if (strncmp(text, "rgb", 3) != 0 || start == NULL)
        return BACKGROUND_UNKNOWN;
    start++;
    if (!read_component(&start, &red) || !read_component(&start, &green) ||
        !read_component(&start, &blue))
        return BACKGROUND_UNKNOWN;
    /* the luma of ITU-R BT.601 */
    return 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 ? BACKGROUND_LIGHT : BACKGROUND_DARK;
}

static enum background_result end(struct background_reader *reader, enum background_result result)
{
    reader->reading = false;
    return result;
}

enum background_result background_read(struct background_reader *reader, int byte)
{
    if (byte == BELL || (byte == '\\' && reader->escaped))
        return end(reader, understand(reader->text));
    if (reader->escaped || byte > 126 || (byte < ' ' && byte != ESCAPE))
        return end(reader, BACKGROUND_INVALID);
    reader->escaped = byte == ESCAPE;
    if (!reader->escaped && reader->length < BACKGROUND_TEXT - 1)
        reader->text[reader->length++] = (char)byte;
    return BACKGROUND_MORE;
}
