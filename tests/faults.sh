#!/bin/sh
# faults.sh -- tests a run when the machine fails it: memory, files, threads, the clock.
# tests/fault_shim.c makes library calls fail one by one; limits of the shell do the rest. "row NN"
# is row NN of the table of faults. FAULTS_SAMPLES calls of each kind are tried (see lib.sh).

. "$(dirname "$0")/lib.sh"
: "${FAULT_SHIM:=}"
ulimit -c 0

data=$scratch/data
run=$scratch/run
make_data "$data" 64 32

# The reference run: two epochs of four batches.
training="--headless -d $data -e 2 -b 16 -j 2 -o $run"

# ---- runs under faults ----

# finish COMMAND...: runs it without input; leaves its exit status in $status and its output in
# $scratch/out and $scratch/err. Both are pipes at first, so that no limit on files applies to them.
finish() {
    {
        { timeout -k 5 300 "$@" </dev/null 2>&1 >&3 3>&-; echo $? >"$scratch/status"; } |
            cat >"$scratch/err"
    } 3>&1 | cat >"$scratch/out"
    status=$(cat "$scratch/status")
}

# faulty RULES ARGUMENT...: runs the program under the shim; the counts of calls go to
# $scratch/counts.
faulty() {
    rules=$1
    shift
    finish env LD_PRELOAD="$FAULT_SHIM" FAULTS="$rules" FAULTS_REPORT="$scratch/counts" \
        "$PROGRAM" "$@"
}

# sane: the run succeeded without a message, or ended with status 5 and one line that says why.
sane() {
    case $status in
    0) [ ! -s "$scratch/err" ] && return ;;
    5) [ "$(grep -c '^mnist-tui: .' "$scratch/err")" -eq 1 ] &&
        [ "$(wc -l <"$scratch/err")" -eq 1 ] && return ;;
    esac
    echo "exit status $status, and on stderr:"
    cat "$scratch/err"
    return 1
}

# known FILE: it equals, byte for byte, a checkpoint of the run without faults.
known() {
    for checkpoint in "$scratch"/known/*; do
        cmp -s "$1" "$checkpoint" && return
    done
    return 1
}

# whole: each checkpoint in the run directory is known, the log has only whole lines, and no
# temporary file is left.
whole() {
    for file in "$run"/*; do
        case $file in
        *.safetensors)
            known "$file" && continue
            echo "$file is no checkpoint of this run"
            return 1
            ;;
        */metrics.jsonl)
            [ ! -s "$file" ] || [ -z "$(tail -c 1 "$file" | tr -d '\n')" ] &&
                ! grep -qv '^{"event":[^{}]*}$' "$file" && continue
            echo "$file has lines that are not whole:"
            grep -v '^{"event":[^{}]*}$' "$file"
            return 1
            ;;
        *.tmp)
            echo "$file was left behind"
            return 1
            ;;
        esac
    done
}

# kept: the first epoch's files exist as soon as the second epoch has begun, and a run that reports
# success has every file.
kept() {
    if [ "$status" -eq 0 ]; then
        cmp "$run/last.safetensors" "$scratch/last" && [ -e "$run/best.safetensors" ] &&
            [ "$(wc -l <"$run/metrics.jsonl")" -eq 12 ] && return
        cat "$run/metrics.jsonl"
        return 1
    fi
    ! grep -qs '"epoch":1,' "$run/metrics.jsonl" || [ -e "$run/last.safetensors" ] || {
        echo "the first epoch's checkpoint is gone"
        return 1
    }
}

# survives RULES: all of this holds for a run under these faults.
survives() {
    rm -rf "$run"
    # shellcheck disable=SC2086 # one word an argument
    faulty "$1" $training
    sane && { [ ! -d "$run" ] || { whole && kept; }; } && return
    echo "with FAULTS=$1"
    return 1
}

# each FAMILY TIMES EFFECT [RULE]: a run survives if the k-th call fails, for every k. In RULE, an
# additional rule, NEXT is the number after k.
each() {
    count=$(sed -n "s/^$1 //p" "$scratch/counts_clean")
    [ "$count" -gt 0 ] || { echo "there is no call of $1"; return 1; }
    for k in $(numbers "$count"); do
        survives "$1:$k:$2:$3${4:+,$(echo "$4" | sed "s/NEXT/$((k + 1))/")}" || return 1
    done
}

# each_way FAMILY EFFECT: the call fails once, and from then on.
each_way() {
    each "$1" once "$2" && each "$1" always "$2"
}

# each_unnoticed FAMILY EFFECT: the k-th call has this effect, which stays invisible.
each_unnoticed() {
    count=$(sed -n "s/^$1 //p" "$scratch/counts_clean")
    for k in $(numbers "$count"); do
        survives "$1:$k:once:$2" || return 1
        [ "$status" -eq 0 ] || { echo "FAULTS=$1:$k:once:$2:"; cat "$scratch/err"; return 1; }
    done
}

# ---- the run without faults ----

# All checkpoints that such a run writes are collected by refusing all renames from the k-th on. The
# last of these runs lacks only one file; it is kept to be resumed. The 1000th refuses none.
clean_run() {
    survives_nothing && cp "$scratch/counts" "$scratch/counts_clean" &&
        cp "$run/last.safetensors" "$scratch/last" || return 1
    grep '^Test set' "$scratch/out" | tail -n 1 >"$scratch/result"
    mkdir "$scratch/known"
    for k in $(seq 2 "$(sed -n 's/^rename //p' "$scratch/counts_clean")") 1000; do
        rm -rf "$run"
        # shellcheck disable=SC2086 # one word an argument
        faulty "rename:$k:always:EIO" $training
        sane || return 1
        [ "$status" -eq 0 ] || { rm -rf "$scratch/half" && cp -R "$run" "$scratch/half"; }
        for file in "$run"/*.safetensors; do
            [ ! -e "$file" ] || cp "$file" "$scratch/known/$(cksum <"$file" | tr ' ' -)"
        done
    done
    for file in "$scratch"/known/*; do
        run 0 -d "$data" --eval="$file" || return 1
    done
    run 0 -d "$data" --eval="$scratch/last" && cmp "$scratch/out" "$scratch/result"
}

survives_nothing() {
    rm -rf "$run"
    # shellcheck disable=SC2086 # one word an argument
    faulty '' $training
    sane && [ "$status" -eq 0 ]
}

# ---- rows ----

# action_survives ACTION TIMES: an action other than training when the k-th allocation fails.
action_survives() {
    # shellcheck disable=SC2086 # one word an argument
    faulty '' -d "$data" $1
    count=$(sed -n 's/^alloc //p' "$scratch/counts")
    for k in $(numbers "$count"); do
        # shellcheck disable=SC2086
        faulty "alloc:$k:$2:ENOMEM" -d "$data" $1
        sane || { echo "with FAULTS=alloc:$k:$2:ENOMEM $1"; return 1; }
    done
}

row_72_actions() {
    for action in "--eval=$scratch/last --export=$scratch/p.csv" --stats --summary --summary=torch \
        "-e 1 --snapshot=80x24 --compare=$scratch/half" "-e 1 --headless --compare=$scratch/half" \
        "--report $scratch/half" "--report --format=jsonl $scratch/half" "-e 1 --seeds=1..2" \
        "-e 1 --jobs=2 -j 1 --sweep=lr=0.1,0.01 --sweep=nesterov=true,false" "--report $scratch" \
        "--report --format=jsonl $scratch" "--report --format=markdown $scratch/half"; do
        action_survives "$action" once && action_survives "$action" always || return 1
    done
}

# jansson's parser ends the process if it gets no memory for a string, so all allocations are tried.
row_72_parser() (
    FAULTS_SAMPLES=all
    action_survives "--eval=$scratch/last" once
)

# resumes RULES: a run resumed under these faults leaves only whole files, and continues without
# faults to its end.
resumes() {
    rm -rf "$run"
    cp -R "$scratch/half" "$run"
    faulty "$1" --headless --resume="$run"
    sane && whole && run 0 --headless --resume="$run" &&
        cmp "$run/last.safetensors" "$scratch/last" && return
    echo "with FAULTS=$1 --resume"
    return 1
}

row_72_resuming() {
    resumes '' || return 1
    for family in alloc:ENOMEM open:EMFILE read:EIO write:ENOSPC rename:EIO truncate:EIO; do
        faults=${family#*:}
        family=${family%:*}
        rm -rf "$run"
        cp -R "$scratch/half" "$run"
        faulty '' --headless --resume="$run"
        count=$(sed -n "s/^$family //p" "$scratch/counts")
        for k in $(numbers "$count"); do
            resumes "$family:$k:once:$faults" && resumes "$family:$k:always:$faults" || return 1
        done
    done
}

# With fewer threads than asked for it trains to the same bits; without the first one it cannot
# train.
row_73() {
    each_way thread EAGAIN && survives thread:1:always:EAGAIN && [ "$status" -eq 5 ] &&
        says "$scratch/err" 'a thread could not be started' &&
        survives thread:2:always:EAGAIN
}

# limited LIMIT...: a run under `ulimit LIMIT...`.
limited() {
    rm -rf "$run"
    # shellcheck disable=SC2086 # one word an argument
    finish sh -c 'ulimit "$1" "$2"; shift 2; exec "$@"' limited "$@" "$PROGRAM" $training
    [ "$status" -eq 127 ] && return # not even the libraries could be loaded
    sane && { [ ! -d "$run" ] || { whole && kept; }; } && return
    echo "with ulimit $*"
    return 1
}

# until_unharmed FLAG FIRST STEP LAST: from the smallest limit to one that does no harm.
until_unharmed() {
    limit=$2
    while limited "$1" "$limit"; do
        [ "$status" -ne 0 ] || return 0
        limit=$((limit + $3))
        [ "$limit" -le "$4" ] || { echo "ulimit $1 $limit is still too little"; return 1; }
    done
    return 1
}

# In blocks of 512 bytes, or of 1024 in some shells; the checkpoint has about 90 kB.
row_76() {
    for limit in 0 1 4 20 80; do
        limited -f "$limit" && [ "$status" -eq 5 ] &&
            says "$scratch/err" '^mnist-tui: .*: File too large$' || return 1
    done
}

# root can write to read-only files, so another user runs the program there.
as_other=
[ "$(id -u)" -ne 0 ] || as_other='setpriv --reuid=65534 --clear-groups'

# midway COMMAND...: runs the command on the run directory as soon as a long run has saved, and
# waits for the run.
midway() {
    rm -rf "$run" && mkdir "$run" || return 1
    if [ -n "$as_other" ]; then
        chmod 711 "$scratch" && chmod -R a+rX "$data" && chown 65534 "$run" || return 1
    fi
    rm -f "$scratch/over"
    (
        until [ -e "$run/best.safetensors" ] || [ -e "$scratch/over" ]; do sleep 0.05; done
        "$@" "$run"
    ) &
    # shellcheck disable=SC2086 # one word an argument
    finish $as_other "$PROGRAM" $training -e 1000000
    : >"$scratch/over"
    wait
    [ "$status" -eq 5 ] && sane
}

# A save in between puts a file back.
remove() {
    until rm -rf "$1" 2>/dev/null; do :; done
}

row_77_removed() {
    midway remove && says "$scratch/err" "^mnist-tui: $run.*: No such file or directory\$" &&
        [ ! -e "$run" ]
}

row_77_read_only() {
    midway chmod 555 && says "$scratch/err" "^mnist-tui: $run.*: Permission denied\$" &&
        run 0 -d "$data" --eval="$run/last.safetensors"
    good=$?
    chmod 755 "$run"
    return $good
}

# A read-only file is not replaced.
row_46_read_only() {
    rm -rf "$run" && cp -R "$scratch/half" "$run" && chmod 444 "$run"/*.safetensors || return 1
    if [ -n "$as_other" ]; then
        chmod 711 "$scratch" && chmod -R a+rX "$data" && chown -R 65534 "$run" || return 1
    fi
    cp "$run/last.safetensors" "$scratch/untouched"
    # shellcheck disable=SC2086 # one word an argument
    finish $as_other "$PROGRAM" --headless --resume="$run"
    [ "$status" -eq 5 ] && sane && says "$scratch/err" 'last\.safetensors: cannot be replaced: Permission' &&
        cmp "$scratch/untouched" "$run/last.safetensors"
}

# Each reading of the clock is an hour earlier.
row_80() {
    survives clock:1:always:back && [ "$status" -eq 0 ] || return 1
    sed -n 's/.*"time":"\([^"]*\)".*/\1/p' "$run/metrics.jsonl" >"$scratch/times"
    LC_ALL=C sort -rc "$scratch/times" &&
        says "$run/metrics.jsonl" '"epoch","epoch":1,.*"seconds":[0-9.e-]+,"images_per_second":[0-9]'
}

# During training the clock jumps an hour back and forth again, and further.
row_117_clock() {
    survives clock:3:once:back,clock:5:once:back,clock:8:once:back,clock:9:once:back &&
        [ "$status" -eq 0 ] || return 1
    sed -n 's/.*"time":"\([^"]*\)".*/\1/p' "$run/metrics.jsonl" >"$scratch/times"
    ! LC_ALL=C sort -c "$scratch/times" 2>/dev/null && ! LC_ALL=C sort -rc "$scratch/times" 2>/dev/null &&
        ! grep '"seconds":\([0-9.e-]*e[+0]\|[0-9][0-9][0-9]\|-\)' "$run/metrics.jsonl"
}

# The run itself reads its data only once. It cannot be resumed with the new files.
row_117_data() {
    rm -rf "$run" "$scratch/moving" && cp -R "$data" "$scratch/moving"
    # shellcheck disable=SC2086 # one word an argument
    LD_PRELOAD="$FAULT_SHIM" FAULTS=rename:2:once:STOP "$PROGRAM" $training -d "$scratch/moving" \
        >"$scratch/out" 2>"$scratch/err" </dev/null &
    pid=$!
    for try in $(seq 1200); do
        ! grep -q '^State:.*T' "/proc/$pid/status" || break
        sleep 0.05
    done
    for file in "$scratch"/moving/*-images-*; do
        echo 'no images any more' >"$file" # in place
    done
    rm "$scratch"/moving/*-labels-*
    kill -CONT "$pid" && wait "$pid"
    status=$?
    [ "$status" -eq 0 ] && sane && whole && kept || return 1
    finish "$PROGRAM" --headless --resume="$run" -e 3
    [ "$status" -eq 3 ] && says "$scratch/err" '^mnist-tui: .*/moving/' || return 1
    finish "$PROGRAM" --headless --resume="$run" -e 3 -d "$data"
    [ "$status" -eq 0 ] && sane
}

row_81() {
    rm -rf "$run"
    "$PROGRAM" --headless -d "$data" -e 1000000 -b 64 -j 2 -o "$run" >"$scratch/long" 2>&1 </dev/null &
    long=$!
    stays_flat "$long" "$run"
    flat=$?
    kill "$long"
    wait "$long"
    return $flat
}

if [ -n "$FAULT_SHIM" ]; then
    check "the reference run without faults succeeds" clean_run
    check "row 30: interrupted reads and writes are invisible" eval \
        'each_unnoticed read EINTR && each_unnoticed write EINTR && each_unnoticed fsync EINTR'
    check "row 30: short reads and writes are invisible" eval \
        'each_unnoticed read short && each_unnoticed write short'
    check "row 29: failing reads are reported" each_way read EIO
    check "failing opens are reported" each_way open EIO
    check "row 72: every allocation fails in turn, once" each alloc once ENOMEM
    check "row 72: every allocation fails in turn, and all after it" each alloc always ENOMEM
    check "row 72: allocations fail in actions other than training" row_72_actions
    check "row 72: every allocation fails in turn while a checkpoint is read" row_72_parser
    check "row 72: allocations, files and the disk fail while a run is resumed" row_72_resuming
    check "row 73: a run does without threads that cannot be started" row_73
    check "row 74: no descriptor for a file that is opened" each_way open EMFILE
    check "row 75: the disk is full at each write" each_way write ENOSPC
    check "row 75: the disk is full in the middle of each write" each write once short \
        write:NEXT:always:ENOSPC
    check "row 75: the disk is full in the middle of each write, for a moment" each write once short \
        write:NEXT:once:ENOSPC
    check "row 75: the quota is used up at each write" each_way write EDQUOT
    check "row 77: the run directory becomes read-only" each open always EROFS
    check "row 78: fsync fails" each_way fsync EIO
    check "row 78: close fails" each_way close EIO
    check "row 78: rename fails" each_way rename EIO
    check "a stale temporary file cannot be removed" each_way unlink EIO
    check "the run directory cannot be made" each_way mkdir EIO
    check "row 80: a clock that steps back does no harm" row_80
    check "row 117: a clock that jumps does not disturb a run" row_117_clock
    check "row 117: replaced data files do not change a run that trains" row_117_data
    if [ -n "${COVERAGE-}" ]; then
        skip "rows 74 and 76: limits on files" "they keep gcov from writing its counts"
    else
        check "row 74: a run survives few descriptors" until_unharmed -n 4 1 64
        check "row 76: a run survives a limit on file sizes" row_76
    fi
    check "row 79: a run survives little address space" until_unharmed -v 4000 7000 4000000
else
    skip "rows 72 to 80" "library calls cannot be made to fail in this build"
fi
if [ -n "${COVERAGE-}" ] && [ -n "$as_other" ]; then
    skip "row 77: the run directory is removed midway" "gcov cannot write its counts as another user"
elif command -v timeout >/dev/null; then
    # shellcheck disable=SC2086 # one word an argument
    if $as_other "$PROGRAM" --version >/dev/null 2>&1; then
        check "row 77: the run directory becomes read-only midway" row_77_read_only
        [ -z "$FAULT_SHIM" ] || check "row 46: a checkpoint that is read-only is not replaced" row_46_read_only
    else
        skip "row 77: the run directory becomes read-only midway" "nothing is read-only to root"
        as_other=
    fi
    check "row 77: the run directory is removed midway" row_77_removed
else
    skip "row 77: the run directory is removed midway" "there is no timeout command"
fi
if [ -d /proc/self/fd ]; then
    check "row 81: memory and descriptors stay flat" row_81
else
    skip "row 81: memory and descriptors stay flat" "there is no /proc"
fi
done_testing
