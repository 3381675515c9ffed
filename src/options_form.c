#include "options_row.h"

#include <stddef.h>

bool options_row_optional(const struct row *row)
{
    return row->argument != NULL && row->argument[0] == '[';
}

void options_help(FILE *file)
{
    fputs("Usage: mnist-tui [OPTION]...\n"
          "       mnist-tui --report [--format=NAME] DIR...\n"
          "       mnist-tui --predict=CHECKPOINT [--format=NAME] [OPTION]... PICTURE...\n"
          "       mnist-tui --convert=CHECKPOINT --output=FILE [OPTION]...\n"
          "       mnist-tui --import=DIR --output=DIR [OPTION]...\n"
          "Trains a small convolutional network on MNIST while you watch and steer it.\n",
          file);
    for (int i = 0; options_row(i) != NULL; i++) {
        const struct row *row = options_row(i);
        char form[48], letter[8] = "    ";
        const char *argument = row->argument != NULL ? row->argument : "";
        if (row->name == NULL) {
            fprintf(file, "\n%s\n", row->help);
            continue;
        }
        if (row->letter != 0)
            snprintf(letter, sizeof letter, "-%c, ", row->letter);
        snprintf(form, sizeof form, "--%s%s%s%s", row->name, options_row_optional(row) ? "[" : "",
                 *argument != '\0' ? "=" : "", argument + options_row_optional(row));
        fprintf(file, "  %s%-22s %s\n", letter, form, row->help);
    }
    fputs("\nKeys: ? lists them while the program runs. The manual: man mnist-tui.\n", file);
}

const char *options_row_key(const struct row *row)
{
    return row->setting != NULL ? row->setting : row->name;
}

const struct setting *options_row_setting(const struct row *row)
{
    return settings_at(settings_find(options_row_key(row)));
}

static words_function *words_of(const struct row *row)
{
    return row->words == NULL && row->kind == SETTING ? setting_words(options_row_setting(row))
                                                      : row->words;
}

static enum option_argument argument_of(const struct row *row)
{
    return row->argument == NULL             ? ARGUMENT_NONE
           : row->completes != ARGUMENT_NONE ? row->completes
           : words_of(row) != NULL           ? ARGUMENT_WORDS
           : row->kind == PATH               ? ARGUMENT_FILE
                                             : ARGUMENT_TEXT;
}

bool options_form(int i, struct option_form *form)
{
    const struct row *row = options_row(0);

    for (int r = 1; row != NULL && (row->name == NULL || i-- > 0); r++)
        row = options_row(r);
    if (row == NULL)
        return false;
    *form = (struct option_form){
        .letter = row->letter,
        .name = row->name,
        .help = row->help,
        .metavariable = row->argument,
        .argument = argument_of(row),
        .optional = options_row_optional(row),
        .words = words_of(row),
        .repeats = row->repeats,
        .rest = row->rest,
    };
    return true;
}
