#!/bin/sh
# crash.sh -- tests what is left of a run when the process, or the machine, dies at any moment of a
# save. tests/fault_shim.c records the run's calls on its directory, and kills it at a given call.
# tests/crash_replay.c makes the states that a crash of the machine may leave. FAULTS_SAMPLES calls
# are tried (see lib.sh), and with "all" a hundred times as many states.

. "$(dirname "$0")/lib.sh"
if [ -z "${FAULT_SHIM-}" ]; then
    echo "1..0 # SKIP library calls cannot be watched in this build"
    exit 0
fi
ulimit -c 0

# ---- two epochs of four batches, saved after each batch ----

scratch=$(cd "$scratch" && pwd -P) # as the system names the files there
data=$scratch/data
root=$scratch/root
run=$root/run
make_data "$data" 64 32
new="--headless -d $data -b 16 -j 2 --checkpoint-every=0"

# begin RUN [OPTION...]
begin() {
    into=$1
    shift
    # shellcheck disable=SC2086 # one word an argument
    set -- $new -e 2 -o "$into" "$@"
    "$PROGRAM" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
}

# go_on RUN: resumes it from whatever is left, to its end.
go_on() {
    run 0 --headless --resume="$1" -e 2 --checkpoint-every=0
}

# faulty RULES COMMAND...: runs the command under the shim; counts go to $scratch/counts.
faulty() (
    export LD_PRELOAD="$FAULT_SHIM" FAULTS="$1" FAULTS_REPORT="$scratch/counts"
    shift
    "$@"
)

# count FAMILY: how often it was called.
count() {
    sed -n "s/^$1 //p" "$scratch/counts"
}

reference() {
    mkdir "$root" && faulty '' begin "$scratch/reference" || return 1
    plain "$scratch/reference" >"$scratch/reference.plain"
    cp "$scratch/counts" "$scratch/counts_clean"
    [ "$(wc -l <"$scratch/reference.plain")" -eq 10 ]
}

# ---- the process dies ----

# recovers RUN: it is resumed, or starts again if it had not yet begun, and ends the same.
recovers() {
    if [ -e "$1/config.json" ]; then
        go_on "$1"
    else
        begin "$1"
    fi && same_run "$1"
}

# dies RULES COMMAND...: the command is killed under these rules, and $run recovers.
dies() {
    faulty "$@"
    status=$?
    [ "$status" -eq 137 ] && recovers "$run" && return
    echo "with FAULTS=$1: exit status $status"
    return 1
}

killed_at_each_call() {
    total=$(sed -n 's/^disk //p' "$scratch/counts_clean")
    for k in $(numbers "$total"); do
        rm -rf "$run"
        dies "disk:$k:once:KILL" begin "$run" || return 1
    done
    rm -rf "$run"
    faulty "disk:$((total + 1)):once:KILL" begin "$run"
}

# A write that is cut halfway leaves half of the file.
killed_within_each_write() {
    for k in $(numbers "$(sed -n 's/^write //p' "$scratch/counts_clean")"); do
        rm -rf "$run"
        dies "write:$k:once:short,write:$((k + 1)):once:KILL" begin "$run" || return 1
    done
}

# halfway: a run in $run that was killed in its second epoch.
halfway() {
    rm -rf "$run"
    faulty "rename:$(($(sed -n 's/^rename //p' "$scratch/counts_clean") - 3)):once:KILL" begin "$run"
    grep -q '"event":"batch","epoch":1' "$run/metrics.jsonl"
}

killed_while_resuming() {
    halfway && faulty '' go_on "$run" || return 1
    for k in $(numbers "$(count disk)"); do
        halfway && dies "disk:$k:once:KILL" "$PROGRAM" --headless --resume="$run" -e 2 \
            --checkpoint-every=0 || return 1
    done
}

# ---- the machine dies ----

# A run that is killed while its first epoch is saved, and is resumed as a longer one.
record() {
    rm -rf "$run"
    FAULTS_RECORD=$scratch/record
    FAULTS_BELOW=$root
    export FAULTS_RECORD FAULTS_BELOW
    faulty rename:8:once:KILL begin "$run" -e 1
    faulty '' go_on "$run"
    status=$?
    unset FAULTS_RECORD FAULTS_BELOW
    [ "$status" -eq 0 ] && same_run "$run"
}

# From some of the states the program itself completes a run.
replayed() {
    random=20
    every=150
    [ "${FAULTS_SAMPLES-6}" != all ] || random=2000
    [ "${FAULTS_SAMPLES-6}" != all ] || every=500
    record && mkdir "$scratch/states" &&
        "$BUILDDIR/tests/crash_replay" "$scratch/record" "$root" "$data" "$scratch/states" "$random" \
            "$every" >"$scratch/replayed" || { cat "$scratch/replayed"; return 1; }
    figure "$(cat "$scratch/replayed")"
    for state in "$scratch"/states/[0-9]*; do
        if [ -e "$state/run/config.json" ]; then
            go_on "$state/run" && same_run "$state/run"
        else
            run 4 --resume="$state/run" && begin "$state/run" && same_run "$state/run"
        fi || { echo "in state ${state##*/}"; return 1; }
        rm -rf "$state"
    done
}

check "the reference run, saved after each batch, succeeds" reference
check "a run killed at any call of a save recovers to the same bits" killed_at_each_call
check "a run killed within any write of a save recovers to the same bits" killed_within_each_write
check "a resumed run killed at any call recovers to the same bits" killed_while_resuming
check "when unsynced writes are lost, torn or reordered, the old or the new state is left" replayed
done_testing
