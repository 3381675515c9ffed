#!/bin/sh
# runs.sh -- tests the work with several runs: --report prints tables of them, --seeds trains a
# series, --compare shows runs beside the present one.

. "$(dirname "$0")/lib.sh"
ulimit -c 0

data=$scratch/small
make_data "$data" 640 160
mkdir "$scratch/runs"
cd "$scratch/runs" || exit 1

# usage PATTERN ARGUMENT...: refused as a mistake on the command line; nothing is created.
usage() {
    pattern=$1
    shift
    refuses 2 "$pattern" -d "$data" "$@"
}

# epochs_of RUN: epoch, test accuracy and seconds of each epoch.
epochs_of() {
    sed -n 's/.*"epoch","epoch":\([0-9]*\),.*"test_accuracy":\([^,]*\),"seconds":\([^,]*\),.*/\1 \2 \3/p' \
        "$1/metrics.jsonl"
}

# results_of RUN FORMAT: best, its epoch, final and seconds, in this printf format of awk.
results_of() {
    epochs_of "$1" | awk -v format="$2" '
        NR == 1 || $2 > best { best = $2; at = $1 }
        { final = $2; seconds += $3 }
        END { printf format, best, at, final, seconds }'
}

# contents DIRECTORY: its files and their times.
contents() {
    ls -lAR "$1" && find "$1" -type f -exec cksum {} + | sort
}

# ---- --report ----

two_runs() {
    run 0 -d "$data" -e 3 -s 5 -o one && run 0 -d "$data" -e 1 -b 32 -o 'b, "two"'
}

report_text() {
    {
        echo 'run        model  parameters  recipe     seed  epochs   best  epoch  final  seconds'
        results_of one \
            'one        basic       9,902  reference     5     3/3  %5.2f  %5d  %5.2f  %7.1f\n'
        results_of 'b, "two"' \
            'b, "two"/  basic       9,902  reference     1     1/1  %5.2f  %5d  %5.2f  %7.1f\n'
    } >"$scratch/expected"
    run 0 --report one 'b, "two"/' && [ ! -s "$scratch/err" ] && diff "$scratch/expected" "$scratch/out"
}

report_csv() {
    {
        echo 'run,model,parameters,recipe,seed,epochs_done,epochs,best,best_epoch,final,seconds'
        results_of 'b, "two"' '"b, ""two""",basic,9902,reference,1,1,1,%.2f,%d,%.2f,%.2f\n'
        results_of one 'one,basic,9902,reference,5,3,3,%.2f,%d,%.2f,%.2f\n'
    } >"$scratch/expected"
    run 0 --report --format=csv 'b, "two"' one && diff "$scratch/expected" "$scratch/out"
}

report_jsonl() {
    run 0 --format=jsonl --report 'b, "two"' -- one && [ "$(wc -l <"$scratch/out")" -eq 2 ] &&
        says "$scratch/out" '^\{"run":"b, \\"two\\"","model":"basic","parameters":9902,' || return 1
    results_of one '"best":%.2f "best_epoch":%d "final":%.2f "seconds":%.2f' >"$scratch/results"
    for result in $(sed -E 's/\.([0-9])0( |$)/.\1\2/g' "$scratch/results"); do
        sed -n 2p "$scratch/out" | grep -qF "$result" ||
            { echo "no $result in:"; cat "$scratch/out"; return 1; }
    done
}

# Bytes that are not UTF-8 cannot be in JSON text.
report_strange() {
    strange=$(printf 'a\377b')
    cp -R one "$strange" && run 0 --report --format=jsonl "$strange" &&
        says "$scratch/out" '^\{"run":"a\\\\xFFb",' &&
        run 0 --report "$strange" && says "$scratch/out" '^a\\xFFb  basic '
}

# valid_utf8 FILE
valid_utf8() {
    iconv -f UTF-8 -t UTF-8 "$1" >"$scratch/converted" && cmp "$1" "$scratch/converted"
}

# The runs' names have characters of four bytes, unprintable ones, and bytes that are not UTF-8.
row_103_utf8() {
    wide=$(printf 'a\360\220\220\200b') bad=$(printf 'c\377\033\nd\360\220\220')
    rm -rf "$wide" "$bad" && cp -R one "$wide" && cp -R one "$bad" || return 1
    for format in text csv jsonl; do
        run 0 --report --format=$format "$wide" "$bad" && valid_utf8 "$scratch/out" &&
            [ "$(wc -l <"$scratch/out")" -eq $([ $format = jsonl ] && echo 2 || echo 3) ] ||
            { echo "$format:"; cat "$scratch/out"; return 1; }
    done
    run 0 --report --format=csv "$wide" && says "$scratch/out" "^$wide,basic," || return 1
    run 0 -d "$data" -e 1 -b 64 --compare "$wide" --compare "$bad" && valid_utf8 "$scratch/out" &&
        says "$scratch/out" "^$wide +basic" || return 1
    for glyphs in ascii braille; do
        run 0 -d "$data" -e 1 -b 64 --compare "$wide" --compare "$bad" --snapshot=120x40 --view=plots \
            --glyphs=$glyphs && valid_utf8 "$scratch/out" && says "$scratch/out" "$wide" || return 1
    done
    run 3 -d "$bad" --stats && valid_utf8 "$scratch/err" && one_line "$scratch/err"
}

# In a locale of one byte a character the letter of the name is this byte, or is escaped in JSON.
row_103_latin1() {
    name=$(printf 'gr\366\337e')
    rm -rf "$name" && cp -R one "$name" || return 1
    for format in text csv; do
        latin1 0 --report --format=$format "$name" && LC_ALL=C grep -q "^$name" "$scratch/out" ||
            { echo "$format:"; cat "$scratch/out"; return 1; }
    done
    latin1 0 --report --format=jsonl "$name" && says "$scratch/out" '^\{"run":"gr\\\\xF6\\\\xDFe",' &&
        latin1 0 -d "$data" -e 1 -b 64 --compare "$name" --snapshot=120x40 --view=plots &&
        LC_ALL=C grep -q "$name" "$scratch/out" &&
        latin1 3 -d "$name" --stats && LC_ALL=C grep -q "^mnist-tui: $name/" "$scratch/err"
}

# latin1 STATUS ARGUMENT...: like run, in that locale.
latin1() {
    LC_ALL=latin1
    LOCPATH=$scratch/locales
    export LOCPATH
    run "$@"
    ran=$?
    LC_ALL=C.UTF-8
    unset LOCPATH
    return $ran
}

# The state after a kill: the log ends within a line, or within the first epoch.
report_killed() {
    cp -R one killed && awk '/"epoch","epoch":1/ { printf "%s", substr($0, 1, 30); exit } { print }' \
        one/metrics.jsonl >killed/metrics.jsonl && run 0 --report killed &&
        says "$scratch/out" '^killed  basic .* 1/3 ' || return 1
    awk '{ print } /"batch":7/ { exit }' one/metrics.jsonl >killed/metrics.jsonl &&
        run 0 --report killed && says "$scratch/out" ' 0/3     -      -      -      0\.0$' &&
        run 0 --report --format=csv killed && says "$scratch/out" ',0,3,,,,0\.00$' &&
        run 0 --report --format=jsonl killed &&
        says "$scratch/out" '"best":null,"best_epoch":null,"final":null,' &&
        rm killed/metrics.jsonl && run 0 --report killed && says "$scratch/out" ' 0/3 '
}

report_resumed() {
    run 0 -d "$data" -e 1 -o again && run 0 --resume=again -e 3 || return 1
    results_of again ' 3/3  %5.2f  %5d  %5.2f  %7.1f' >"$scratch/results"
    run 0 --report again && says "$scratch/out" "$(cat "$scratch/results")\$"
}

# Another process holds the lock, and the log grows meanwhile.
report_at_work() {
    "$PROGRAM" -d "$data" -e 100000 -b 16 -o busy >/dev/null 2>&1 </dev/null &
    busy=$!
    for try in $(seq 2400); do
        "$PROGRAM" --report --format=csv busy >"$scratch/out" 2>"$scratch/err"
        status=$?
        grep -Eq ',[1-9][0-9]*,100000,[0-9]' "$scratch/out" && break
        sleep 0.05
    done
    kill -TERM "$busy"
    wait "$busy"
    [ "$status" -eq 0 ] && says "$scratch/out" '^busy,.*,[1-9][0-9]*,100000,[0-9]' &&
        says busy/metrics.jsonl '^\{"event":"end","reason":"stopped"'
}

# The recipe, given again, neither makes the run longer nor changes the settings given beside it.
row_102() {
    run 0 -d "$data" --recipe=tiny -e 1 --lr=0.05 -o recipe && cp recipe/config.json before.json &&
        run 0 --resume=recipe --recipe=tiny && diff before.json recipe/config.json &&
        [ "$(grep -c '"event":"epoch"' recipe/metrics.jsonl)" -eq 1 ] &&
        run 0 -d "$data" -e 1 -o plain && run 0 --resume=plain --recipe=reference &&
        says plain/config.json '"epochs": 1,' &&
        refuses 4 'recipe: --recipe differs from the run.s .expected tiny, got best' \
            --resume=recipe --recipe=best &&
        run 0 --resume=plain --recipe=reference -e 2 && says plain/config.json '"epochs": 2,'
    status=$?
    rm -rf recipe plain before.json
    return "$status"
}

report_no_run() {
    mkdir empty && : >file && cp -R one bad && echo '{' >bad/config.json &&
        cp -R one torn && sed 's/^{"event":"epoch","epoch":1/{"event":"ep/' one/metrics.jsonl \
        >torn/metrics.jsonl &&
        refuses 4 'nowhere: holds no run ' --report nowhere &&
        refuses 4 'empty: holds no run ' --report one empty one &&
        refuses 4 'file: holds no run ' --report file &&
        refuses 4 'bad/config\.json: ' --report --format=csv bad &&
        refuses 4 'torn/metrics\.jsonl: line 23 is damaged' --report --format=jsonl torn
}

report_changes_nothing() {
    contents . >"$scratch/before"
    chmod a-w one && run 0 --report one && run 0 --report --format=csv one
    status=$?
    chmod u+w one
    contents . >"$scratch/after"
    [ "$status" -eq 0 ] && diff "$scratch/before" "$scratch/after"
}

report_usage() {
    usage '--report needs ' --report && usage '--report needs ' --report --format=csv -- &&
        usage '--format: .*csv.*xml' --report --format=xml one &&
        usage '--format needs --report' --format=csv &&
        usage 'one: not expected' one && usage 'only one of' --report --stats one &&
        usage '--run-dir needs' --report -o "$scratch/never" one &&
        usage '--resume needs' --report --resume=one one &&
        usage '--init needs' --report --init=one one &&
        usage '--seeds trains' --report --seeds=1..2 one &&
        usage '--compare needs' --report --compare=one one &&
        usage '--report=one: takes no argument' --report=one
}

report_full() {
    for format in text csv jsonl; do
        "$PROGRAM" --report --format=$format one >/dev/full 2>"$scratch/err"
        [ $? -eq 5 ] && says "$scratch/err" '^mnist-tui: standard output: ' || return 1
    done
}

check "two runs to report are trained" two_runs
check "--report prints a table of runs" report_text
check "--report --format=csv quotes fields that need it" report_csv
check "--report --format=jsonl prints an object for each run" report_jsonl
check "--report escapes names that are not UTF-8" report_strange
check "row 103: text and JSON are valid UTF-8 whatever the names" row_103_utf8
mkdir "$scratch/locales"
if make_locale "$scratch/locales/latin1"; then
    check "row 103: in a Latin-1 locale text is Latin-1, JSON is UTF-8" row_103_latin1
else
    skip "row 103: in a Latin-1 locale" "no localedef can make the locale"
fi
check "--report shows a killed run up to its last epoch" report_killed
check "--report counts a resumed run's epochs once" report_resumed
check "--report shows a run at work up to its last epoch" report_at_work
check "--report exits 4 and names a directory that is not a run" report_no_run
check "--report changes no file" report_changes_nothing
check "row 55: --report and options that contradict it are refused" report_usage
if [ -c /dev/full ]; then
    check "row 58: --report notices a full disk on stdout" report_full
else
    skip "row 58: --report notices a full disk on stdout" "no /dev/full"
fi

# ---- --seeds ----

# timeless FILE: the file without times.
timeless() {
    sed -E 's/"seconds":[^,]*,//; s/"images_per_second":[^,]*,//; s/,*"time":"[^"]*"//
        s/\[[0-9:]+<.*it\]$//; s/\[[0-9:]+<.*s\]$//; s/^(Images per second:).*/\1/' "$1"
}

series() {
    run 0 -d "$data" -e 2 --seeds=3..5 -o series && cp "$scratch/out" "$scratch/series" &&
        [ ! -s "$scratch/err" ]
}

# same_as_single SEED: the files are the same byte for byte, except for times in the log, and so are
# the lines on stdout.
same_as_single() {
    run 0 -d "$data" -e 2 -s "$1" -o "single-$1" || return 1
    for file in config.json last.safetensors best.safetensors; do
        cmp "single-$1/$file" "series/seed-$1/$file" || return 1
    done
    for directory in "single-$1" "series/seed-$1"; do
        timeless "$directory/metrics.jsonl" >"$directory.plain"
    done
    diff "single-$1.plain" "series/seed-$1.plain" || return 1
    timeless "$scratch/out" >"$scratch/expected"
    awk -v seed="$1" '/^SEED: / { inside = $2 == seed; next } /^seed / { exit } inside' \
        "$scratch/series" >"$scratch/part"
    timeless "$scratch/part" | diff "$scratch/expected" -
}

series_bits() {
    for seed in 3 4 5; do
        same_as_single $seed || return 1
    done
}

# The table at the end, computed here from the logs.
series_statistics() {
    for seed in 3 4 5; do
        results_of "series/seed-$seed" "$seed %.9f %d %.9f %.9f\n"
    done | awk '
        function percent(value) { return sprintf("%.2f", value) }
        function spread(name, value,   i, mean, squares, low, high) {
            low = high = value[1]
            for (i = 1; i <= 3; i++) {
                mean += value[i] / 3
                if (value[i] < low) low = value[i]
                if (value[i] > high) high = value[i]
            }
            for (i = 1; i <= 3; i++)
                squares += (value[i] - mean) ^ 2
            print name, percent(mean), percent(sqrt(squares / 2)), percent(low), percent(high)
        }
        BEGIN { print "seed best final seconds" }
        { best[NR] = $2; final[NR] = $4; print $1, percent($2), percent($4), sprintf("%.1f", $5) }
        END { print "mean std min max"; spread("best", best); spread("final", final) }
    ' >"$scratch/expected"
    sed -n '/^seed /,$p' "$scratch/series" | awk '{ $1 = $1; print }' >"$scratch/table"
    diff "$scratch/expected" "$scratch/table"
}

# One seed has no deviation; and without a directory nothing is created.
series_of_one() {
    contents . >"$scratch/before"
    run 0 -d "$data" -e 1 --seeds=7..7 && says "$scratch/out" '^best +[0-9.]+ +- +[0-9.]+ +[0-9.]+$' &&
        contents . >"$scratch/after" && diff "$scratch/before" "$scratch/after"
}

# One of the directories holds another run: no run is started.
series_taken() {
    mkdir taken && cp -R one taken/seed-3 && contents taken >"$scratch/before" &&
        refuses 4 'taken/seed-3: ' -d "$data" -e 1 --seeds=1..3 -o taken &&
        contents taken >"$scratch/after" && diff "$scratch/before" "$scratch/after" &&
        refuses 5 'no/series: cannot be made' -d "$data" -e 1 --seeds=1..3 -o no/series &&
        refuses 4 'no/init: ' -d "$data" -e 1 --seeds=1..3 -o "$scratch/never" --init=no/init &&
        refuses 3 '--data=no: ' -d no -e 1 --seeds=1..3 -o "$scratch/never"
}

series_resumed() {
    run 0 --resume=series/seed-4 -e 3 && run 0 --report series/seed-4 && says "$scratch/out" ' 3/3 '
}

# stopped_in_second EPOCHS: a series of such runs gets a signal during the second seed. Fails if
# that was too late: the third run had begun, or all had ended.
stopped_in_second() {
    rm -rf stopped
    : >"$scratch/out"
    (
        until awk '/^SEED: 2/ { second = 1 } second && /^EPOCH: 3$/ { found = 1 }
            END { exit !found }' "$scratch/out"; do sleep 0.05; done
        kill -TERM "$(cat "$scratch/pid")"
    ) >/dev/null 2>&1 &
    watcher=$!
    sh -c 'echo $$ >"$0/pid"; exec "$@"' "$scratch" "$PROGRAM" -d "$scratch/tiny" -e "$1" -b 16 \
        --seeds=1..3 -o stopped >"$scratch/out" 2>"$scratch/err" </dev/null
    status=$?
    kill "$watcher" 2>/dev/null
    wait
    [ ! -e stopped/seed-3 ] && [ "$status" -ne 0 ]
}

# The statistics are those of the first seed. A faster machine needs longer runs.
series_stopped() {
    make_data "$scratch/tiny" 64 16 || return 1
    stopped_in_second 150 || stopped_in_second 1500 || stopped_in_second 15000
    [ "$status" -eq 143 ] || { echo "exit status $status"; tail "$scratch/out"; return 1; }
    tail -n 1 stopped/seed-2/metrics.jsonl >"$scratch/end" &&
        says "$scratch/end" '^\{"event":"end","reason":"stopped"' && absent stopped/seed-3 &&
        run_statistics 1
}

# run_statistics COUNT: the table at the end has this number of seeds.
run_statistics() {
    rows=$(sed -n '/^seed /,/mean/p' "$scratch/out" | grep -c '^[0-9]')
    [ "$rows" -eq "$1" ] || { echo "$rows seeds in:"; tail -n 9 "$scratch/out"; return 1; }
}

series_diverged() {
    run 6 -d "$data" -e 20 -b 16 --lr=1e30 --momentum=0 --seeds=1..2 -o diverged &&
        says "$scratch/err" '^mnist-tui: 2 of 2 runs failed; .*seed-1: training diverged: ' &&
        one_line "$scratch/err" &&
        says diverged/seed-1/metrics.jsonl '"end","reason":"failed","diverged":true' &&
        says diverged/seed-2/metrics.jsonl '"end","reason":"failed","diverged":true' &&
        run_statistics 0
}

seeds_usage() {
    for range in '' 1 1.. ..2 1..x x..2 2..1 1...2 -1..2 1..-2 ' 1..2' 1..2x 0..1000 \
        1..99999999999999999999 99999999999999999999999999..2; do
        usage '--seeds: ' "--seeds=$range" -o "$scratch/never" || return 1
    done
    for other in --seed=3 --resume=one --compare=one --snapshot=80x24 --summary --stats --eval=x \
        --model=list; do
        usage '--seeds trains|--r[a-z-]+ needs|--compare needs' --seeds=1..2 $other || return 1
    done
    usage '--paused' --seeds=1..2 --paused
}

check "--seeds trains one seed after the other" series
check "--seeds: each run equals, byte for byte, a single run with that seed" series_bits
check "--seeds prints mean, standard deviation, minimum and maximum" series_statistics
check "--seeds works with one seed and no run directory" series_of_one
check "--seeds reports a directory with another run before any training" series_taken
check "the runs of --seeds can be resumed" series_resumed
check "row 65: a signal ends a series, and the finished runs' statistics are printed" series_stopped
check "row 86: a run that diverges does not end a series, but sets its status" series_diverged
check "rows 51 and 55: bad ranges of seeds, and options that contradict them, are refused" \
    seeds_usage

# ---- --compare ----

# compared NAME: the table after the results has this run first, then the others.
compared() {
    awk '/^Images per second: / { inside = 1; next } inside' "$scratch/out" >"$scratch/table"
    {
        echo 'run        model  parameters  recipe     seed  epochs   best  epoch  final  seconds'
        results_of "$2" \
            "$(printf '%-9s' "$1")  basic       9,902  reference     1     2/2  %5.2f  %5d  %5.2f  %7.1f\n"
        results_of one \
            'one        basic       9,902  reference     5     3/3  %5.2f  %5d  %5.2f  %7.1f\n'
        results_of 'b, "two"' \
            'b, "two"/  basic       9,902  reference     1     1/1  %5.2f  %5d  %5.2f  %7.1f\n'
    } >"$scratch/expected"
    diff "$scratch/expected" "$scratch/table"
}

compare_table() {
    run 0 -d "$data" -e 2 -o new --compare=one --compare='b, "two"/' && compared new new
}

compare_resumed() {
    run 0 -d "$data" -e 1 -o half && run 0 -r half -e 2 --compare=one --compare='b, "two"/' &&
        compared half half
}

# A comparison changes no bit of the run.
compare_bits() {
    run 0 -d "$data" -e 2 -o alone && ! grep -q '^run ' "$scratch/out" || return 1
    for file in config.json last.safetensors best.safetensors; do
        cmp "alone/$file" "new/$file" || return 1
    done
    run 0 -d "$data" -e 2 --compare=one && says "$scratch/out" '^this run  basic '
}

compare_no_run() {
    refuses 4 'nowhere: holds no run ' -d "$data" -e 1 -o "$scratch/never" --compare=nowhere &&
        refuses 4 'empty: holds no run ' -d "$data" -e 1 -o "$scratch/never" --compare=one \
            --compare=empty &&
        refuses 4 'bad/config\.json: ' -d "$data" -e 1 --compare=bad &&
        refuses 4 "$scratch/never: holds no run" -d "$data" -o "$scratch/never" \
            --compare="$scratch/never"
}

compare_usage() {
    eight='--compare=one --compare=one --compare=one --compare=one'
    eight="$eight $eight"
    usage '--compare: .*expected a directory, at most 8 times' $eight --compare=one &&
        usage '--compare: .*expected a directory.*got ..)' --compare= &&
        usage '--compare needs training' --compare=one --stats && run 0 -d "$data" -e 1 $eight
}

check "--compare lists the runs after the results, the present one first" compare_table
check "--compare works with a resumed run" compare_resumed
check "--compare changes no bit" compare_bits
check "--compare exits 4 for a directory that is not a run, and creates nothing" compare_no_run
check "--compare takes at most eight runs, and only with training" compare_usage

# ---- in the dashboard ----

end_terminals_at_exit

# dashboard ARGUMENT...: runs from $scratch, paused at first; another command runs after it, so that
# the results stay readable.
dashboard() {
    terminal 100 30 "'$PROGRAM' -d '$data' -p --view=plots $*; cat" && see 'PAUSED' &&
        see ' a one *│$' && see ' b half *│$'
}

compare_dashboard() {
    dashboard -e 3 --compare=runs/one --compare=runs/half/ && keys Space && see FINISHED &&
        see '^ Finished: ' && see ' b half *│$' && keys 1 && see ' b half *│' && keys q &&
        see '^this run    basic +9,902  reference +1 +3/3 ' && see '^runs/one    basic .* 3/3 ' &&
        see '^runs/half/  basic .* 2/2 '
}

compare_dashboard_resumed() {
    run 0 -d "$data" -e 1 -o resumed &&
        dashboard -r runs/resumed -e 2 --compare=runs/one --compare=runs/half && keys Space &&
        see FINISHED && keys q && see '^runs/resumed  basic .* 2/2 ' && see '^runs/one      basic .* 3/3 '
}

# curses takes most of the stack; with a little more the dashboard goes through all views.
row_108() {
    terminal 100 30 "ulimit -s 128; '$PROGRAM' -d '$data' -e 3; cat" &&
        see '^mnist-tui: the stack is too small .*at least 256 kB, got 128' || return 1
    terminal 100 30 "ulimit -s 256; '$PROGRAM' -d '$data' -e 3 --compare=runs/one; cat" &&
        see FINISHED || return 1
    for view in 2 3 4 5 6 1; do
        keys "$view" && see 'FINISHED' || return 1
    done
    keys q && see '^this run  basic +9,902  reference +1 +3/3 '
}

if [ -n "${TMUX_PROGRAM-}" ]; then
    [ -z "${FAULT_SHIM-}" ] || # a sanitizer needs a larger stack
        check "row 108: the dashboard runs with a stack of 128 kB" row_108
    check "--compare works in the dashboard, paused and to the end" compare_dashboard
    check "--compare works in the dashboard with a resumed run" compare_dashboard_resumed
else
    skip "--compare works in the dashboard, paused and to the end" "no tmux"
    skip "--compare works in the dashboard with a resumed run" "no tmux"
fi

check "row 102: --resume with the run's own --recipe changes nothing" row_102
done_testing
