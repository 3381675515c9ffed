#!/bin/sh
# manual.sh -- checks that the program's descriptions agree: --help, the manual page, the README and
# the tables of options, keys, exit statuses, layers and networks.

. "$(dirname "$0")/lib.sh"
man=$SRCDIR/man/mnist-tui.1
readme=$SRCDIR/README.md

# section TITLE: the lines of one section in the manual page's source.
section() {
    awk -v title="$1" '/^\.Sh / { inside = substr($0, 5) == title; next } inside' "$man"
}

# The options in --help, one spelling a line: -d, --data=DIR.
help_options() {
    "$PROGRAM" --help | awk '
        /^  -., --/ { print substr($1, 1, 2); print $2 }
        /^      --/ { print $1 }' | sort
}

# The options in the manual page, where .It Fl d , Fl -data Ns = Ns Ar DIR stands for -d, --data=DIR,
# and Ns Op = Ns Ar FORM for [=FORM].
manual_options() {
    section OPTIONS | awk '/^\.It Fl / { gsub(" , Fl ", "\n"); print substr($0, 8) }' |
        sed 's/ Ns = Ns Ar /=/; s/ Ns Op = Ns Ar \(.*\)/[=\1]/; s/^/-/' | sort
}

# The second string of each row of the tables of keys, the dashboard's and the panes': Space, p.
table_keys() {
    cat "$SRCDIR/src/tui/keys.c" "$SRCDIR/src/tui/plot_keys.c" "$SRCDIR/src/tui/list_keys.c" \
        "$SRCDIR"/src/tui/views/pane_*.c |
        awk '/(bindings|keys)\[\] = / { inside = 1; next } /^};/ { inside = 0 } inside' |
        tr '\n' ' ' | awk '{ gsub("{KEY_", "\n"); gsub("{{", "\n"); print }' |
        sed -n 's/^[^"]*"\([^"]*\)".*/\1/p' | sort -u
}

# The manual page's key tags, where .It Ic Space , Ic p stands for Space, p.
manual_keys() {
    section KEYS | sed -n 's/^\.It Ic //p' | sed 's/ , Ic /, /g; s/\\&//g' | sort -u
}

# same A B: both files have the same lines, and at least one.
same() {
    [ -s "$1" ] || { echo "$1 is empty"; return 1; }
    diff "$1" "$2"
}

help_options >"$scratch/help_options"
manual_options >"$scratch/manual_options"
table_keys >"$scratch/table_keys"
manual_keys >"$scratch/manual_keys"

has_sections() {
    for title in NAME SYNOPSIS DESCRIPTION OPTIONS KEYS FILES ENVIRONMENT 'EXIT STATUS' EXAMPLES \
        'SEE ALSO'; do
        grep -qx "\.Sh $title" "$man" || { echo "no section $title"; return 1; }
    done
}

# Every option that the page's text mentions.
known_flags() {
    sed -nE 's/^\.?(It )?.*Fl (-[a-z0-9-]+).*/-\2/p' "$man" | sort -u | while read -r flag; do
        grep -qE -- "^$flag(\[|=|\$)" "$scratch/help_options" || echo "unknown: $flag"
    done >"$scratch/unknown"
    cat "$scratch/unknown"
    [ ! -s "$scratch/unknown" ]
}

# The rendered section KEYS has every key of the table at the beginning of a line.
renders_keys() {
    "$MANDOC" -T ascii -O width=200 "$man" | sed "s/.$(printf '\b')//g" |
        awk '/^[A-Z]/ { inside = $0 == "KEYS"; next } inside' >"$scratch/rendered"
    while read -r names; do
        awk -v names="$names" '{ sub(/^ +/, "") } $0 == names { found = 1 }
            index($0, names " ") == 1 { found = 1 } END { exit !found }' "$scratch/rendered" ||
            { echo "no key $names in:"; cat "$scratch/rendered"; return 1; }
    done <"$scratch/table_keys"
}

lint() {
    "$MANDOC" -T lint -W warning "$man" >"$scratch/lint" 2>&1
    status=$?
    cat "$scratch/lint"
    [ "$status" -eq 0 ] && [ ! -s "$scratch/lint" ]
}

# The README may mark keys as code. A key is a word of its own there.
readme_has_keys() {
    tr -d '\140' <"$readme" | sed 's/<\/*kbd>//g; s/^/ /; s/$/ /' >"$scratch/readme"
    while read -r names; do
        awk -v names="$names" '
        {
            for (line = $0; (at = index(line, names)) > 0; line = substr(line, at + 1))
                if (substr(line, at - 1, length(names) + 2) !~ /^[A-Za-z0-9]|[A-Za-z0-9]$/) found = 1
        }
        END { exit !found }' "$scratch/readme" || { echo "no key $names"; missing=1; }
    done <"$scratch/table_keys"
    [ -z "${missing-}" ]
}

# The options in the README's commands.
readme_options() {
    grep -oE 'mnist-tui( +-[^ `]+( +[^- `][^ `]*)?)+' "$readme" | tr ' ' '\n' |
        sed -n 's/=.*//; /^-/p' | sort -u | while read -r option; do
        grep -qE -- "^$option(=|\$)" "$scratch/help_options" || echo "unknown: $option"
    done >"$scratch/unknown"
    cat "$scratch/unknown"
    [ ! -s "$scratch/unknown" ]
}

# ---- networks ----

# The README's section about networks.
readme_networks() {
    awk '/^## / { inside = $0 == "## Networks"; next } inside' "$readme"
}

# The names of the table of layers.
layer_names() {
    sed -n 's/^    \[LAYER_[A-Z0-9_]*\] = {"\([A-Za-z0-9]*\)",.*/\1/p' "$SRCDIR/src/nn/layers.c"
}

every_layer() {
    section NETWORKS >"$scratch/manual_networks"
    readme_networks >"$scratch/readme_networks"
    layer_names >"$scratch/layers"
    [ -s "$scratch/layers" ] || return 1
    while read -r name; do
        grep -qw "$name" "$scratch/manual_networks" && grep -qw "$name" "$scratch/readme_networks" ||
            { echo "no layer $name"; return 1; }
    done <"$scratch/layers"
}

# The README's table has the networks of --model=list, with their text and parameters.
readme_shelf() {
    readme_networks | sed -n 's/^| \([a-z0-9]*\) | `\(.*\)` | \([0-9,]*\) |.*/\1 \3 \2/p' >"$scratch/table"
    awk '{ print $1, $2 }' "$scratch/table" >"$scratch/said"
    "$PROGRAM" --model=list | awk '{ print $1, $2 }' >"$scratch/listed"
    same "$scratch/listed" "$scratch/said" || return 1
    while read -r name _ text; do
        "$PROGRAM" --summary=torch --model="$name" >"$scratch/named"
        "$PROGRAM" --summary=torch --model="$text" >"$scratch/written" 2>&1
        same "$scratch/named" "$scratch/written" || { echo "$name is another"; return 1; }
    done <"$scratch/table"
}

# The README's file my.net and the texts in its commands are networks.
readme_texts() {
    readme_networks | sed -n '/^The file/,/^[A-Z].*a text that is wrong/p' | grep '^    ' >"$scratch/my.net"
    cat "$scratch/my.net"
    "$PROGRAM" --summary --model="$scratch/my.net" || return 1
    sed -n "s/^    mnist-tui --model='\(.*\)'\$/\1/p" "$readme" >"$scratch/texts"
    [ -s "$scratch/texts" ] || return 1
    while read -r text; do
        "$PROGRAM" --summary --model="$text" || { echo "$text is wrong"; return 1; }
    done <"$scratch/texts"
}

# A command in the README that is refused has its message in the line after it; ... stands for the
# rest of that.
readme_mistakes() {
    awk "/^    [\$] mnist-tui --model='/ { print; getline; print }" "$readme" |
        sed 's/^ *//' >"$scratch/mistakes"
    [ -s "$scratch/mistakes" ] || return 1
    while read -r command && read -r message; do
        text=${command#*\'}
        got=$("$PROGRAM" --summary --model="${text%\'}" 2>&1) && { echo "$text works"; return 1; }
        case $got in
        "${message%...}"*) ;;
        *) printf '%s\n' "expected $message" "got $got"; return 1 ;;
        esac
    done <"$scratch/mistakes"
}

# The numbers of enum error_kind and of the manual page.
exit_statuses() {
    sed -nE 's/^ +ERROR_[A-Z]+ = ([0-9]+),.*/\1/p' "$SRCDIR/src/support/error.h" |
        sort >"$scratch/error_kinds"
    section 'EXIT STATUS' | sed -nE 's/^\.It ([0-9]+)$/\1/p' | sort >"$scratch/statuses"
    same "$scratch/error_kinds" "$scratch/statuses"
}

check "--help and the manual page have the same options" same "$scratch/help_options" \
    "$scratch/manual_options"
check "the manual page has its sections" has_sections
check "the manual page mentions only options of --help" known_flags
check "the manual page and the key table have the same keys, in the same order" same \
    "$scratch/table_keys" "$scratch/manual_keys"
check "the manual page has the exit statuses of error.h" exit_statuses
if [ -n "${MANDOC-}" ]; then
    check "the rendered manual page has every key" renders_keys
    check "mandoc accepts the manual page" lint
else
    skip "the rendered manual page has every key" "no mandoc"
    skip "mandoc accepts the manual page" "no mandoc"
fi
check "every key is in the README" readme_has_keys
check "the README's commands use only options of --help" readme_options
check "the manual page and the README name every kind of layer" every_layer
check "the README's table has the networks of --model=list, word for word" readme_shelf
check "the README's texts are networks" readme_texts
check "the README's wrong texts are refused with the sentences that it shows" readme_mistakes
done_testing
