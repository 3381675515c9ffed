/*
 * number.h -- doubles as short texts that lose nothing.
 *
 * Any thread may call these.
 */
#ifndef SUPPORT_NUMBER_H
#define SUPPORT_NUMBER_H

enum { NUMBER_TEXT_SIZE = 32 };

/* The fewest significant digits, 1 to 17, with which a finite value reads back as the same. */
int number_digits(double value);

/* The value with that many digits: 0.1 gives "0.1". */
void number_text(char text[NUMBER_TEXT_SIZE], double value);

#endif
