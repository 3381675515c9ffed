#include "actions/import.h"

#include "data/import.h"

#include <stdio.h>
#include <string.h>

enum { NAMES_SHOWN = 8, NAME_SIZE = 512 /* as it is shown */ };

/* Characters that a shell leaves alone. */
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+"

/* Shows the first classes: ": cross, ring". */
static void print_names(const char *names)
{
    char shown[NAME_SIZE], name[NAME_SIZE];

    for (int i = 0; *names != '\0'; i++) {
        const int length = (int)strcspn(names, "\n");
        if (i == NAMES_SHOWN) {
            printf(", ...");
            break;
        }
        snprintf(name, sizeof name, "%.*s", length, names);
        error_escape(shown, sizeof shown, name);
        printf("%s%s", i == 0 ? ": " : ", ", shown);
        names += length + 1;
    }
    putchar('\n');
}

static void print_imported(const struct import *import, const struct imported *imported)
{
    char to[FILENAME_MAX];

    printf("%d classes", imported->classes);
    print_names(imported->names);
    printf("%d images to train on, %d to test on, %dx%d\n", imported->images[0],
           imported->images[1], import->rows, import->columns);
    if (imported->untested > 0)
        printf("%d %s one picture, which is trained on and not tested\n", imported->untested,
               imported->untested == 1 ? "class has" : "classes have");
    error_escape(to, sizeof to, import->to);
    /* A path with other characters may need quotes in a shell. */
    const char *quote = to[strspn(to, PLAIN)] == '\0' ? "" : "'";
    printf("Train on them: mnist-tui --data=%s%s%s\n", quote, to, quote);
}

bool import_print(const struct options *options, struct error *error)
{
    const struct import import = {
        .from = options->import,
        .to = options->output,
        .rows = options->image_rows,
        .columns = options->image_columns,
        .test_share = options->test_share,
        .seed = options->settings.seed,
        .force = options->force,
    };
    struct imported imported;

    if (!import_pictures(&import, &imported, error))
        return false;
    print_imported(&import, &imported);
    imported_fini(&imported);
    return true;
}
