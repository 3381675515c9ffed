#!/bin/sh
# terminal.sh -- tests the program with a terminal or pipe that nobody reads, with a terminal that
# belongs to another job, that claims an impossible size, or with two terminals; with time in which
# it is stopped; and with terminals that tell their background, or do not. "row NN" is row NN of the
# table of faults. With FAULTS_SAMPLES=all the program is told to end a hundred times in each state,
# and must have ended within two seconds each time.

. "$(dirname "$0")/pane.sh"
all=
[ "${FAULTS_SAMPLES-}" != all ] || all=yes
times=1
[ -z "$all" ] || times=100

milliseconds() {
    date +%s%3N
}

signal() {
    kill "-$1" "$(cat "$scratch/pid")"
}

# is_gone: waits for the end of the process that was told to end, and keeps the longest time.
is_gone() {
    from=$(milliseconds)
    gone || return 1
    took=$(($(milliseconds) - from))
    [ "$took" -le "$slowest" ] || slowest=$took
}

# in_time TIMES: make check does not look at the clock.
in_time() {
    figure "$1 times, gone within $slowest ms"
    [ -z "$all" ] || [ "$slowest" -le 2000 ]
}

# ---- nobody reads the terminal ----

launch() {
    rm -rf "$scratch/run"
    directory=$scratch/run
    export directory
    start 80 24 "$1 -b 16 -o \"\$directory\"" && see "$2"
}

training() {
    launch '-e 100000' 'TRAIN'
}

# A lot is drawn, so that the terminal's buffer is full soon.
redrawing() {
    training && tmux send-keys -t main -N 2000 C-l
}

paused() {
    launch '-e 100000 --paused' PAUSED
}

helping() {
    training && keys '?' && see 'Keys [0-9]'
}

drawing() {
    training && keys 6 && see 'pen up' && keys Enter && see 'pen down'
}

asking() {
    training && keys q && see 'Quit\?'
}

finished() {
    launch '-e 1' FINISHED
}

# The run directory is gone.
failed() {
    training || return 1
    until rm -rf "$directory"; do :; done 2>/dev/null
    see FAILED
}

# given_back: as restored, except for the screen's text, which unread keys may have changed.
given_back() {
    eventually cmp "$scratch/modes.before" "$scratch/modes.after" && eventually flags_are '0 1 0'
}

# flags_are 'ALTERNATE CURSOR KEYPAD'
flags_are() {
    [ "$(tmux display-message -p -t main '#{alternate_on} #{cursor_flag} #{keypad_flag}')" = "$1" ]
}

# told_unread SIGNAL STATUS STATE TIMES: tells it to end once, at some moment after the terminal
# hangs.
told_unread() {
    slowest=0
    for round in $(seq "$4"); do
        "$3" || return 1
        server=$(tmux display-message -p '#{pid}')
        kill -STOP "$server" && sleep "0.$((round * 37 % 90 + 10))" && signal "$1"
        is_gone
        ended=$?
        kill -CONT "$server"
        [ "$ended" -eq 0 ] && left "$2" && given_back || { echo "the $round. time"; return 1; }
        [ "$3" = failed ] || run 0 -d "$data" --eval="$directory/last.safetensors" || return 1
    done
    in_time "$4"
}

for state in training redrawing paused helping drawing asking finished failed; do
    check "row 93: one SIGTERM while nobody reads the terminal, $state: saved and gone" \
        told_unread TERM 143 $state $times
done
check "row 93: one SIGHUP while nobody reads the terminal: saved and gone" \
    told_unread HUP 129 redrawing $times

# Keys work as soon as the terminal is read again, even if it was full for long.
reads_again() {
    redrawing || return 1
    server=$(tmux display-message -p '#{pid}')
    kill -STOP "$server" && sleep 2 && kill -CONT "$server" && keys Escape '?' && see 'Keys [0-9]' &&
        keys Escape && see_no 'Keys [0-9]' && goes_on
}

check "row 93: a terminal that is read again shows the present moment" reads_again

# ---- nobody reads the pipe ----

# A full pipe whose reader does not read. The argument is the room left in it, 0 to 999 bytes.
fill_pipe() {
    rm -f "$scratch/pipe"
    mkfifo "$scratch/pipe" && sleep 1000 <>"$scratch/pipe" &
    reader=$!
    until [ -p "$scratch/pipe" ]; do sleep 0.01; done
    dd if=/dev/zero of="$scratch/pipe" bs=1 count=1000000 oflag=nonblock 2>/dev/null <>"$scratch/pipe"
    [ "$1" -eq 0 ] || dd if="$scratch/pipe" of=/dev/null bs=4096 count="$1" iflag=fullblock 2>/dev/null
}

# told_full ROOM TIMES ARGUMENT...: told to end once, with stdout a pipe that has room for only so
# many pages of 4096 bytes.
told_full() {
    room=$1 rounds=$2
    shift 2
    slowest=0
    for round in $(seq "$rounds"); do
        fill_pipe "$room"
        rm -rf "$scratch/run"
        "$PROGRAM" --headless -d "$data" -b 16 "$@" >"$scratch/pipe" 2>"$scratch/err" &
        echo $! >"$scratch/pid"
        until_epoch 1 "$scratch/run" && sleep "0.$((round * 37 % 90 + 10))" && signal TERM && is_gone
        ended=$?
        wait "$(cat "$scratch/pid")"
        status=$?
        kill "$reader"
        wait "$reader" 2>/dev/null
        [ "$ended" -eq 0 ] && [ "$status" -eq 143 ] || { echo "exit status $status, the $round. time"; return 1; }
        directory=$scratch/run
        run 0 -d "$data" --eval="$directory/last.safetensors" || return 1
    done
    in_time "$rounds"
}

# told_reading ARGUMENT...: an action that only reads, and prints to the full pipe, ends by the
# signal's default action.
told_reading() {
    fill_pipe 0
    "$PROGRAM" "$@" >"$scratch/pipe" 2>"$scratch/err" &
    echo $! >"$scratch/pid"
    sleep 1
    signal TERM && gone
    ended=$?
    wait "$(cat "$scratch/pid")"
    status=$?
    kill "$reader"
    wait "$reader" 2>/dev/null
    [ "$ended" -eq 0 ] && [ "$status" -eq 143 ]
}

# The shim exists only in builds without a sanitizer.
if [ -n "${FAULT_SHIM-}" ]; then
    check "row 94: one SIGTERM, stdout a full pipe: saved and gone" \
        told_full 0 $times -e 100000 -o "$scratch/run"
    check "row 94: one SIGTERM, stdout a pipe that fills up: saved and gone" \
        told_full 1 $times -e 100000 -o "$scratch/run"
    check "row 94: one SIGTERM after the last epoch, stdout a full pipe: gone" \
        told_full 0 1 -e 1 -o "$scratch/run"
    run 0 -d "$data" -e 1 -o "$scratch/one" >/dev/null
    check "row 115: --eval ends at the first signal" \
        told_reading -d "$data" --eval="$scratch/one/last.safetensors"
    check "row 115: --report ends at the first signal" told_reading --report "$scratch/one"
    check "row 115: --stats ends at the first signal" told_reading -d "$data" --stats
else
    skip "rows 94 and 115: nobody reads the pipe" \
        "ThreadSanitizer holds a signal back until the call that it is to end has returned"
fi

# ---- jobs ----

# shell ARGUMENTS: the program as the job of a shell, with a run directory.
shell() {
    rm -rf "$scratch/job"
    arguments=$1
    export arguments PROGRAM data scratch
    cat >"$scratch/job.sh" <<'JOB'
echo $$ >"$scratch/pid"
eval "exec \"\$PROGRAM\" -d \"\$data\" -b 16 -o \"\$scratch/job\" $arguments"
JOB
    terminal 80 24 'env TERM=screen-256color PS1="READY " sh -i' && see READY &&
        keys 'sh "$scratch/job.sh"' Enter && see TRAIN
}

answers() {
    keys Escape && keys '?' && see 'Keys [0-9]' && keys Escape && see_no 'Keys [0-9]'
}

stopped() {
    grep -q '^State:.*T' "/proc/$(cat "$scratch/pid")/status"
}

# The shell's terminal works again, with the shell's modes. Enter would not do in the program's
# modes.
stop_and_clear() {
    signal STOP && eventually stopped && keys 'stty sane; clear; echo $((41 + 1))' C-j && see '^42'
}

row_95() {
    shell '-e 100000' && stop_and_clear && keys fg C-j && see '▶ TRAIN' && answers && goes_on &&
        keys p && see PAUSED && keys q y && see READY && eventually flags_are '0 1 0'
}

# New epochs show that it continues in the background.
epochs() {
    grep -c '"event":"epoch"' "$scratch/job/metrics.jsonl"
}

row_96() {
    shell '-e 100000' && stop_and_clear && keys 'bg; clear' C-j || return 1
    until_epoch $(($(epochs) + 3)) "$scratch/job" && keys 'echo $((52 + 1))' C-j && see '^53' &&
        unseen 'TRAIN|Loss|Space pause' && stty_is_sane && keys fg C-j && see '▶ TRAIN' && answers
}

# Its modes are those of a shell that reads lines.
stty_is_sane() {
    stty -a <"$(tmux display-message -p -t main '#{pane_tty}')" >"$scratch/modes" &&
        says "$scratch/modes" '(^| )icanon( |$)'
}

# Suspended by a key, too, and told to end while suspended.
row_96_suspended() {
    keys C-z && see READY && keys 'bg; clear' C-j || return 1
    until_epoch $(($(epochs) + 3)) "$scratch/job" && unseen 'TRAIN|Loss|Space pause' && signal TERM && gone &&
        keys 'echo $((62 + 1))' C-j && see '^63' && unseen 'TRAIN|Loss|Space pause' &&
        run 0 -d "$data" --eval="$scratch/job/last.safetensors"
}

row_97() {
    before='set -m'
    start 80 24 "$many" '--ignore-signal=TSTP' && see TRAIN && keys C-z && goes_on && answers
    ignored=$?
    before=:
    return $ignored
}

check "row 95: after SIGSTOP and fg the program has its modes, keys work, and the terminal is restored at the end" \
    row_95
check "row 96: after SIGSTOP and bg training continues, and nothing is drawn until fg" row_96
check "row 96: so after Ctrl-Z and bg, and SIGTERM ends the program" row_96_suspended
if env --ignore-signal=TSTP true 2>/dev/null; then
    check "row 97: SIGTSTP that the parent ignores stays ignored" row_97
else
    skip "row 97: SIGTSTP ignored by the parent" "this env ignores no signals"
fi

# ---- time ----

# counted RUN: the milliseconds of all epochs that have ended.
counted() {
    sed -n 's/^{"event":"epoch",.*"seconds":\([^,]*\),.*/\1/p' "$1/metrics.jsonl" |
        awk '{ sum += $1 } END { printf "%d\n", 1000 * sum }'
}

# stop_for_three_seconds: stops it for at least that long; leaves the time in $asleep.
stop_for_three_seconds() {
    "$@" && eventually stopped || return 1
    asleep=$(milliseconds)
    sleep 3
    asleep=$(($(milliseconds) - asleep))
}

# The epochs take at most the time of the whole run without the time in which it was stopped.
awake() {
    took=$(($(milliseconds) - began))
    sum=$(counted "$1")
    figure "$sum ms counted in a run of $took ms that was stopped for $asleep ms"
    [ "$sum" -le $((took - asleep)) ]
}

row_98_headless() {
    rm -rf "$scratch/job"
    began=$(milliseconds)
    "$PROGRAM" --headless -d "$data" -b 16 -e 100000 -o "$scratch/job" >"$scratch/out" 2>"$scratch/err" &
    echo $! >"$scratch/pid"
    until_epoch 2 "$scratch/job" && stop_for_three_seconds signal STOP && signal CONT &&
        until_epoch $(($(epochs) + 2)) "$scratch/job" && awake "$scratch/job"
    slept=$?
    signal TERM
    wait "$(cat "$scratch/pid")"
    return $slept
}

row_98_suspended() {
    began=$(milliseconds)
    shell '-e 100000' && until_epoch 2 "$scratch/job" && stop_for_three_seconds keys C-z && keys fg C-j &&
        until_epoch $(($(epochs) + 2)) "$scratch/job" && awake "$scratch/job"
}

check "row 98: no seconds include the time after SIGSTOP" row_98_headless
check "row 98: no seconds include suspended time" row_98_suspended

# ---- sizes, and two terminals ----

# resized COLUMNS ROWS: the size that the terminal reports, not its real one.
resized() {
    stty cols "$1" rows "$2" <"$(tmux display-message -p -t main '#{pane_tty}')"
}

row_99() {
    start 80 24 "$many" && see TRAIN || return 1
    for size in '65535 65535' '32768 1' '1 32768' '40000 50' '65535 24'; do
        resized ${size% *} ${size#* } && sleep 0.5 || return 1
    done
    resized 80 24 && answers && goes_on && keys q y && left 0 && restored
}

row_99_start() {
    before='stty cols 65535 rows 65535'
    start 80 24 "$many" && eventually [ -s "$scratch/pid" ] && sleep 1 && before=: && resized 80 24 && answers &&
        goes_on && keys q y && left 0
    started=$?
    before=:
    return $started
}

# With memory for only a small part of such a canvas.
row_99_memory() {
    start 80 24 "$many -j 1" && see TRAIN &&
        limit=$(sed -n 's/^VmPeak:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(cat "$scratch/pid")/status") || return 1
    before="ulimit -v $((limit + 30000))"
    start 80 24 "$many -j 1" && see TRAIN && resized 65535 65535 && sleep 1 && resized 80 24 && answers &&
        goes_on && keys q y && left 0
    went=$?
    before=:
    return $went
}

check "row 99: a terminal that claims more than 32767 columns does no harm" row_99
check "row 99: so if it claims that from the start" row_99_start
if [ -n "${FAULT_SHIM-}" ] && [ -r /proc/self/status ]; then
    check "row 99: a terminal too large for the memory does no harm" row_99_memory
fi

# The other terminal is a second window's; its modes must not change. The server keeps the
# environment of its start.
row_113() {
    arguments="$many -o '$scratch/never' <\"\$(cat '$scratch/other')\"" environment=
    export PROGRAM data scratch arguments environment before
    rm -f "$scratch/status" "$scratch/pid" "$scratch/modes.after"
    terminal 80 24 'exec cat' && other=$(tmux display-message -p -t main '#{pane_tty}') &&
        echo "$other" >"$scratch/other" && stty -g <"$other" >"$scratch/other.before" &&
        tmux new-window -t main: "sh '$scratch/pane'" && left 5 && see 'two terminals' &&
        absent "$scratch/never" && stty -g <"$other" >"$scratch/other.after" &&
        cmp "$scratch/other.before" "$scratch/other.after" && cmp "$scratch/modes.before" "$scratch/modes.after"
}

# The same terminal by another name is accepted.
row_113_same() {
    start 80 24 "$many </dev/tty" && see TRAIN && answers && keys q y && left 0 && restored
}

check "row 113: two terminals as stdin and stdout are refused with exit 5" row_113
check "row 113: one terminal by two names is accepted" row_113_same

# ---- the terminal's background ----

# themed NAME: the colour of the focused pane's border is the theme's.
themed() {
    [ "$1" = dark ] && color=39 || color=25
    tmux capture-pane -e -p -t main | grep -q "38;5;${color}m╭"
}

# asked COLOR ARGUMENTS: starts in a terminal that answers with this background; none: not at all.
asked() {
    [ "$1" = none ] || before="\"\$TMUX_PROGRAM\" set-option -w window-style bg=$1"
    start 80 24 "$many --paused $2"
    started=$?
    before=:
    [ $started -eq 0 ] && see PAUSED && clean
}

# clean: nothing of the question or the answer is on the screen.
clean() {
    see_no ']11|11;|rgb:|ffff' && goes_nowhere
}

# goes_nowhere: no key came from the answer: the overview is shown, and nothing was trained.
goes_nowhere() {
    see '^╭─ Loss.*╮╭─ [MS]' && see 'epoch 1/.*batch 0/40'
}

quits() {
    keys q y && left 0 && restored
}

# answers_with BACKGROUND: types the answer of a terminal.
answers_with() {
    keys -l "$(printf '\033]11;rgb:%s\033\\' "$1")"
}

dark_background() {
    asked '#101010' '' && eventually themed dark && quits
}

light_background() {
    asked '#fdf6e3' '' && eventually themed light && quits
}

no_background() {
    asked none '' && eventually themed dark && quits
}

given_theme() {
    asked '#ffffff' --theme=dark && eventually themed dark && asked none --theme=light &&
        eventually themed light && asked '#ffffff' --theme=mono &&
        ! tmux capture-pane -e -p -t main | grep -q '38;5;' && quits
}

# The answer turns up long after the question; it is no key, and the theme follows it.
late_background() {
    asked none '' && eventually themed dark && answers_with ffff/ffff/ffff && eventually themed light &&
        clean && answers_with 00/00/00 && eventually themed dark && clean && quits
}

# Keys around an answer count, and no byte of it does.
background_among_keys() {
    asked none '' && keys -l "b$(printf '\033]11;rgb:ffff/ffff/ffff\a')2" && eventually themed light &&
        see 'epoch 1/.*batch 1/40' && see '^╭─ Loss.{70,}╮$' && keys q y && left 0
}

# A key that was pressed before the question works at once: nothing else wakes a paused program.
keys_before_background() {
    rm -f "$scratch/go"
    before='until [ -e "$scratch/go" ]; do sleep 0.05; done'
    start 80 24 "$many --paused"
    before=:
    keys 2 && touch "$scratch/go" && see '^╭─ Loss.{70,}╮$' && eventually themed dark && quits
}

background_changes() {
    shell '-e 100000' && eventually themed dark && keys C-z && see READY &&
        tmux set-option -w -t main window-style bg=#ffffff && keys fg C-j && see TRAIN &&
        eventually themed light && signal TERM && gone
}

check "the theme suits a dark background" dark_background
check "the theme suits a light background" light_background
check "without an answer the theme is dark, and nothing is left over" no_background
check "--theme chooses the theme, whatever the background is" given_theme
check "an answer that comes late is not taken for keys" late_background
check "keys before and after an answer count" background_among_keys
check "keys from before the question work at once" keys_before_background
check "the background is asked for again after a stop" background_changes
done_testing
