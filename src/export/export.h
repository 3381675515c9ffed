/*
 * export.h -- --convert: writes a trained network as a file for other programs; its suffix chooses
 * the form (forms.h).
 *
 * The file is written whole or not at all (file_replace_with). Threads: the main thread.
 */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "data/classes.h"
#include "nn/model.h"
#include "train/settings.h"

/* What is converted, and how. */
struct export
{
    const struct model *model;
    const float *state;
    const struct classes *classes;
    struct normalization normalize;
    const char *checkpoint; /* the path of the file with the state */
    const char *output;     /* the path of the file to write */
    bool no_fold, no_normalize;
};

/* The suffixes of all forms with commas between them, for messages. */
void export_list(char *text, size_t size);

/* Whether the output's suffix is a form's, and one that the wishes suit; else ERROR_USAGE. Of
 * `export` only the output and the wishes are read. */
bool export_check(const struct export *export, struct error *error);

/* Writes the output; export_check has accepted it. ERROR_CHECKPOINT if the weights cannot be
 * converted, ERROR_SYSTEM if the machine fails; then there is no file, or the one of before. */
bool export_write(const struct export *export, struct error *error);

#endif
