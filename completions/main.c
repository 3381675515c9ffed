/*
 * main.c -- completions bash|zsh|fish: prints the completions of that shell.
 */
#include "completions.h"

#include "data/known.h"
#include "nn/shelf.h"

#include <stdlib.h>
#include <string.h>

/* Of the machine that the program is built for. */
static const char *kernels_word(int i)
{
    static const char *const words[] = {
        "auto", "baseline",
#ifdef HAVE_KERNELS_AVX2
        "avx2",
#endif
#ifdef HAVE_KERNELS_AVX512
        "avx512",
#endif
        NULL};

    return words[i];
}

bool completions_choice(const struct option_form *form, int i, struct choice *choice)
{
    const bool data = form->argument == ARGUMENT_DATA, network = form->argument == ARGUMENT_NETWORK;

    *choice = (struct choice){0};
    if (form->argument == ARGUMENT_WORDS)
        choice->word = form->words(i);
    else if (form->argument == ARGUMENT_KERNELS)
        choice->word = kernels_word(i);
    else if ((data || network) && i == 0)
        *choice = (struct choice){"list", "print all, with what they are"};
    else if (data)
        *choice = (struct choice){known_name(i - 1), known_purpose(i - 1)};
    else if (network)
        *choice = (struct choice){shelf_name(i - 1), shelf_purpose(i - 1)};
    return choice->word != NULL;
}

const char *completions_suffixes(enum option_argument argument)
{
    return argument == ARGUMENT_CHECKPOINT ? "safetensors"
           : argument == ARGUMENT_NETWORK  ? "net"
           : argument == ARGUMENT_PICTURE  ? "png pgm ppm pbm"
                                           : NULL;
}

int main(int argc, char *argv[])
{
    static const struct {
        const char *shell;
        void (*write)(void);
    } shells[] = {{"bash", bash_write}, {"zsh", zsh_write}, {"fish", fish_write}};
    const char *shell = argc == 2 ? argv[1] : "";

    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        if (strcmp(shells[i].shell, shell) == 0) {
            shells[i].write();
            return fflush(stdout) != 0 || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
        }
    fputs("usage: completions bash|zsh|fish\n", stderr);
    return EXIT_FAILURE;
}
