#!/bin/sh
# resume.sh -- tests that a run which was stopped, killed or damaged continues to the same bits, or
# says why it cannot. MNIST_TUI_KILLS=N sets how often runs are killed, 15 times by default.

. "$(dirname "$0")/lib.sh"
ulimit -c 0
kills=${MNIST_TUI_KILLS:-15}

# ---- a small run: 3 epochs of 19 batches, the last of 12 images ----

data=$scratch/small
make_data "$data" 300 64

# train DIRECTORY OPTION...: a run of three epochs in a new directory.
train() {
    into=$1
    shift
    run 0 -d "$data" -b 16 -e 3 -o "$into" "$@"
}

# milliseconds: since some moment; 0 if date has no fractions of a second.
milliseconds() {
    case $(date +%N) in
    *[!0-9]* | '') echo 0 ;;
    *) date +%s%3N ;;
    esac
}

reference() {
    began=$(milliseconds)
    train "$scratch/reference" --checkpoint-every=0 || return 1
    duration=$(($(milliseconds) - began))
    [ "$duration" -gt 0 ] || duration=1000
    plain "$scratch/reference" >"$scratch/reference.plain"
    [ "$(wc -l <"$scratch/reference.plain")" -eq 60 ] && train "$scratch/seldom" &&
        same_run "$scratch/seldom"
}

check "checkpoints within an epoch change no bit" reference

# ---- interrupted at random instants ----

# interrupt DIRECTORY SIGNAL DELAY: starts the run, or resumes it, and sends the signal after the
# delay. Its exit status is in $status.
interrupt() {
    if [ -e "$1/config.json" ]; then
        set -- "$2" "$3" --resume="$1"
    else
        set -- "$2" "$3" -d "$data" -b 16 -e 3 -o "$1"
    fi
    signal=$1
    delay=$2
    shift 2
    "$PROGRAM" "$@" --checkpoint-every="$every" >"$scratch/out" 2>"$scratch/err" </dev/null &
    process=$!
    sleep "$delay"
    kill "-$signal" "$process" 2>/dev/null
    wait "$process"
    status=$?
}

# interrupted SIGNAL STATUS TIMES: runs are interrupted that many times, each after up to half the
# time of a whole run. They end as the reference did, whether by the last interruption or by
# themselves.
interrupted() {
    directory=$scratch/interrupted
    rm -rf "$directory"
    awk -v seed=$$ -v count="$3" -v duration="$duration" 'BEGIN {
        srand(seed)
        for (; count > 0; count--) printf "%.3f\n", rand() * duration / 2000 }' >"$scratch/delays"
    while read -r delay; do
        interrupt "$directory" "$1" "$delay"
        if [ "$status" -eq 0 ]; then
            same_run "$directory" || return 1
            rm -rf "$directory"
        elif [ "$status" -ne "$2" ]; then
            echo "exit status $status, after $delay seconds"
            cat "$scratch/err"
            return 1
        fi
    done <"$scratch/delays"
    [ -e "$directory/config.json" ] || return 0
    run 0 --resume="$directory" && same_run "$directory"
}

every=0
check "a run killed $kills times, with checkpoints after every batch, ends with the same bits" \
    interrupted KILL 137 "$kills"
every=0.02
check "a run killed $kills times, with rare checkpoints, ends with the same bits" \
    interrupted KILL 137 "$kills"
every=30
check "a run stopped by SIGTERM ends with the same bits" interrupted TERM 143 5

# ---- a longer run, other ways to run ----

# A run of two epochs is extended to three.
extended() {
    run 0 -d "$data" -b 16 -e 2 -o "$scratch/extended" && run 0 --resume="$scratch/extended" -e 3 &&
        cmp "$scratch/reference/last.safetensors" "$scratch/extended/last.safetensors" &&
        says "$scratch/extended/config.json" '"epochs": 3' &&
        says "$scratch/out" '^EPOCH: 2' && ! grep 'EPOCH: [01]' "$scratch/out"
}

# A run that has ended has nothing left to do, and prints its results again.
ended() {
    cp -R "$scratch/reference" "$scratch/ended" && run 0 --resume="$scratch/ended" &&
        says "$scratch/out" '^Best test accuracy: ' && ! grep EPOCH "$scratch/out" &&
        same_run "$scratch/ended"
}

# From another directory, with other threads, front end and data path, which change no bit.
elsewhere() (
    run 0 -d "$data" -b 16 -e 1 -o "$scratch/elsewhere" -j 1 && mv "$data" "$scratch/moved" || exit 1
    cd / && run 0 --resume="$scratch/elsewhere" -e 3 -d "$scratch/moved" -j 3 --snapshot=80x24
    status=$?
    mv "$scratch/moved" "$data"
    [ "$status" -eq 0 ] && says "$scratch/out" 'FINISHED +epoch 3/3' &&
        cmp "$scratch/reference/last.safetensors" "$scratch/elsewhere/last.safetensors"
)

check "--epochs makes a run longer" extended
check "resuming a run that has ended prints its results again" ended
check "other threads, front end and data path give the same bits" elsewhere

# ---- a recipe: a schedule, dropout, augmented images ----

recipe='--recipe=tiny -b 16 -e 3 --schedule=onecycle --augment=affine --nesterov'
recipe="$recipe --dropout=0.2 --label-smoothing=0.1 --weight-decay=0.0005"

# as_recipe DIRECTORY: the run ended like the recipe's uninterrupted run.
as_recipe() {
    for file in last.safetensors best.safetensors; do
        cmp "$scratch/recipe/$file" "$1/$file" || return 1
    done
    plain "$1" >"$scratch/plain"
    plain "$scratch/recipe" | diff - "$scratch/plain"
}

# lines_of DIRECTORY: the number of batches in its log.
lines_of() {
    cat "$1/metrics.jsonl" 2>/dev/null | grep -c '"event":"batch"'
}

# cut_short SIGNAL OPTION...: the run in $directory gets the signal some batches later.
cut_short() {
    signal=$1
    shift
    wanted=$(($(lines_of "$directory") + 8))
    "$PROGRAM" "$@" --checkpoint-every=0 >/dev/null 2>"$scratch/err" </dev/null &
    process=$!
    while [ "$(lines_of "$directory")" -lt "$wanted" ] && kill -0 "$process" 2>/dev/null; do
        sleep 0.01
    done
    kill "-$signal" "$process" 2>/dev/null
    wait "$process"
}

recipe_interrupted() {
    run 0 -d "$data" -o "$scratch/recipe" $recipe -j 1 || return 1
    [ "$(lines_of "$scratch/recipe")" -eq 57 ] || return 1
    directory=$scratch/recipe_interrupted
    cut_short KILL -d "$data" -o "$directory" $recipe -j 2
    for signal in TERM KILL; do
        cut_short "$signal" --resume="$directory" -j 3
    done
    run 0 --resume="$directory" -j 1 && as_recipe "$directory"
}

# Each batch's learning rate follows from the number of batches.
recipe_fixed() {
    directory=$scratch/recipe
    refused 4 '--epochs differs from the run.s .*expected 3, got 4' -e 4 &&
        refused 4 '--epochs differs .*got 2' -e 2 &&
        refused 4 '--dropout differs .*expected 0.2, got 0.3' --dropout=0.3 &&
        refused 4 '--rotate differs .*got 3' --rotate=3 &&
        refused 4 '--schedule differs .*got step' --schedule=step &&
        refused 4 '--validate differs .*expected 0, got 7' --validate=7 &&
        run 0 --resume="$directory" $recipe && as_recipe "$directory"
}

# The number of images held out of the run's data may exceed another data set's images.
other_data_held_out() {
    make_data "$scratch/few" 100 32
    run 0 -d "$data" -e 1 --validate=100 -o "$scratch/held_out" || return 1
    directory=$scratch/held_out
    refused 4 '--data differs from the run.s' -d "$scratch/few"
}

# ---- faults ----

# midway: a copy in $directory of a run that stopped after its second epoch.
run 0 -d "$data" -b 16 -e 2 -o "$scratch/two" >/dev/null
midway() {
    directory=$scratch/midway
    rm -rf "$directory"
    cp -R "$scratch/two" "$directory"
}

# fingerprint: all files of $directory.
fingerprint() {
    (cd "$directory" 2>/dev/null && find . -type f | sort | xargs cksum)
}

# refused STATUS PATTERN OPTION...: resuming the run in $directory is refused with one line, and
# nothing is changed.
refused() {
    wanted=$1
    pattern=$2
    shift 2
    before=$(fingerprint)
    run "$wanted" --resume="$directory" "$@" && says "$scratch/err" "^mnist-tui: .*$pattern" || return 1
    [ "$(wc -l <"$scratch/err")" -eq 1 ] && [ ! -s "$scratch/out" ] && [ "$before" = "$(fingerprint)" ]
}

row_31() {
    directory=$scratch/nowhere
    refused 4 'nowhere: .*No such file' && mkdir "$scratch/empty" || return 1
    directory=$scratch/empty
    refused 4 'empty/config\.json: .*No such file' || return 1
    directory=$data/train-labels-idx1-ubyte.gz
    refused 4 'expected the directory of a run' || return 1
    midway
    rm "$directory/last.safetensors" "$directory/best.safetensors"
    refused 4 'last\.safetensors: .*No such file or directory$'
}

# damaged PATTERN: last.safetensors is damaged, and the message names the other one.
damaged() {
    refused 4 "last\\.safetensors: .*$1.*best\\.safetensors is good"
}

row_32() {
    midway
    : >"$directory/last.safetensors"
    damaged 'expected at least 8 bytes, got 0'
}

row_33() {
    size=$(wc -c <"$scratch/two/last.safetensors")
    for length in 1 8 100 1000 $((size / 2)) $((size - 1)); do
        midway
        head -c "$length" "$scratch/two/last.safetensors" >"$directory/last.safetensors"
        damaged '' || return 1
    done
}

row_34() {
    midway
    printf 'X' | dd of="$directory/last.safetensors" bs=1 seek=40000 conv=notrunc 2>/dev/null
    damaged 'damaged'
}

row_35() {
    midway
    echo 'PK: surely a zip file, as torch.save writes' >"$directory/last.safetensors"
    damaged 'not a safetensors file' || return 1
    cp "$SRCDIR/tests/reference/init.safetensors" "$directory/last.safetensors"
    damaged 'weights, but not what resuming needs'
}

# The good one that the message names can really replace the bad one.
best_goes_on() {
    midway
    cp "$directory/best.safetensors" "$directory/last.safetensors"
    run 0 --resume="$directory" -e 3 &&
        cmp "$scratch/reference/last.safetensors" "$directory/last.safetensors" &&
        plain "$directory" >"$scratch/plain" && diff "$scratch/reference.plain" "$scratch/plain"
}

row_41() {
    midway
    for option in --batch-size=32 --lr=0.1 --momentum=0.5 --seed=2; do
        refused 4 "midway: ${option%=*} differs from the run's .*got ${option#*=}\\)" "$option" ||
            return 1
    done
    refused 4 'midway: shuffle differs .*expected true, got false' --no-shuffle &&
        refused 4 '--epochs can only be raised .*at least 2, got 1' -e 1 &&
        refused 4 '--kernels differs' --kernels=other &&
        refused 4 '--model differs .*got nofc' --model=nofc &&
        refused 4 '--data differs' -d "$SRCDIR/data" &&
        run 0 --resume="$directory" -b 16 --lr=0.01 --momentum=0.9 -s 1 -m basic -e 2 || return 1
    midway
    sed 's/"seed": 1/"seed": 2/' "$scratch/two/config.json" >"$directory/config.json"
    refused 4 'last\.safetensors: --seed differs .*expected 2, got 1'
}

row_44() {
    midway
    for file in last.safetensors best.safetensors config.json metrics.jsonl; do
        echo 'half of something' >"$directory/$file.tmp"
    done
    run 0 --resume="$directory" -e 3 &&
        cmp "$scratch/reference/last.safetensors" "$directory/last.safetensors"
}

# A process holds the run until it ends, however it ends.
row_45() {
    directory=$scratch/busy
    "$PROGRAM" -d "$data" -e 100000 -o "$directory" >/dev/null 2>&1 </dev/null &
    process=$!
    until [ -e "$directory/metrics.jsonl" ] || ! kill -0 "$process"; do sleep 0.05; done
    run 5 --resume="$directory" && says "$scratch/err" 'busy: another process' &&
        run 5 -d "$data" -o "$directory" && says "$scratch/err" 'busy: another process'
    kept_out=$?
    kill -KILL "$process"
    wait "$process"
    [ "$kept_out" -eq 0 ] && run 4 -d "$data" -o "$directory" &&
        says "$scratch/err" 'busy: already holds a run'
}

# at_work DIRECTORY: a long run that has reached its second epoch; its process is $process.
at_work() {
    "$PROGRAM" -d "$data" -b 16 -e 1000000 -o "$1" --checkpoint-every=0 >"$scratch/out" \
        2>"$scratch/err" </dev/null &
    process=$!
    until_epoch 2 "$1"
}

# ends STATUS: the run at work ends with this exit status.
ends() {
    for try in $(seq 1200); do
        kill -0 "$process" 2>/dev/null || break
        sleep 0.05
    done
    kill -KILL "$process" 2>/dev/null
    wait "$process"
    status=$?
    [ "$status" -eq "$1" ] && return
    echo "exit status $status, expected $1"
    cat "$scratch/err"
    return 1
}

# The run continues in the directory it was moved to, and can be resumed from there.
row_91() {
    at_work "$scratch/moving" && mv "$scratch/moving" "$scratch/moved" || return 1
    midway
    mv "$directory" "$scratch/moving"
    directory=$scratch/moving
    before=$(fingerprint)
    until_epoch "$(($(grep -c '"event":"epoch"' "$scratch/moved/metrics.jsonl") + 2))" "$scratch/moved"
    went_on=$?
    kill -TERM "$process"
    ends 143 && [ "$went_on" -eq 0 ] && [ "$before" = "$(fingerprint)" ] || return 1
    rm "$scratch/out" # it has the lines that the next wait looks for
    "$PROGRAM" --resume="$scratch/moved" >"$scratch/out" 2>"$scratch/err" </dev/null &
    process=$!
    until grep -qs '^Test set' "$scratch/out" || ! kill -0 "$process" 2>/dev/null; do sleep 0.05; done
    kill -TERM "$process"
    ends 143
}

# loses_log PATTERN COMMAND...: the command damages the log of a run at work, and the run ends.
loses_log() {
    pattern=$1
    shift
    rm -rf "$scratch/losing"
    at_work "$scratch/losing" && "$@" "$scratch/losing/metrics.jsonl" && ends 5 &&
        says "$scratch/err" "^mnist-tui: .*losing/metrics\\.jsonl: $pattern" && one_line "$scratch/err"
}

# cut_off FILE: empties it.
cut_off() {
    : >"$1"
}

row_92() {
    loses_log '.*No such file or directory$' rm && loses_log '.*another file' mv -f "$scratch/another" &&
        says "$scratch/losing/metrics.jsonl" '^not a line of the run$' &&
        loses_log '.*changed by another program' cut_off
}

# Other kernels give other bits.
row_111() {
    midway
    sed 's/"kernels": "[^"]*"/"kernels": "baseline"/' "$scratch/two/config.json" >"$directory/config.json"
    if cmp -s "$scratch/two/config.json" "$directory/config.json"; then
        echo 'this machine has one kind of kernels; tests/check_checkpoint has the rest'
        return 0
    fi
    refused 4 'last\.safetensors: its kernels differ .*expected baseline, got ' &&
        refused 4 'last\.safetensors: its kernels differ ' -e 3 --kernels=baseline
}

# A directory or link in a checkpoint's place is neither read nor replaced.
row_46() {
    mkdir -p "$scratch/taken/last.safetensors" || return 1
    run 5 -d "$data" -e 1 -o "$scratch/taken" &&
        says "$scratch/err" 'last\.safetensors: .*expected a regular file, got a directory' || return 1
    midway
    mv "$directory/last.safetensors" "$directory/elsewhere"
    ln -s elsewhere "$directory/last.safetensors"
    before=$(cksum <"$directory/elsewhere")
    run 5 --resume="$directory" -e 3 && says "$scratch/err" 'got a symbolic link' &&
        [ -L "$directory/last.safetensors" ] && [ "$before" = "$(cksum <"$directory/elsewhere")" ] ||
        return 1
    [ "$(id -u)" -ne 0 ] || return 0 # nothing is read-only to root
    midway
    chmod a-w "$directory"
    run 5 --resume="$directory" -e 3
    kept=$?
    chmod u+w "$directory"
    return "$kept"
}

row_47() {
    midway
    printf '{"event":"batch","epoch":2,"ba' >>"$directory/metrics.jsonl"
    run 0 --resume="$directory" -e 3 && plain "$directory" >"$scratch/plain" &&
        diff "$scratch/reference.plain" "$scratch/plain"
}

# Lines after the checkpoint are written once more, not twice.
row_48() {
    midway
    cp "$scratch/reference/metrics.jsonl" "$directory/metrics.jsonl"
    run 0 --resume="$directory" -e 3 && plain "$directory" >"$scratch/plain" &&
        diff "$scratch/reference.plain" "$scratch/plain" || return 1
    midway
    sed 10d "$scratch/two/metrics.jsonl" >"$directory/metrics.jsonl"
    refused 4 'metrics\.jsonl: line 10 is damaged or missing .*expected epoch 0, batch 8\)' &&
        refused 4 'metrics\.jsonl: line 10 is damaged or missing' -e 300
}

row_49() {
    midway
    rm "$directory/metrics.jsonl"
    run 0 --resume="$directory" -e 3 &&
        says "$scratch/err" '^mnist-tui: .*/metrics\.jsonl: is missing' &&
        cmp "$scratch/reference/last.safetensors" "$directory/last.safetensors" &&
        [ "$(plain "$directory" | wc -l)" -eq 20 ]
}

check "a recipe interrupted again and again ends with the same bits" recipe_interrupted
check "row 41: a recipe's epochs and settings cannot be changed" recipe_fixed
check "row 31: a missing run or checkpoint is reported" row_31
check "row 32: an empty checkpoint is refused" row_32
check "row 33: a truncated checkpoint is refused" row_33
check "row 34: a damaged checkpoint is refused, and the best one is named" row_34
check "row 35: a file that is not a checkpoint, or has only weights, is refused" row_35
check "the best checkpoint, put in the last one's place, is resumed" best_goes_on
check "row 41: settings that differ from the run's are refused" row_41
check "row 41: other data, too small for the held-out images, are refused" other_data_held_out
check "row 44: stale temporary files are ignored" row_44
check "row 45: a second process on the run exits 5" row_45
check "row 91: a run that is moved is written where it is now" row_91
echo 'not a line of the run' >"$scratch/another"
check "row 92: a log that is removed, replaced or cut during the run ends the run" row_92
check "row 111: a config.json edited to other kernels is refused" row_111
check "row 46: a directory or link in a checkpoint's place is refused" row_46
check "row 47: a torn last line is repaired" row_47
check "row 48: lines after the checkpoint are dropped; a gap before it is refused" row_48
check "row 49: a missing log is refused" row_49

# ---- from the dashboard ----

# paused_at_7 DIRECTORY OPTION...: the dashboard, paused after the seventh batch of a new run.
paused_at_7() {
    rm -f "$scratch/status"
    directory=$1
    shift
    options=$*
    export PROGRAM data scratch directory options
    terminal 80 24 "TERM=screen-256color; export TERM
        sh -c 'echo \$\$ >\"\$scratch/pid\"; exec \"\$PROGRAM\" -d \"\$data\" -b 16 -e 3 \
            -o \"\$directory\" --paused --checkpoint-every=0 \$options'
        echo \$? >\"\$scratch/status\"" &&
        see PAUSED && keys B 7 Enter && see 'PAUSED .*batch 7/19'
}

# leaves STATUS COMMAND...: the command ends the dashboard with this status, and the run is resumed.
leaves() {
    expected=$1
    shift
    rm -rf "$scratch/shown"
    paused_at_7 "$scratch/shown" && "$@" || return 1
    eventually [ -s "$scratch/status" ] || return 1
    status=$(cat "$scratch/status")
    [ "$status" -eq "$expected" ] || { echo "exit status $status, expected $expected"; return 1; }
    [ "$(plain "$scratch/shown" | wc -l)" -eq 7 ] && run 0 --resume="$scratch/shown" &&
        same_run "$scratch/shown"
}

# A recipe's run that is killed while paused continues to the same bits, too.
recipe_killed() {
    rm -rf "$scratch/shown"
    paused_at_7 "$scratch/shown" $recipe && signal KILL && eventually [ -s "$scratch/status" ] &&
        [ "$(lines_of "$scratch/shown")" -eq 7 ] && run 0 --resume="$scratch/shown" -j 3 &&
        as_recipe "$scratch/shown"
}

signal() {
    kill "-$1" "$(cat "$scratch/pid")"
}

if [ -n "${TMUX_PROGRAM-}" ]; then
    end_terminals_at_exit
    check "a run that q ended midway is resumed to the same bits" leaves 0 keys q y
    check "row 84: a run ended by SIGTERM while paused is resumed to the same bits" \
        leaves 143 signal TERM
    check "row 84: a run killed while paused is resumed to the same bits" leaves 137 signal KILL
    check "row 84: a recipe killed while paused is resumed to the same bits" recipe_killed
    tmux kill-server 2>/dev/null
else
    skip "a run that q ended midway is resumed to the same bits" "no tmux"
    skip "row 84: a run ended by SIGTERM while paused is resumed to the same bits" "no tmux"
    skip "row 84: a run killed while paused is resumed to the same bits" "no tmux"
    skip "row 84: a recipe killed while paused is resumed to the same bits" "no tmux"
fi
done_testing
