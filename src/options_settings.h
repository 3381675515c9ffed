/*
 * options_settings.h -- the settings of a command line that has been read: those that follow from
 * others, which can be combined, and what --sweep says of them. Also checks of --output and
 * --format.
 *
 * Threads: no shared state.
 */
#ifndef OPTIONS_SETTINGS_H
#define OPTIONS_SETTINGS_H

#include "options.h"

/* Sets what --optimizer and --schedule bring, as far as the command line does not say it. */
void options_complete(struct options *options);

/* Whether the settings can be combined. ERROR_USAGE with a sentence that names an option. */
bool options_check_settings(const struct options *options, struct error *error);

/* Whether each --sweep has a key that is a setting, not given by another option, and values that
 * the setting can have. ERROR_USAGE with a sentence that names the key. */
bool options_check_sweep(const struct options *options, struct error *error);

/* Whether --sweep, --seeds and --jobs can be given with the other options. ERROR_USAGE. */
bool options_check_series(const struct options *options, struct error *error);

/* Whether --output and --format suit the action. ERROR_USAGE. */
bool options_check_output(const struct options *options, struct error *error);

/* The name of the option that gives the setting with this key, such as "no-shuffle" of "shuffle";
 * NULL if there is no such setting. */
const char *options_of_setting(const char *key);

#endif
