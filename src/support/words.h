/*
 * words.h -- a few words to choose from, such as the names of models.
 *
 * Any thread may call these.
 */
#ifndef SUPPORT_WORDS_H
#define SUPPORT_WORDS_H

#include <stddef.h>

/* The i-th word, from 0; NULL past the last. */
typedef const char *words_function(int i);

/* Defines the words_function `name` of the words that follow. */
#define WORDS_FUNCTION(name, ...)                                                                  \
    static const char *name(int i)                                                                 \
    {                                                                                              \
        static const char *const words[] = {__VA_ARGS__, NULL};                                    \
        return words[i];                                                                           \
    }

/* Which of them the text is, from 0; -1: none. */
int words_find(words_function *word, const char *text);

/* How far a text is from a word: how many letters to change, add and take away, if capitals and
 * small letters are the same and leaving out the word's end counts as one. WORDS_FAR: so far that
 * nobody means it. */
enum { WORDS_FAR = 1000 };
int words_distance(const char *text, const char *word);

/* Writes all of them, separated by commas, as far as there is room. */
void words_list(words_function *word, char *text, size_t size);

#endif
