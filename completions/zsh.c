/*
 * zsh.c -- completions for zsh, in the language of its function _arguments (see zshcompsys(1)).
 */
#include "completions.h"

#include <string.h>

static const char QUOTE[] = "'\\''"; /* ends the string, adds a quote, begins it again */

/* Writes a text within single quotes, with a backslash before each of the special characters. */
static void write_escaped(const char *text, const char *special)
{
    for (; *text != '\0'; text++) {
        if (strchr(special, *text) != NULL)
            putchar('\\');
        fputs(*text == '\'' ? QUOTE : (char[]){*text, '\0'}, stdout);
    }
}

static bool has_choices(const struct option_form *form)
{
    struct choice choice;

    return completions_choice(form, 0, &choice);
}

/* The name of the function that completes an option's argument. */
static void write_name(const struct option_form *form)
{
    fputs("_mnist-tui_", stdout);
    for (const char *letter = form->name; *letter != '\0'; letter++)
        putchar(*letter == '-' ? '_' : *letter);
}

/* Completes files with one of the suffixes, which have spaces between them. */
static void write_files(const char *suffixes)
{
    fputs("_files -g '*.(", stdout);
    for (; *suffixes != '\0'; suffixes++)
        putchar(*suffixes == ' ' ? '|' : *suffixes);
    fputs(")(-.)'", stdout);
}

/* What completes an argument that has no words. */
static void write_plain(enum option_argument argument)
{
    const char *suffixes = completions_suffixes(argument);

    if (suffixes != NULL)
        write_files(suffixes);
    else if (argument == ARGUMENT_DIRECTORY || argument == ARGUMENT_DATA)
        fputs("_files -/", stdout);
    else
        fputs("_files", stdout);
}

/* The function of an option whose argument is a word: the words with what they stand for, then
 * files where those are possible. */
static void write_function(const struct option_form *form)
{
    struct choice choice;

    write_name(form);
    fputs("()\n{\n    local -a words=(\n", stdout);
    for (int i = 0; completions_choice(form, i, &choice); i++) {
        fputs("        '", stdout);
        write_escaped(choice.word, ":\\");
        fputs(choice.purpose != NULL ? ":" : "", stdout);
        write_escaped(choice.purpose != NULL ? choice.purpose : "", "\\");
        fputs("'\n", stdout);
    }
    printf("    )\n    local found=1\n    _describe -t words %s words && found=0\n", form->name);
    if (form->argument == ARGUMENT_DATA || form->argument == ARGUMENT_NETWORK) {
        fputs("    ", stdout);
        write_plain(form->argument);
        fputs(" && found=0\n", stdout);
    }
    fputs("    return found\n}\n\n", stdout);
}

/* The end of an option's line: its help, and what completes its argument. */
static void write_spec(const struct option_form *form)
{
    const char *suffixes = completions_suffixes(form->argument);

    putchar('[');
    write_escaped(form->help, "[]\\");
    putchar(']');
    if (form->argument == ARGUMENT_NONE)
        return;
    printf("%s:%s:", form->optional ? ":" : "", form->name);
    if (has_choices(form))
        write_name(form);
    else if (suffixes != NULL)
        printf("_files -g \"*.%s(-.)\"", suffixes);
    else if (form->argument != ARGUMENT_TEXT)
        write_plain(form->argument);
}

static void write_option(const struct option_form *form)
{
    const char *equals = form->argument == ARGUMENT_NONE ? "" : form->optional ? "=-" : "=";

    fputs("        '", stdout);
    if (form->repeats)
        putchar('*');
    else if (form->letter != 0)
        printf("(-%c --%s)", form->letter, form->name);
    if (form->letter != 0)
        printf("'{-%c%s,--%s%s}'", form->letter, form->argument == ARGUMENT_NONE ? "" : "+",
               form->name, equals);
    else
        printf("--%s%s", form->name, equals);
    write_spec(form);
    fputs("' \\\n", stdout);
}

/* What completes arguments that are no options. */
static void write_rest(void)
{
    struct option_form form;

    fputs("_mnist-tui_rest()\n{\n", stdout);
    for (int i = 0; options_form(i, &form); i++)
        if (form.rest != ARGUMENT_NONE) {
            printf("    if (( ${words[(I)--%s(|=*)]} )); then\n        ", form.name);
            write_plain(form.rest);
            fputs("\n        return\n    fi\n", stdout);
        }
    fputs("    _message 'no more arguments'\n}\n\n", stdout);
}

void zsh_write(void)
{
    struct option_form form;

    fputs("#compdef mnist-tui\n"
          "# mnist-tui's completions for zsh; made from the program's table of options.\n\n",
          stdout);
    for (int i = 0; options_form(i, &form); i++)
        if (has_choices(&form))
            write_function(&form);
    write_rest();
    fputs("_mnist-tui()\n{\n    _arguments -s -S \\\n", stdout);
    for (int i = 0; options_form(i, &form); i++)
        write_option(&form);
    fputs("        '*:argument:_mnist-tui_rest'\n}\n\n_mnist-tui \"$@\"\n", stdout);
}
