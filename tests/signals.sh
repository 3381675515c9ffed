#!/bin/sh
# signals.sh -- tests that the program restores the terminal and ends by the signal that its parent
# expects, whatever signal ends it in whatever state, and that it ends when the terminal goes away.
# "row NN" is row NN of the table of faults. With FAULTS_SAMPLES=all every signal meets every state,
# and the terminal goes away a hundred times.

. "$(dirname "$0")/pane.sh"
all=
[ "${FAULTS_SAMPLES-}" != all ] || all=yes

# ---- states ----

size="80 24"

# launch OPTIONS [ENVIRONMENT]: a run in a new directory.
launch() {
    rm -rf "$scratch/run"
    directory=$scratch/run
    export directory
    start $size "$many -j 2 -o \"\$directory\" --checkpoint-every=0 $1" "${2-}"
}

stopped() {
    grep -q '^State:.*T' "/proc/$(cat "$scratch/pid")/status"
}

# It stops by itself, see fault_shim.c.
starting_up() {
    launch '' "LD_PRELOAD='$FAULT_SHIM' FAULTS=thread:1:once:STOP" && eventually stopped
}

training() {
    launch '' && see 'TRAIN +epoch ([2-9]|[1-9][0-9])'
}

# During the rename of a checkpoint, after the second batch.
saving() {
    launch --paused "LD_PRELOAD='$FAULT_SHIM' FAULTS=rename:5:once:STOP" && see PAUSED && keys B 2 Enter &&
        eventually stopped
}

on_a_tiny_screen() {
    size='5 2'
    launch '' && see '^>'
    shown=$?
    size="80 24"
    return $shown
}

suspended() {
    before='set -m'
    launch '' && see TRAIN && keys C-z && see 'IT IS STOPPED'
    seen=$?
    before=:
    return $seen
}

# ---- signals ----

signal() {
    kill "-$1" "$(cat "$scratch/pid")"
}

# Stopped processes are continued, and once more if the terminal, which is the shell's now, has
# stopped another thread meanwhile; the others may be gone.
continued() {
    signal CONT
    [ -s "$scratch/status" ]
}

# hit SIGNAL STATE: the terminal is restored, the parent sees the signal, and the run is complete.
hit() {
    sh -c "kill -$1 \$\$" >/dev/null 2>&1
    expected=$?
    "$2" && signal "$1" || return 1
    eventually continued >/dev/null
    left "$expected" || return 1
    tmux resize-window -t main -x 80 -y 24 && restored || return 1
    case $1 in
    INT | TERM | QUIT | HUP | XCPU) valid_checkpoint ;;
    *) run 0 -d "$data" --eval="$directory/last.safetensors" ;;
    esac
}

states='training on_a_tiny_screen suspended'
[ -z "${FAULT_SHIM-}" ] || states="starting_up saving $states"

number=0
for entry in 65-INT 65-TERM 65-QUIT 66-HUP 68-SEGV 68-ABRT 68-FPE 68-BUS 68-ILL 68-TRAP 68-SYS 68-ALRM \
    68-USR1 68-USR2 68-VTALRM 68-PROF 68-XCPU; do
    for state in $states; do
        number=$((number + 1))
        [ -n "$all" ] || [ $((number % 6)) -eq 1 ] || continue
        check "row ${entry%-*}: SIG${entry#*-} while $(echo "$state" | tr _ ' ') restores the terminal" \
            hit "${entry#*-}" "$state"
    done
done

# On the training thread, in the middle of a save.
row_68_trainer() {
    launch '' "LD_PRELOAD='$FAULT_SHIM' FAULTS=rename:5:once:SEGV" && left 139 && restored &&
        run 0 -d "$data" --eval="$directory/last.safetensors"
}

if [ -n "${FAULT_SHIM-}" ]; then
    check "row 68: SIGSEGV on the training thread restores the terminal" row_68_trainer
fi

# ---- the terminal goes away ----

milliseconds() {
    date +%s%3N
}

# vanishes: the terminal goes away at some moment of a run; the run ends and can be resumed.
vanishes() {
    launch '' && see 'TRAIN +epoch ([2-9]|[1-9][0-9])' && sleep "0.$1" || return 1
    from=$(milliseconds)
    tmux kill-server && gone || return 1
    took=$(($(milliseconds) - from))
    [ "$took" -le "$slowest" ] || slowest=$took
    valid_checkpoint
}

# vanishes_often TIMES: the program ends within two seconds each time. make check does not look at
# the clock.
vanishes_often() {
    slowest=0
    for try in $(seq "$1"); do
        vanishes $((try * 37 % 100 + 100)) || { echo "the $try. time"; return 1; }
    done
    figure "$1 times, gone within $slowest ms"
    [ -z "$all" ] || [ "$slowest" -le 2000 ]
}

# SIGHUP is ignored, as under nohup: the program itself notices the end of the terminal.
vanishes_under_nohup() {
    before='trap "" HUP'
    vanishes_often "$1"
    ended=$?
    before=:
    return $ended
}

times=3
[ -z "$all" ] || times=100
check "row 66: when the terminal goes away the run is saved and ends" vanishes_often $times
check "row 66: so when SIGHUP is ignored" vanishes_under_nohup $times
done_testing
