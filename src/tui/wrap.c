#include "tui/wrap.h"

#include <string.h>

int wrap_line(const char **text, int width)
{
    const int left = (int)strlen(*text);
    int end = left < width ? left : width;

    if (left > width && width > 0) {
        while (end > 0 && (*text)[end] != ' ')
            end--;
        if (end == 0)
            end = width;
    }
    if (width <= 0)
        end = left;
    const int length = end;
    while ((*text)[end] == ' ')
        end++;
    *text += end;
    return length;
}
