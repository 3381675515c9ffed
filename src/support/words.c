#include "support/words.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

int words_find(words_function *word, const char *text)
{
    for (int i = 0; word(i) != NULL; i++)
        if (strcmp(word(i), text) == 0)
            return i;
    return -1;
}

void words_list(words_function *word, char *text, size_t size)
{
    assert(size > 0);
    *text = '\0';
    for (int i = 0; word(i) != NULL; i++) {
        size_t length = strlen(text);
        snprintf(text + length, size - length, "%s%s", i > 0 ? ", " : "", word(i));
    }
}
