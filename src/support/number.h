/*
 * number.h -- numbers as texts: doubles written short but without loss, and strict reading.
 *
 * Any thread may call these.
 */
#ifndef SUPPORT_NUMBER_H
#define SUPPORT_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

enum { NUMBER_TEXT_SIZE = 32 };

/* The fewest significant digits, 1 to 17, with which a finite value reads back as the same. */
int number_digits(double value);

/* The value with that many digits: 0.1 gives "0.1". */
void number_text(char text[NUMBER_TEXT_SIZE], double value);

/* The value as Python's repr writes it: 0.1, 1e-05, 2.0. */
void number_python(char text[NUMBER_TEXT_SIZE], double value);

/* Reads a whole number of [low, high], all of the text, digits alone. False when it is none. */
bool number_read_whole(const char *text, uint64_t low, uint64_t high, uint64_t *value);

/* Reads a finite number, all of the text, without space before it; -0 gives 0. False when it is
 * none. */
bool number_read(const char *text, double *value);

#endif
