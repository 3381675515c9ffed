#include "support/words.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { COMPARED_MAX = 48, PREFIX_LEAST = 3 };

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

/* Levenshtein distances, computed row by row; only the last row is kept. row[j] is the distance to
 * the first j letters of the word. */
static void edit_distances(const char *text, const char *word, int row[COMPARED_MAX + 1])
{
    const int length = (int)strlen(word);

    for (int j = 0; j <= length; j++)
        row[j] = j;
    for (int i = 0; text[i] != '\0'; i++) {
        int diagonal = row[0];
        row[0] = i + 1;
        for (int j = 0; j < length; j++) {
            int change = diagonal + (strncasecmp(&text[i], &word[j], 1) != 0);
            int other = 1 + (row[j] < row[j + 1] ? row[j] : row[j + 1]);
            diagonal = row[j + 1];
            row[j + 1] = change < other ? change : other;
        }
    }
}

int words_distance(const char *text, const char *word)
{
    const int length = (int)strlen(text), other = (int)strlen(word);
    int row[COMPARED_MAX + 1] = {0};

    if (length > COMPARED_MAX || other > COMPARED_MAX)
        return WORDS_FAR;
    edit_distances(text, word, row);
    int distance = row[other];
    for (int j = PREFIX_LEAST; j < other; j++)
        if (row[j] + 1 < distance)
            distance = row[j] + 1;
    return distance <= length / 2 && distance < other ? distance : WORDS_FAR;
}
