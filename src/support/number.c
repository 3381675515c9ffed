#include "support/number.h"

#include <stdio.h>
#include <stdlib.h>

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
