#include "support/number.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 17 }; /* enough for every double */

int number_digits(double value)
{
    char text[NUMBER_TEXT_SIZE];
    int digits = 1;

    for (; digits < DIGITS_MAX; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return digits;
}

void number_text(char text[NUMBER_TEXT_SIZE], double value)
{
    snprintf(text, NUMBER_TEXT_SIZE, "%.*g", number_digits(value), value);
}

void number_python(char text[NUMBER_TEXT_SIZE], double value)
{
    const int digits = number_digits(value);
    int exponent;

    snprintf(text, NUMBER_TEXT_SIZE, "%.*e", digits - 1, value);
    exponent = atoi(strchr(text, 'e') + 1);
    if (exponent >= -4 && exponent < 16)
        snprintf(text, NUMBER_TEXT_SIZE, "%.*f", digits - 1 > exponent ? digits - 1 - exponent : 1,
                 value);
}

bool number_read_whole(const char *text, uint64_t low, uint64_t high, uint64_t *value)
{
    char *end;

    errno = 0;
    *value = strtoull(text, &end, 10);
    return isdigit((unsigned char)*text) && *end == '\0' && errno == 0 && *value >= low &&
           *value <= high;
}

bool number_read(const char *text, double *value)
{
    char *end;

    *value = strtod(text, &end) + 0.0; /* -0 is 0 */
    return *text != '\0' && !isspace((unsigned char)*text) && *end == '\0' && isfinite(*value);
}
