# pane.sh -- is sourced by the scripts that run the dashboard in a real terminal emulator, tmux: a
# data set, the terminal with the program in it, and the check that the terminal was restored.

. "$(dirname "$0")/lib.sh"
if [ -z "${TMUX_PROGRAM-}" ]; then
    echo "1..0 # SKIP no tmux"
    exit 0
fi
ulimit -c 0
unset TMUX COLUMNS LINES || :
end_terminals_at_exit

data=$scratch/small
make_data "$data" 640 160 # 40 batches of 16 an epoch
many='-e 100000 -b 16'

# ---- the program in a terminal ----

# The terminal runs the shell's commands $before, then the program, with $environment (of env) and
# $arguments, and records the terminal's modes before and after it. Then the screen stays readable.
# Traps shield the shell from the keys' signals; the program gets them as usual.
cat >"$scratch/pane" <<'PANE'
trap : INT QUIT
eval "$before"
TERM=screen-256color
export TERM
stty -g >"$scratch/modes.before"
eval "sh -c 'echo \$\$ >\"\$scratch/pid\"; exec env \"\$@\"' sh $environment" \
    '"$PROGRAM" -d "$data"' "$arguments"
status=$?
while kill -0 %1; do # with job control: stopped
    echo "IT IS STOPPED"
    sleep 0.1
    wait %1
    status=$?
done 2>/dev/null
echo "$status" >"$scratch/status"
stty -g >"$scratch/modes.after"
echo "THE END"
trap - INT QUIT
exec cat
PANE

before=:

# start WIDTH HEIGHT ARGUMENTS [ENVIRONMENT]: a new terminal that runs the program on $data.
start() {
    arguments=$3
    environment=${4-}
    export PROGRAM data scratch arguments environment before
    rm -f "$scratch/status" "$scratch/pid" "$scratch/modes.after"
    terminal "$1" "$2" "sh '$scratch/pane'"
}

# left STATUS: waits for the program's end, with this exit status.
left() {
    eventually [ -s "$scratch/status" ]
    status=$(cat "$scratch/status" 2>/dev/null)
    [ "$status" = "$1" ] && return 0
    echo "exit status '$status', expected $1; the screen:"
    look
    cat "$scratch/screen"
    return 1
}

# restored: the terminal is as it was before: modes, cursor, screen.
restored() {
    see 'THE END' || return 1
    cmp "$scratch/modes.before" "$scratch/modes.after" || return 1
    flags=$(tmux display-message -p -t main '#{alternate_on} #{cursor_flag} #{keypad_flag}')
    [ "$flags" = '0 1 0' ] || { echo "alternate screen, cursor, keypad: $flags"; return 1; }
}

# moment: the epoch and the batch in the header, as one number that grows. The batch is there while
# the run is paused, and in wide terminals.
moment() {
    set -- $(sed -nE 's/.* epoch ([0-9]+)\/[0-9]+( +batch ([0-9]+))?.*/\1 \3/p' "$scratch/screen")
    [ $# -ge 1 ] && echo $(($1 * 100000 + ${2-0}))
}

# goes_on: training advances, now and again later, and is not paused.
goes_on() {
    eventually moment && from=$(moment) && eventually later "$from" && from=$(moment) &&
        eventually later "$from" && see_no PAUSED
}

# later MOMENT: the run is past this moment.
later() {
    to=$(moment) && [ "$to" -gt "$1" ]
}

# trained RUN [ARGUMENTS]: starts a run with a directory and waits until it has advanced.
trained() {
    directory=$scratch/$1
    export directory
    start 80 24 "$many -o \"\$directory\" ${2-}" && see 'epoch ([2-9]|[1-9][0-9])'
}

# gone: waits for the process's end without reading the terminal, which may hang.
gone() {
    for try in $(seq 2400); do
        dead 2>/dev/null && return 0
        sleep 0.05
    done
    echo "it had to be killed"
    ! kill -KILL "$(cat "$scratch/pid")"
}

# Whether its parent has collected its status or not.
dead() {
    ! kill -0 "$(cat "$scratch/pid")" || grep -q '^State:.*Z' "/proc/$(cat "$scratch/pid")/status"
}

# valid_checkpoint: the run in $directory was stopped, and its checkpoint is valid.
valid_checkpoint() {
    run 0 -d "$data" --eval="$directory/last.safetensors" &&
        says "$directory/metrics.jsonl" '^\{"event":"end","reason":"stopped",'
}
