/*
 * bash.c -- completions for bash 4 or newer, with or without the package bash-completion.
 *
 * Bash takes --option=word for three words, because '=' is one of COMP_WORDBREAKS; the script says
 * how it copes.
 */
#include "completions.h"

static const char BEGINNING[] =
    "# mnist-tui's completions for bash; made from the program's table of options.\n"
    "\n"
    "# Offers those of the words that begin as the present one.\n"
    "_mnist_tui_words()\n"
    "{\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$current\")\n"
    "}\n"
    "\n"
    "# Adds the files with one of these suffixes, and directories; if there are none, any file.\n"
    "_mnist_tui_files()\n"
    "{\n"
    "    local suffix\n"
    "    local -a found\n"
    "    mapfile -t found < <(compgen -d -- \"$current\"\n"
    "        for suffix; do compgen -f -X \"!*.$suffix\" -- \"$current\"; done)\n"
    "    COMPREPLY+=(\"${found[@]}\")\n"
    "    compopt -o filenames -o default\n"
    "}\n"
    "\n"
    "_mnist_tui()\n"
    "{\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local option= prefix= word\n"
    "    COMPREPLY=()\n"
    "\n"
    "    # --option=word is one word, or three if '=' separates words.\n"
    "    if [[ $current == = ]]; then\n"
    "        option=$previous current=\n"
    "    elif [[ $previous == = ]]; then\n"
    "        option=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    elif [[ $current == --*=* ]]; then\n"
    "        option=${current%%=*} prefix=${current%%=*}=\n"
    "        current=${current#*=}\n";

static const char ENDING[] =
    "    *) option= ;;\n"
    "    esac\n"
    "    if [[ -n $option ]]; then\n"
    "        COMPREPLY=(\"${COMPREPLY[@]/#/$prefix}\")\n"
    "        return\n"
    "    fi\n"
    "\n"
    "    if [[ $current == -* ]]; then\n"
    "        _mnist_tui_words \"$options\"\n"
    "        [[ ${COMPREPLY[*]} != *= ]] || compopt -o nospace\n"
    "        return\n"
    "    fi\n"
    "    # Arguments that are no options.\n"
    "    for word in \"${COMP_WORDS[@]}\"; do\n"
    "        case $word in\n";

static void write_names(const struct option_form *form)
{
    if (form->letter != 0)
        printf("-%c | ", form->letter);
    printf("--%s", form->name);
}

/* Options whose argument does not follow a space. */
static void write_optional(void)
{
    struct option_form form;

    fputs("    elif [[ $previous == -*", stdout);
    for (int i = 0; options_form(i, &form); i++)
        if (form.optional)
            printf(" && $previous != --%s", form.name);
    fputs(" ]]; then\n        option=$previous\n    fi\n\n", stdout);
}

/* What an argument that is one of the words, or a file, is completed with. */
static void write_argument(const struct option_form *form)
{
    const char *suffixes = completions_suffixes(form->argument), *space = "";
    struct choice choice;

    for (int i = 0; completions_choice(form, i, &choice); i++, space = " ")
        printf("%s%s", i == 0 ? "_mnist_tui_words '" : space, choice.word);
    fputs(*space != '\0' ? "'" : "", stdout);
    if (suffixes != NULL)
        printf("%s_mnist_tui_files %s", *space != '\0' ? "; " : "", suffixes);
    else if (form->argument == ARGUMENT_DATA)
        fputs("; compopt -o plusdirs", stdout);
    else if (form->argument == ARGUMENT_DIRECTORY)
        fputs("compopt -o dirnames", stdout);
    else if (form->argument == ARGUMENT_FILE)
        fputs("compopt -o default", stdout);
    else if (*space == '\0')
        fputs(":", stdout);
}

static void write_cases(void)
{
    struct option_form form;

    fputs("    case $option in\n", stdout);
    for (int i = 0; options_form(i, &form); i++) {
        if (form.argument == ARGUMENT_NONE)
            continue;
        fputs("    ", stdout);
        write_names(&form);
        fputs(")\n        ", stdout);
        write_argument(&form);
        fputs("\n        ;;\n", stdout);
    }
}

static void write_options(void)
{
    struct option_form form;

    fputs("    local options='", stdout);
    for (int i = 0; options_form(i, &form); i++) {
        if (form.letter != 0)
            printf("-%c ", form.letter);
        if (form.argument == ARGUMENT_NONE || form.optional)
            printf("--%s ", form.name);
        if (form.argument != ARGUMENT_NONE)
            printf("--%s= ", form.name);
    }
    fputs("'\n\n", stdout);
}

static void write_rest(void)
{
    struct option_form form;

    for (int i = 0; options_form(i, &form); i++) {
        if (form.rest == ARGUMENT_NONE)
            continue;
        const struct option_form rest = {.argument = form.rest};
        printf("        --%s | --%s=*)\n            ", form.name, form.name);
        write_argument(&rest);
        fputs("\n            return\n            ;;\n", stdout);
    }
    fputs("        esac\n    done\n    _mnist_tui_words \"$options\"\n"
          "    [[ ${COMPREPLY[*]} != *= ]] || compopt -o nospace\n}\n\n"
          "complete -F _mnist_tui mnist-tui\n",
          stdout);
}

void bash_write(void)
{
    fputs(BEGINNING, stdout);
    write_optional();
    write_options();
    write_cases();
    fputs(ENDING, stdout);
    write_rest();
}
