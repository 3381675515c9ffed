/*
 * import.h -- --import: makes a data set of a folder of pictures.
 */
#ifndef ACTIONS_IMPORT_H
#define ACTIONS_IMPORT_H

#include "actions/setup.h"

/* Makes the data set that the options describe, then prints on stdout what is in it. Errors as
 * import_pictures(). */
bool import_print(const struct options *options, struct error *error);

#endif
