/*
 * fish.c -- completions for fish: a call of `complete` for each option.
 */
#include "completions.h"

#include <stdbool.h>

static void write_escaped(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
}

/* -a and what gives the candidates: words with what they stand for, and a command that lists
 * files. All are one word, in single quotes. */
static void write_candidates(const struct option_form *form)
{
    const char *suffixes = completions_suffixes(form->argument);
    const bool files = suffixes != NULL || form->argument == ARGUMENT_DATA ||
                       form->argument == ARGUMENT_DIRECTORY;
    struct choice choice;
    int count = 0;

    while (completions_choice(form, count, &choice)) {
        printf("%s%s", count++ == 0 ? " -a '" : " ", choice.word);
        if (choice.purpose != NULL) {
            fputs("\\t\"", stdout);
            write_escaped(choice.purpose);
            putchar('"');
        }
    }
    if (files)
        printf("%s(__mnist_tui_files %s)", count == 0 ? " -a '" : " ",
               suffixes != NULL ? suffixes : "");
    fputs(count > 0 || files ? "'" : "", stdout);
}

static void write_option(const struct option_form *form)
{
    fputs("complete -c mnist-tui", stdout);
    if (form->letter != 0)
        printf(" -s %c", form->letter);
    printf(" -l %s", form->name);
    if (form->argument == ARGUMENT_FILE)
        fputs(" -r -F", stdout);
    else if (form->argument != ARGUMENT_NONE)
        fputs(form->optional ? " -f" : " -x", stdout);
    write_candidates(form);
    fputs(" -d '", stdout);
    write_escaped(form->help);
    fputs("'\n", stdout);
}

void fish_write(void)
{
    struct option_form form;

    fputs("# mnist-tui's completions for fish; made from the program's table of options.\n\n"
          "# The directories, and the files with one of these suffixes, that begin as the word.\n"
          "function __mnist_tui_files\n"
          "    set -l word (commandline -ct | string replace -r -- '^-[^=]*=' '')\n"
          "    for path in (complete -C \"__mnist_tui_any $word\" | string replace -r -- '\\t.*' '')\n"
          "        set -l suffix (string replace -r -- '.*\\.' '' $path)\n"
          "        if string match -q -- '*/' $path; or contains -- $suffix $argv\n"
          "            echo $path\n"
          "        end\n"
          "    end\n"
          "end\n\n"
          "# Whether the option is given.\n"
          "function __mnist_tui_given\n"
          "    string match -q -r -- \"^--$argv[1](=.*)?\\$\" (commandline -opc)\n"
          "end\n\n"
          "complete -c mnist-tui -f\n",
          stdout);
    for (int i = 0; options_form(i, &form); i++) {
        write_option(&form);
        if (form.rest == ARGUMENT_NONE)
            continue;
        const struct option_form rest = {.argument = form.rest};
        printf("complete -c mnist-tui -n '__mnist_tui_given %s'", form.name);
        write_candidates(&rest);
        putchar('\n');
    }
}
