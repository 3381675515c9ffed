/*
 * words.h -- fixed lists of words, such as the names of models.
 *
 * Any thread may call these.
 */
#ifndef SUPPORT_WORDS_H
#define SUPPORT_WORDS_H

#include <stddef.h>

/* The i-th word, counted from 0; NULL after the last. */
typedef const char *words_function(int i);

/* Defines a words_function `name` for the words that follow. */
#define WORDS_FUNCTION(name, ...)                                                                  \
    static const char *name(int i)                                                                 \
    {                                                                                              \
        static const char *const words[] = {__VA_ARGS__, NULL};                                    \
        return words[i];                                                                           \
    }

/* The index of the word that equals the text; -1: none does. */
int words_find(words_function *word, const char *text);

/* The edit distance from a text to a word: the letters to change, add and remove. It ignores case,
 * and leaving out the word's end counts as one. WORDS_FAR: too far to be a typing error. */
enum { WORDS_FAR = 1000 };
int words_distance(const char *text, const char *word);

/* Writes all words, separated by commas; cuts the text to `size` bytes. */
void words_list(words_function *word, char *text, size_t size);

#endif
