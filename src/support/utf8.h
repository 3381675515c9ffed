/*
 * utf8.h -- characters in UTF-8 (RFC 3629), whatever the locale is.
 *
 * Any thread may call these.
 */
#ifndef SUPPORT_UTF8_H
#define SUPPORT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UTF8_SIZE = 5 }; /* of a character, with the final 0 */

/* Reads the character that the text begins with. Returns its bytes; 0: the text is empty or begins
 * with no character. */
int utf8_read(const char *text, uint32_t *character);

/* Whether so many bytes are whole characters, and none of them controls a terminal (C0, C1). */
bool utf8_is_plain(const char *text, size_t length);

/* Writes a character; '?' for a number that is none. Returns its bytes. */
int utf8_write(char bytes[UTF8_SIZE], uint32_t character);

#endif
