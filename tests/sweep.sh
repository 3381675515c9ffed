#!/bin/sh
# sweep.sh -- tests --sweep and --jobs: which runs there are, that each equals the same run alone,
# that a sweep can be cut, repeated and shared by processes, and its tables. MNIST_TUI_KILLS=N sets
# how often a sweep is killed, 15 times by default.

. "$(dirname "$0")/lib.sh"
ulimit -c 0
kills=${MNIST_TUI_KILLS:-15}

data=$scratch/small
make_data "$data" 300 64
mkdir "$scratch/runs"
cd "$scratch/runs" || exit 1

net='8 M Conv2d(6,3) ReLU'
net_name=8_M_Conv2d_6_3__ReLU-c77f8b75

# sweep DIRECTORY OPTION...: two learning rates, two networks, two seeds; three epochs of 19 batches.
sweep() {
    place=$1
    shift
    run 0 -d "$data" -b 16 -e 3 --sweep=lr=0.1,0.01 --sweep="model=basic, $net" --seeds=1..2 \
        -o "$place" "$@"
}

# ---- the runs of a sweep ----

runs_of_sweep() {
    sweep reference --jobs=1 -j 1 && [ ! -s "$scratch/err" ] || return 1
    for model in basic $net_name; do
        for lr in 0.1 0.01; do
            for seed in 1 2; do
                echo "model=$model,lr=$lr,seed=$seed"
            done
        done
    done | sort >"$scratch/expected"
    ls reference | sort | diff "$scratch/expected" - || return 1
    grep -c '^\[[1-8]/8\] model=.*,lr=.*,seed=[12]: best .* final ' "$scratch/out" | grep -qx 8
}

# same_files A B: the files of two runs are equal, except for times, and which process wrote them.
same_files() {
    for file in config.json last.safetensors best.safetensors; do
        cmp "$1/$file" "$2/$file" || return 1
    done
    plain "$1" >"$scratch/plain1"
    plain "$2" >"$scratch/plain2"
    diff "$scratch/plain1" "$scratch/plain2"
}

# same_sweep DIRECTORY: it has the runs of the reference.
same_sweep() {
    ls reference | sort >"$scratch/names"
    ls "$1" | sort | diff "$scratch/names" - || return 1
    while read -r name; do
        same_files "reference/$name" "$1/$name" || { echo "$1/$name differs"; return 1; }
    done <"$scratch/names"
}

same_as_alone() {
    run 0 -d "$data" -b 16 -e 3 -j 1 --lr=0.01 -s 2 -m "$net" -o alone &&
        same_files alone "reference/model=$net_name,lr=0.01,seed=2" &&
        run 0 -d "$data" -b 16 -e 3 -j 1 --lr=0.1 -s 1 -o other &&
        same_files other "reference/model=basic,lr=0.1,seed=1"
}

same_for_jobs() {
    for jobs in 2 4 8; do
        sweep "jobs$jobs" --jobs=$jobs -j 1 && same_sweep "jobs$jobs" && rm -r "jobs$jobs" || return 1
    done
}

# What recipes and optimizers bring belongs to the run that has them.
settings_of_runs() {
    run 0 -d "$data" -e 1 -j 1 --sweep=optimizer=sgd,adam --sweep=nesterov=false -o optimizers &&
        says 'optimizers/nesterov=false,optimizer=adam,seed=1/config.json' '"lr": 0.001,' &&
        says 'optimizers/nesterov=false,optimizer=sgd,seed=1/config.json' '"lr": 0.01,' &&
        run 0 -d "$data" -e 1 -j 1 -b 64 --sweep=recipe=best,tiny --sweep=shuffle=true,false -o recipes -s 5 &&
        says 'recipes/shuffle=false,recipe=tiny,seed=5/config.json' '"parameters": 4764,' &&
        says 'recipes/shuffle=false,recipe=tiny,seed=5/config.json' '"batch_size": 64' &&
        says 'recipes/shuffle=true,recipe=best,seed=5/config.json' '"augment": "affine"' || return 1
    run 0 -d "$data" -e 1 -j 1 --sweep='normalize=none,0.1\,0.5' -o normalized &&
        run 0 -d "$data" -e 1 -j 1 --normalize=0.1,0.5 -o normal &&
        cmp normal/last.safetensors normalized/normalize=0.1_0.5-*,seed=1/last.safetensors
}

without_directory() {
    ls >"$scratch/before"
    run 0 -d "$data" -e 1 --sweep=lr=0.1,0.01 && says "$scratch/out" '^\[2/2\] lr=' &&
        ls | diff "$scratch/before" -
}

check "a sweep trains every combination with every seed" runs_of_sweep
check "a run of a sweep equals the same run alone, byte for byte" same_as_alone
check "row 89: for every number of jobs the runs have the same bits" same_for_jobs
check "each run has what its recipe, optimizer and normalisation bring" settings_of_runs
check "a sweep without a directory writes nothing" without_directory

# ---- cut, repeated, shared ----

# contents DIRECTORY: its files, with their times.
contents() {
    ls -lAR --full-time "$1"
}

repeated() {
    contents reference >"$scratch/before"
    sweep reference --jobs=3 && contents reference >"$scratch/after" &&
        diff "$scratch/before" "$scratch/after" &&
        [ "$(grep -c 'finished before$' "$scratch/out")" -eq 8 ]
}

# The same command with the keys in another order, and numbers in other words, finds its runs.
reordered() {
    run 0 -d "$data" -b 16 -e 3 --sweep="model=$net,basic" --sweep=lr=1e-2,0.10 --seeds=1..2 -o reference &&
        [ "$(grep -c 'finished before$' "$scratch/out")" -eq 8 ]
}

extended() {
    cp -R reference extended && run 0 -d "$data" -b 16 -e 3 -j 1 --sweep=lr=0.1,0.05 --sweep=model=basic \
        --seeds=1..3 -o extended && [ "$(grep -c 'finished before$' "$scratch/out")" -eq 2 ] &&
        [ "$(ls extended | wc -l)" -eq 12 ] || return 1
    run 0 -d "$data" -b 16 -e 4 -j 1 --sweep=lr=0.1 --sweep=model=basic --seeds=1..1 -o extended &&
        run 0 --report 'extended/model=basic,lr=0.1,seed=1' && says "$scratch/out" ' 4/4 '
}

# start OPTION...: the sweep at work in the background, in $cut.
start() {
    "$PROGRAM" -d "$data" -b 16 -e 3 --sweep=lr=0.1,0.01 --sweep="model=basic,$net" --seeds=1..2 \
        -o "$cut" -j 1 --checkpoint-every=0 "$@" >"$scratch/started" 2>"$scratch/err" </dev/null &
    process=$!
}

# killed SIGNAL STATUS TIMES: the sweep is ended that many times, each after a random delay; then it
# equals the one that was not. What ends by itself begins again.
killed() {
    cut=cut
    rm -rf cut
    awk -v seed=$$ -v count="$3" 'BEGIN {
        srand(seed)
        for (; count > 0; count--) printf "%.3f\n", rand() * 0.3 }' >"$scratch/delays"
    while read -r delay; do
        start --jobs=3
        sleep "$delay"
        kill "-$1" "$process" 2>/dev/null
        wait "$process"
        status=$?
        if [ "$status" -eq 0 ]; then
            same_sweep cut && rm -rf cut || return 1
        elif [ "$status" -ne "$2" ]; then
            echo "exit status $status, after $delay seconds"
            cat "$scratch/err"
            return 1
        fi
    done <"$scratch/delays"
    sweep cut -j 1 --jobs=3 && same_sweep cut
}

# With longer runs: a signal stops all of them, and the log of each says so.
stopped() {
    cut=long
    start -e 100000 --jobs=2
    for try in $(seq 2400); do
        [ "$(cat long/*/metrics.jsonl 2>/dev/null | grep -c '"event":"epoch","epoch":1,')" -ge 2 ] && break
        sleep 0.05
    done
    kill -TERM "$process"
    wait "$process"
    status=$?
    [ "$status" -eq 143 ] || { echo "exit status $status"; cat "$scratch/err"; return 1; }
    [ "$(ls long | wc -l)" -eq 2 ] && [ "$(tail -qn 1 long/*/metrics.jsonl | grep -c '"reason":"stopped"')" -eq 2 ] &&
        [ "$(grep -c ' stopped in epoch ' "$scratch/started")" -eq 2 ]
}

# Each run has begun once and ended once, in one of the processes.
shared() {
    processes=
    for i in 1 2 3 4; do
        "$PROGRAM" -d "$data" -b 16 -e 3 --sweep=lr=0.1,0.01 --sweep="model=basic,$net" --seeds=1..2 \
            -o shared -j 1 --jobs=2 >"$scratch/out$i" 2>"$scratch/err$i" </dev/null &
        processes="$processes $!"
    done
    for process in $processes; do
        wait "$process" || { cat "$scratch"/err[1-4]; return 1; }
    done
    same_sweep shared || return 1
    for log in shared/*/metrics.jsonl; do
        [ "$(grep -c '"event":"start"' "$log")" -eq 1 ] && [ "$(grep -c '"event":"end"' "$log")" -eq 1 ] &&
            ! grep '"event":"resume"' "$log" || { echo "$log"; return 1; }
    done
    cat "$scratch"/out[1-4] | grep -E '^\[' | grep -vE 'finished before$|another process$' |
        sed 's/^[^ ]* \(.*\): best.*/\1/' | sort | uniq -d >"$scratch/twice"
    [ ! -s "$scratch/twice" ] || { cat "$scratch/twice"; return 1; }
}

# Four processes at once, each killed at a random moment, again and again; then it equals the other.
shared_killed() {
    cut=torn
    awk -v seed=$$ 'BEGIN { srand(seed + 1); for (i = 0; i < 16; i++) printf "%.3f\n", rand() * 0.15 }' \
        >"$scratch/delays"
    for round in 1 2 3 4; do
        processes=
        for i in 1 2 3 4; do
            start --jobs=2
            processes="$processes $process"
        done
        for process in $processes; do
            sleep "$(sed -n 1p "$scratch/delays")"
            sed 1d "$scratch/delays" >"$scratch/rest" && mv "$scratch/rest" "$scratch/delays"
            kill -KILL "$process" 2>/dev/null
        done
        wait
    done
    sweep torn -j 1 && same_sweep torn
}

left_to_another() {
    cut=busy
    start -e 100000 --jobs=1
    for try in $(seq 2400); do
        grep -q '"event":"batch"' "busy/model=basic,lr=0.1,seed=1/metrics.jsonl" 2>/dev/null && break
        sleep 0.05
    done
    run 0 -d "$data" -b 16 -e 100000 --sweep=lr=0.1 --sweep=model=basic -o busy
    left=$?
    kill -TERM "$process"
    wait "$process"
    [ "$left" -eq 0 ] && says "$scratch/out" '^\[0/1\] .*seed=1 is left to another process$'
}

check "a sweep that is repeated changes nothing" repeated
check "the same sweep in other words finds its runs" reordered
check "a sweep can be extended by values, seeds and epochs" extended
check "a sweep killed $kills times at random ends with the same bits" killed KILL 137 "$kills"
check "a sweep stopped by SIGTERM ends with the same bits" killed TERM 143 5
check "row 65: a signal stops all runs of a sweep, and each is saved" stopped
check "row 45: four processes on one directory do every run exactly once" shared
check "four processes on one directory, killed at random, lose nothing" shared_killed
check "a run of another process is left to it" left_to_another

# ---- runs that fail ----

# A run that diverges does not keep the others from ending, and is not tried again.
diverged() {
    run 6 -d "$data" -e 2 -b 16 -j 1 --momentum=0 --sweep=lr=1e30,0.01 -o diverged &&
        says "$scratch/err" '^mnist-tui: 1 of 2 runs failed; the first, lr=1e.30,seed=1: training diverged' &&
        one_line "$scratch/err" && says "$scratch/out" 'lr=0.01,seed=1: best' || return 1
    contents diverged >"$scratch/before"
    run 0 -d "$data" -e 2 -b 16 -j 1 --momentum=0 --sweep=lr=1e30,0.01 -o diverged &&
        says "$scratch/out" 'failed before: .*diverged before' && contents diverged | diff "$scratch/before" -
}

other_settings() {
    contents reference >"$scratch/before"
    refuses 4 'lr=0.1,seed=1: --batch-size differs' -d "$data" -b 32 -e 3 --sweep=lr=0.1 --sweep=model=basic \
        -o reference &&
        refuses 4 'seed=1: --epochs can only be raised' -d "$data" -b 16 -e 2 --sweep=lr=0.1 \
            --sweep=model=basic -o reference &&
        refuses 4 'alone: already holds a run' -d "$data" --sweep=lr=0.1 -o alone &&
        make_data "$scratch/few" 100 32 && refuses 4 '--data differs|--normalize differs' -d "$scratch/few" -b 16 -e 3 \
        --sweep=lr=0.1 --sweep=model=basic -o reference &&
        contents reference | diff "$scratch/before" -
}

# wrong PATTERN ARGUMENT...
wrong() {
    pattern=$1
    shift
    refuses 2 "$pattern" -d "$data" -o "$scratch/never" "$@"
}

wrong_sweeps() {
    wrong '--sweep: not usable .expected KEY=V1,V2' --sweep=lr && wrong '--sweep: not usable' --sweep= &&
        wrong '--sweep: not usable' --sweep==1 && wrong '--sweep=lr: a value is empty' --sweep=lr= &&
        wrong 'a value is empty' --sweep=lr=0.1,,0.2 && wrong 'a value is empty' --sweep=lr=0.1, &&
        wrong 'a value is empty' '--sweep=lr= , ' && wrong '--sweep: unknown key .expected one of model' --sweep=rate=1 &&
        wrong 'unknown key' --sweep=threads=1,2 && wrong 'unknown key' --sweep=LR=1 &&
        wrong '--sweep=seed: seeds are given by --seeds' --sweep=seed=1,2 &&
        wrong '--sweep=validate: all runs' --sweep=validate=0,10 &&
        wrong '--sweep=lr is given twice' --sweep=lr=1 --sweep=lr=2 &&
        wrong '--lr cannot be given with --sweep=lr' --lr=1 --sweep=lr=2 &&
        wrong '--no-shuffle cannot be given' --no-shuffle --sweep=shuffle=true,false &&
        wrong '--model cannot be given' -m deep --sweep=model=basic &&
        wrong '--sweep=lr: not usable .expected a finite number' --sweep=lr=0.1,x &&
        wrong '--sweep=lr: not usable' --sweep=lr=0 && wrong '--sweep=lr: not usable' --sweep=lr=nan &&
        wrong '--sweep=momentum: not usable' --sweep=momentum=0.5,1 &&
        wrong '--sweep=epochs: not usable' --sweep=epochs=0 &&
        wrong '--sweep=batch-size: not usable' --sweep=batch-size=1x &&
        wrong '--sweep=optimizer: unknown word .expected sgd' --sweep=optimizer=sgd,adm &&
        wrong '--sweep=nesterov: not usable .expected true or false' --sweep=nesterov=yes &&
        wrong '--sweep=recipe: unknown word' --sweep=recipe=beast &&
        wrong 'lr=1e-2 *|two runs would be the same, lr=0.01' --sweep=lr=0.01,1e-2 &&
        wrong 'two runs would be the same' --sweep='model=basic,basic' &&
        wrong '--sweep: with model=8 M Conv2e.6,3.: ' --sweep='model=8 M Conv2e(6,3)' &&
        wrong 'with model=Conv2d.6,8: ' --sweep='model=Conv2d(6,8' &&
        wrong '--sweep: with batch-size=301: --batch-size: larger' --sweep=batch-size=16,301 &&
        wrong 'with optimizer=adam: --momentum means nothing' --momentum=0.5 --sweep=optimizer=sgd,adam &&
        wrong 'with momentum=0: --nesterov needs' --nesterov --sweep=momentum=0,0.9 &&
        wrong 'with augment=none: --rotate needs' --rotate=3 --sweep=augment=none,affine &&
        wrong 'too many runs' --seeds=1..1000 --sweep=lr=0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1,1.1
}

# These need another action, or one run.
wrong_together() {
    for other in --resume=reference --compare=reference --snapshot=80x24 --summary --stats --eval=x --report; do
        refuses 2 '--sweep trains several|needs |only one of' -d "$data" --sweep=lr=0.1 "$other" || return 1
    done
    wrong '--seeds trains several runs: it cannot be given with --seed' --seeds=1..2 --seed=3 --sweep=lr=0.1 &&
        wrong '--jobs needs --sweep or --seeds' --jobs=2 && wrong '--jobs: not usable' --jobs=0 --seeds=1..2 &&
        wrong '--jobs: not usable' --jobs=1025 --seeds=1..2 && wrong '--jobs: not usable' --jobs=x --seeds=1..2 &&
        wrong '--paused' --paused --sweep=lr=0.1 &&
        wrong '--sweep: not usable .expected .* at most 8 times' --sweep=lr=1 --sweep=momentum=0 --sweep=rho=0.1 \
            --sweep=alpha=0.1 --sweep=eps=1 --sweep=beta1=0 --sweep=beta2=0 --sweep=ema=0.1 --sweep=dropout=0 &&
        wrong '--format needs --report' --format=markdown --sweep=lr=0.1 &&
        refuses 2 '--format=markdown needs --report' --predict=x --format=markdown y
}

check "row 86: a run that diverges leaves the others alone" diverged
check "row 41: a directory with other settings or data is refused" other_settings
check "row 51: wrong sweeps are refused, and nothing is created" wrong_sweeps
check "row 55: options that contradict a sweep are refused" wrong_together

# ---- tables ----

# The figures of the reference's first two groups, computed here from the logs: Welch's t and df.
report_groups() {
    run 0 --report --format=csv reference && cp "$scratch/out" "$scratch/table" &&
        [ "$(wc -l <"$scratch/table")" -eq 5 ] || return 1
    for name in 'model=basic,lr=0.1' "model=$net_name,lr=0.1"; do
        for seed in 1 2; do
            sed -n 's/.*"epoch","epoch":2,.*"test_accuracy":\([^,]*\),.*/\1/p' "reference/$name,seed=$seed/metrics.jsonl"
        done
    done | awk '{ x[NR] = $1 } END {
        a = (x[1] + x[2]) / 2; b = (x[3] + x[4]) / 2
        va = (x[1] - x[2]) ^ 2 / 2; vb = (x[3] - x[4]) ^ 2 / 2
        printf "%.4f,%.4f\n%.4f,%.4f,", a, sqrt(va), b, sqrt(vb)
        low = x[3] < x[4] ? x[3] : x[4]; high = x[3] + x[4] - low
        printf "%.4f,%.4f,", low, high
        if (va + vb > 0)
            printf "%.4f,%.4f,", (b - a) / sqrt((va + vb) / 2), (va / 2 + vb / 2) ^ 2 / (va * va / 4 + vb * vb / 4)
        print "" }' >"$scratch/figures_expected"
    sed -n 2p "$scratch/table" | grep -qF ",$(sed -n 1p "$scratch/figures_expected")," &&
        grep -F ",$(sed -n 2p "$scratch/figures_expected")" "$scratch/table" | grep -qF "$net" ||
        { cat "$scratch/figures_expected" "$scratch/table"; return 1; }
}

report_formats() {
    run 0 --report reference && says "$scratch/out" '^model +lr +runs +parameters +mean +std +min +max +t +df +p +seconds$' &&
        says "$scratch/out" '^Final test accuracy$' && says "$scratch/out" '^basic +0.1 +2 +9,902 .* - +- +- +[0-9.]+$' &&
        cp "$scratch/out" "$scratch/text" && sweep reference && grep -v '^\[' "$scratch/out" | sort >"$scratch/sorted" &&
        sort "$scratch/text" | diff "$scratch/sorted" - || return 1
    run 0 --report --format=jsonl reference && [ "$(wc -l <"$scratch/out")" -eq 4 ] &&
        says "$scratch/out" '^\{"model":"basic","lr":0.1,"runs":2,"finished":2,"parameters":9902,"best_mean":' &&
        run 0 --report --format=markdown reference && says "$scratch/out" '^\| model \| lr \| runs \|' &&
        says "$scratch/out" '^\|:--\|--:\|' &&
        run 0 --report --format=markdown reference/*basic* &&
        says "$scratch/out" '^\| reference/model=basic,lr=0.01,seed=1 \| basic \| 9,902 \|' &&
        run 0 --report --format=csv long && says "$scratch/out" '^2,0,9902,,,,,,,,,,,,,,,$'
}

check "--report of a sweep computes means, deviations, t and df" report_groups
check "--report of a sweep prints text, CSV, JSON lines and Markdown" report_formats
done_testing
