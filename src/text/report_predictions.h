/*
 * report_predictions.h -- --predict: what a network says of pictures, as text, CSV or JSON lines.
 *
 * Threads: no shared state.
 */
#ifndef TEXT_REPORT_PREDICTIONS_H
#define TEXT_REPORT_PREDICTIONS_H

#include "data/classes.h"

#include <stdio.h>

/* The two likeliest classes of a picture, and their probabilities. */
struct prediction {
    const char *path;
    int class, second;
    double probability, second_probability;
};

/* Writes what comes before the predictions: the header of CSV. `format` is the option's word. */
void report_predictions_begin(FILE *file, const char *format, const struct classes *classes);

/* Writes a line for one picture. In CSV and JSON classes are numbers; the names of named classes
 * are two more fields. ERROR_SYSTEM if memory is short. */
bool report_prediction(FILE *file, const char *format, const struct classes *classes,
                       const struct prediction *prediction, struct error *error);

#endif
