# lib.sh -- what every test script sources: TAP, scratch files and running the program.
#
# A script is a list of calls of `check NAME COMMAND...`, ended by `done_testing`. make check sets
# SRCDIR, BUILDDIR, PROGRAM (the mnist-tui to test), TMUX_PROGRAM and MANDOC.

set -u
# A background shell makes its children ignore SIGINT and SIGQUIT, and no shell can undo that.
if [ -z "${SIGNALS_DEFAULT-}" ] && env --default-signal=INT,QUIT true 2>/dev/null; then
    SIGNALS_DEFAULT=yes
    export SIGNALS_DEFAULT
    exec env --default-signal=INT,QUIT sh "$0" "$@"
fi
LC_ALL=C.UTF-8
export LC_ALL
unset MNIST_TUI_DATA NO_COLOR || :
: "${SRCDIR:=$(cd "$(dirname "$0")/.." && pwd)}" "${BUILDDIR:=$SRCDIR}" "${PROGRAM:=$BUILDDIR/mnist-tui}"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/mnist-tui-check-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
tests_run=0

# check NAME COMMAND...: one test, which passes if the command succeeds. If it fails, the command's
# output is shown as TAP comments.
check() {
    check_name=$1
    shift
    tests_run=$((tests_run + 1))
    if "$@" >"$scratch/check.out" 2>&1; then
        echo "ok $tests_run - $check_name"
    else
        echo "not ok $tests_run - $check_name"
        sed 's/^/# /' "$scratch/check.out"
    fi
    [ ! -e "$scratch/figures" ] || sed 's/^/# /' "$scratch/figures"
    rm -f "$scratch/figures"
}

# figure TEXT...: shows a measurement, whether the test passes or not.
figure() {
    echo "$*" >>"$scratch/figures"
}

# skip NAME REASON
skip() {
    tests_run=$((tests_run + 1))
    echo "ok $tests_run - $1 # SKIP $2"
}

done_testing() {
    echo "1..$tests_run"
}

# run EXPECTED-STATUS ARGUMENT...: runs the program headless without input. Its output goes to
# $scratch/out and $scratch/err. Another exit status is reported and fails.
run() {
    expected=$1
    shift
    "$PROGRAM" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
    status=$?
    [ "$status" -eq "$expected" ] && return 0
    echo "mnist-tui $*: exit status $status, expected $expected"
    cat "$scratch/out" "$scratch/err"
    return 1
}

# says FILE PATTERN: the file has a line that matches the extended regular expression.
says() {
    grep -Eq -- "$2" "$1" && return 0
    echo "$1 does not say '$2':"
    cat "$1"
    return 1
}

# one_line FILE
one_line() {
    [ "$(wc -l <"$1")" -eq 1 ] && return 0
    echo "expected one line, got:"
    cat "$1"
    return 1
}

# absent FILE
absent() {
    [ ! -e "$1" ] || { echo "$1 exists"; ls -la "$1"; return 1; }
}

# refuses STATUS PATTERN ARGUMENT...: the program prints one line on stderr that matches, prints
# nothing on stdout and creates no run directory.
refuses() {
    wanted=$1
    pattern=$2
    shift 2
    run "$wanted" "$@" && says "$scratch/err" "^mnist-tui: .*$pattern" && one_line "$scratch/err" &&
        absent "$scratch/never" || return 1
    [ ! -s "$scratch/out" ] || { echo "stdout of $*:"; cat "$scratch/out"; return 1; }
}

# ---- runs ----

# plain DIRECTORY: the metrics without the fields that depend on processes and clocks.
plain() {
    grep -Ev '^\{"event":"(start|resume|end)"' "$1/metrics.jsonl" |
        sed 's/"seconds":[^,]*,//; s/"images_per_second":[^,]*,//; s/,*"time":"[^"]*"//'
}

# same_run DIRECTORY: its checkpoints, byte for byte, and its metrics equal those of the
# uninterrupted run in $scratch/reference. The plain metrics of that run are in
# $scratch/reference.plain.
same_run() {
    for file in last.safetensors best.safetensors; do
        cmp "$scratch/reference/$file" "$1/$file" || return 1
    done
    plain "$1" >"$scratch/plain"
    diff "$scratch/reference.plain" "$scratch/plain" || return 1
    [ -z "$(find "$1" -name '*.tmp')" ]
}

# numbers COUNT: the numbers from 1 to COUNT to try: FAULTS_SAMPLES of them (6), evenly spread, or
# all.
numbers() {
    awk -v count="$1" -v samples="${FAULTS_SAMPLES-6}" 'BEGIN {
        if (samples == "all" || samples + 0 > count)
            samples = count
        for (i = 0; i < samples; i++)
            print (samples > 1 ? 1 + int(i * (count - 1) / (samples - 1) + 0.5) : 1)
    }'
}

# used PID: the peak memory of a run in kilobytes, and its number of open files. The current memory
# would not do, as systems take idle pages away. Of several counts of files the smallest is taken,
# as a save has one file open.
used() {
    sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"
    for look in 1 2 3 4 5 6 7 8 9; do
        ls "/proc/$1/fd" | wc -l
        sleep 0.02
    done | sort -n | head -n 1
}

# until_epoch N RUN: waits until the epoch has ended, or gives up. $ended is the number of completed
# epochs.
until_epoch() {
    for try in $(seq 6000); do
        ended=$(grep -cs '^{"event":"epoch"' "$2/metrics.jsonl")
        [ "${ended:-0}" -lt "$1" ] || return 0
        sleep 0.05
    done
    echo "epoch $1 has not come"
    return 1
}

# stays_flat PID RUN: 100 epochs (500 if FAULTS_SAMPLES is all) stand for a day: the second half
# needs no more memory and descriptors than the first. On a fast machine more epochs may have ended
# at the first look; then the second half is as long as that.
stays_flat() {
    half=${3-50}
    [ "${FAULTS_SAMPLES-}" != all ] || half=250
    until_epoch "$half" "$2" && half=$ended && used "$1" >"$scratch/used" &&
        until_epoch $((2 * half)) "$2" && used "$1" >>"$scratch/used" || return 1
    # shellcheck disable=SC2046 # four numbers
    set -- $(cat "$scratch/used")
    [ $# -eq 4 ] || return 1
    figure "epoch $half: $1 kB, $2 descriptors; epoch $ended: $3 kB, $4 descriptors"
    [ "$3" -le $(($1 + 256)) ] && [ "$4" -le "$2" ]
}

# ---- locales ----

# make_locale DIRECTORY: a locale in Latin-1 with a decimal comma; of the letters above ASCII it
# knows ß and ö. The sources of glibc's locales are a separate package; localedef takes these instead.
# Its exit status only says that most categories are missing.
make_locale() {
    {
        printf '%s\n' '<code_set_name> ISO-8859-1' '<escape_char> /' '<mb_cur_max> 1' CHARMAP \
            '<U0000>..<U007F> /x00'
        for code in $(seq 160 255); do
            printf '<U%04X> /x%02x\n' "$code" "$code"
        done
        echo 'END CHARMAP'
    } >"$scratch/charmap"
    cat >"$scratch/categories" <<'CATEGORIES'
LC_CTYPE
upper <U0041>..<U005A>
lower <U0061>..<U007A>;<U00DF>;<U00F6>
digit <U0030>..<U0039>
space <U0009>..<U000D>;<U0020>
cntrl <U0000>..<U001F>;<U007F>
punct <U0021>..<U002F>;<U003A>..<U0040>;<U005B>..<U0060>;<U007B>..<U007E>
END LC_CTYPE
LC_NUMERIC
decimal_point ","
thousands_sep ""
grouping -1
END LC_NUMERIC
CATEGORIES
    localedef -c -f "$scratch/charmap" -i "$scratch/categories" "$1" >/dev/null 2>&1
    [ -e "$1/LC_CTYPE" ]
}

# ---- small data sets, cut from the real one ----

# be32 NUMBER: its four bytes, big-endian.
be32() {
    printf '%b' "$(printf '\\0%03o\\0%03o\\0%03o\\0%03o' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) \
        $(($1 >> 8 & 255)) $(($1 & 255)))"
}

# make_split DIRECTORY PREFIX COUNT: the first COUNT images and labels of the real split.
make_split() {
    { printf '\0\0\010\003'; be32 "$3"; be32 28; be32 28
        gzip -dc "$SRCDIR/data/$2-images-idx3-ubyte.gz" 2>/dev/null | head -c $((16 + $3 * 784)) |
            tail -c +17; } | gzip -1 >"$1/$2-images-idx3-ubyte.gz"
    { printf '\0\0\010\001'; be32 "$3"
        gzip -dc "$SRCDIR/data/$2-labels-idx1-ubyte.gz" 2>/dev/null | head -c $((8 + $3)) |
            tail -c +9; } | gzip -1 >"$1/$2-labels-idx1-ubyte.gz"
}

# make_data DIRECTORY TRAIN TEST
make_data() {
    mkdir "$1" && make_split "$1" train "$2" && make_split "$1" t10k "$3"
}

# ---- a terminal: tmux, driven by keys and read as text ----

terminals=0
TMUX_TMPDIR=$scratch # for the sockets
export TMUX_TMPDIR

tmux() {
    command "$TMUX_PROGRAM" -L "check-$terminals" -f /dev/null -u "$@"
}

# end_terminals_at_exit: for scripts that open a terminal.
end_terminals_at_exit() {
    trap 'tmux kill-server 2>/dev/null; rm -rf "$scratch"' EXIT
}

# terminal WIDTH HEIGHT COMMAND: a new terminal that runs the command. It has a socket of its own,
# as the old server takes a moment to end.
terminal() {
    tmux kill-server 2>/dev/null
    terminals=$((terminals + 1))
    tmux new-session -d -s main -x "$1" -y "$2" -c "$scratch" "$3"
}

look() {
    tmux capture-pane -p -t main >"$scratch/screen" 2>/dev/null
}

# eventually COMMAND...: reads the screen until the command succeeds, for some minutes if the
# machine is slow. A terminal may show half a frame at any moment, so tests wait for all they
# expect.
eventually() {
    for try in $(seq 2400); do
        look
        "$@" >"$scratch/said" 2>&1 && return 0
        sleep 0.05
    done
    echo "waited in vain for: $*"
    cat "$scratch/said" "$scratch/screen"
    return 1
}

seen() {
    grep -Eq -- "$1" "$scratch/screen"
}

unseen() {
    ! seen "$1"
}

# see PATTERN: waits until a line of the screen matches.
see() {
    eventually seen "$1"
}

# see_no PATTERN: waits until no line matches.
see_no() {
    eventually unseen "$1"
}

keys() {
    tmux send-keys -t main "$@"
}
