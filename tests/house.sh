#!/bin/sh
# house.sh -- checks the structure of the sources: which directory may include which, where curses,
# zlib and libpng are used, what ends the process, and what headers, lines and files look like.

. "$(dirname "$0")/lib.sh"
cd "$SRCDIR" || exit 1

# nothing COMMAND...: passes when the command prints nothing.
nothing() {
    found=$("$@")
    [ -z "$found" ] && return 0
    echo "$found"
    return 1
}

# code FILE...: the files as FILE:LINE:TEXT without comments and without the contents of literals.
code() {
    awk '
    FNR == 1 { comment = 0 }
    {
        text = ""
        quote = ""
        for (i = 1; i <= length($0); i++) {
            c = substr($0, i, 1)
            two = substr($0, i, 2)
            if (comment) {
                if (two == "*/") { comment = 0; i++ }
            } else if (quote != "") {
                if (c == "\\") i++
                else if (c == quote) { quote = ""; text = text c }
            } else if (two == "/*") { comment = 1; i++; text = text " " }
            else if (two == "//") break
            else {
                if (c == "\"" || c == "\047") quote = c
                text = text c
            }
        }
        print FILENAME ":" FNR ":" text
    }' "$@"
}

# includes FILE...: FILE:NAME for each of the project's files that they include.
includes() {
    sed -n 's/^ *# *include *"\([^"]*\)".*/\1/p; t
            s/^ *# *include *\([A-Z_].*\)/a macro: \1/p' "$@"
}

# strangers NAMES FILE...: the files' includes other than NAMES, an extended regular expression.
strangers() {
    names=$1
    shift
    for file in "$@"; do
        includes "$file" | grep -Ev "^($names)\$" | sed "s|^|$file includes |"
    done
}

# only DIRECTORIES FILE...: the files include only what is in these directories.
only() {
    directories=$1
    shift
    nothing strangers "($directories)/[a-z0-9_/]+\.h" "$@"
}

# users HEADER: the files that include the system header, an extended regular expression.
users() {
    find src -name '*.[ch]' -exec grep -lE "^ *# *include *<($1)>" {} + | sort
}

used_in() {
    files=$(users "$1" | tr '\n' ' ')
    [ "$files" = "$2 " ] && return 0
    echo "expected $2 alone, got: $files"
    return 1
}

# Calls that end the process. An assert ends it too, but only after a mistake of our own.
calls_that_end() {
    ends='exit|_exit|_Exit|quick_exit|abort|perror|err|errx'
    find src -name '*.[ch]' ! -path src/main.c | sort | while read -r file; do
        code "$file" | grep -E "[^A-Za-z0-9_]($ends) *\("
    done | grep -Ev '^src/support/signals\.c:[0-9]+:.*[^A-Za-z0-9_]_exit *\('
}

# The opening comment names the file and says what it is.
headers_without_comment() {
    for file in src/*.h src/*/*.h src/*/*/*.h src/*/*/*.h; do
        sed -n 1p "$file" | grep -qx '/\*' &&
            sed -n 2p "$file" | grep -q "^ \* ${file##*/} -- ." || echo "$file"
    done
}

# The first and last lines of every header, without comments: the guard named after its path.
headers_without_guard() {
    for file in src/*.h src/*/*.h src/*/*/*.h src/*/*/*.h; do
        guard=$(echo "${file#src/}" | tr 'a-z/.' 'A-Z__')
        outline=$(code "$file" | sed 's/^[^:]*:[0-9]*://; /^ *$/d' | sed -n '1p; 2p; $p')
        [ "$outline" = "#ifndef $guard
#define $guard
#endif" ] || echo "$file: expected the guard $guard"
    done
}

# Columns, not bytes: lib.sh has set a UTF-8 locale.
long_lines() {
    tab=$(printf '\t')
    grep -nE "^.{101,}|$tab" src/*.[ch] src/*/*.[ch] src/*/*/*.[ch] src/*/*/*.[ch] tests/*.[ch] |
        cut -c 1-80
}

long_files() {
    for file in src/*.[ch] src/*/*.[ch] src/*/*/*.[ch] src/*/*/*.[ch]; do
        lines=$(wc -l <"$file")
        [ "$lines" -le 700 ] || echo "$file: $lines lines, expected at most 700"
    done
}

front_ends_apart() {
    nothing grep -nE '^ *# *include *"tui/' src/text/*.[ch] &&
        nothing grep -nE '^ *# *include *"text/' src/tui/*.[ch]
}

options_users() {
    grep -rlE '^ *# *include *"options\.h"' src | grep -vxE 'src/(options(_row|_settings)?\.[ch]|actions/setup\.h)'
}

# The rows of the table of faults.
table_rows() {
    sed -n 's/^| \([0-9][0-9]*\) | .* | .* |$/\1/p' tests/faults.md
}

# The rows in the names of tests; "rows 74 and 76" names both.
tested_rows() {
    {
        grep -hoE '"rows? [0-9][0-9/and -]*' tests/*.sh
        sed -n 's/^static void rows\{0,1\}_\([0-9_]*\).*/\1/p' tests/*.c
        sed -n 's/^check row_\([0-9]*\)_.*/\1/p' tests/*.sh
    } | grep -oE '[0-9]+' | sed 's/^0*//' | sort -u
}

rows_in_order() {
    table_rows >"$scratch/table"
    [ -s "$scratch/table" ] && seq "$(wc -l <"$scratch/table")" | diff - "$scratch/table"
}

rows_without_test() {
    tested_rows >"$scratch/rows"
    table_rows | grep -vxFf "$scratch/rows"
}

rows_unknown() {
    table_rows >"$scratch/table"
    tested_rows | grep -vxFf "$scratch/table"
}

check "the sources are where these rules expect them" test -f src/main.c -a -f src/support/error.h
check "support includes only support" only support src/support/*.[ch]
check "data includes support" only 'data|support' src/data/*.[ch]
check "nn includes support" only 'nn|support' src/nn/*.[ch] src/nn/*/*.[ch]
check "train includes nn, data and below" only 'train|nn|data|support' src/train/*.[ch]
check "text includes train and below" only 'text|train|nn|data|support' src/text/*.[ch]
check "tui includes train and below" only 'tui|train|nn|data|support' src/tui/*.[ch]
check "export includes train and below" only 'export|train|nn|data|support' src/export/*.[ch]
check "text and tui do not know each other" front_ends_apart
check "options include settings, recipes, the names of the views and support" nothing strangers \
    'options(_row|_settings)?\.h|(train/(grid|settings|recipe)|tui/layout|support/[a-z0-9_]+)\.h' src/options*.[ch]
check "only the actions include options.h" nothing options_users
check "main and actions include only actions and below" nothing strangers \
    'options\.h|(actions|tui|text|export|train|nn|data|support)/[a-z0-9_]+\.h' src/main.c src/actions/*.[ch]
check "only one file uses curses" used_in '(n?cursesw?/)?(n?curses|term)\.h' src/tui/term.c
check "only one file uses zlib" used_in 'zlib\.h' src/data/idx.c
check "only one file uses libpng" used_in '(libpng[0-9]*/)?png\.h' src/data/picture_png.c
check "nothing below main.c ends the process" nothing calls_that_end
check "every header opens with a comment that says what it is" nothing headers_without_comment
check "every header has an include guard named after its path" nothing headers_without_guard
check "no line is longer than 100 columns, none has a tab" nothing long_lines
check "no file in src is longer than 700 lines" nothing long_files
check "the rows of the table of faults are numbered one after the other" rows_in_order
check "every row of the table of faults has a test" nothing rows_without_test
check "no test is named after a row that the table does not have" nothing rows_unknown
done_testing
