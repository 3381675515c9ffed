/*
 * number.h -- numbers as text: writes doubles in the shortest exact form, reads strictly.
 *
 * Any thread may call these.
 */
#ifndef SUPPORT_NUMBER_H
#define SUPPORT_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

enum { NUMBER_TEXT_SIZE = 32 };

/* The fewest significant digits, 1 to 17, from which a finite value reads back exactly. */
int number_digits(double value);

/* Writes the value with number_digits() digits: 0.1 gives "0.1". */
void number_text(char text[NUMBER_TEXT_SIZE], double value);

/* Writes the value as Python's repr does: 0.1, 1e-05, 2.0. */
void number_python(char text[NUMBER_TEXT_SIZE], double value);

/* Reads a whole number in [low, high]; the text must be digits only. False otherwise. */
bool number_read_whole(const char *text, uint64_t low, uint64_t high, uint64_t *value);

/* Reads a finite number; the text must hold nothing else, no leading space either. -0 gives 0.
 * False otherwise. */
bool number_read(const char *text, double *value);

#endif
