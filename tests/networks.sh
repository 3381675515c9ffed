#!/bin/sh
# networks.sh -- holds what runs are made of: any network, optimizer, average of the weights and
# normalisation; what of it stands in files, and that files of the first format still work.

. "$(dirname "$0")/lib.sh"
ulimit -c 0

data=$scratch/small
make_data "$data" 300 64
short='4 M 8c Tanh Linear(10)'

# usage PATTERN ARGUMENT...: refused as a mistake on the command line; nothing is created.
usage() {
    pattern=$1
    shift
    refuses 2 "$pattern" -d "$data" -o "$scratch/never" "$@" && absent "$scratch/never"
}

# train DIRECTORY EPOCHS OPTION...: a run of batches of 16.
train() {
    into=$1
    epochs=$2
    shift 2
    run 0 -d "$data" -b 16 -e "$epochs" -o "$into" "$@"
}

# predictions_of RUN: what its best checkpoint says of every test image.
predictions_of() {
    run 0 -d "$data" --eval="$1/best.safetensors" --export="$scratch/predictions"
    cat "$scratch/predictions"
}

# same_files A B: both directories have the same checkpoints and metrics. The best one may have been
# written when the run was to have fewer epochs: of that the predictions count.
same_files() {
    cmp "$1/last.safetensors" "$2/last.safetensors" || return 1
    predictions_of "$1" >"$scratch/first"
    predictions_of "$2" >"$scratch/second"
    [ -s "$scratch/first" ] && cmp "$scratch/first" "$scratch/second" || return 1
    plain "$1" >"$scratch/first"
    plain "$2" >"$scratch/second"
    diff "$scratch/first" "$scratch/second"
}

# goes_on OPTION...: a run that ends after an epoch and goes on has the bits of one that does not.
goes_on() {
    rm -rf "$scratch/whole" "$scratch/parts"
    train "$scratch/whole" 2 "$@" && train "$scratch/parts" 1 "$@" -j 2 &&
        run 0 --resume="$scratch/parts" -e 2 -j 3 && same_files "$scratch/whole" "$scratch/parts"
}

# ---- networks ----

wrong_texts() {
    printf '16 M\n17 Linear(11)\n' >"$scratch/wrong.net"
    for text in '' ' ' 'Conv2d' 'Conv2d(16' '16x' 'Linear(11)' 'M M M M M M' '400k29' 'Linear(3.5)' \
        'Conv2d(7,3,groups=2)' 'LogSoftmax ReLU' 'Dropout(2)' '[a' 'a: a: 16' './missing.net' missing.net \
        "$scratch/wrong.net" 'Linear(3000000) Linear(10)' 'Flatten Linear(50000) Linear(50000) 10'; do
        refuses 2 '.' -d "$data" -o "$scratch/never" --model="$text" && absent "$scratch/never" ||
            return 1
    done
}

same_network() {
    run 0 --summary=torch -m "$short" && cp "$scratch/out" "$scratch/short.net" &&
        train "$scratch/text" 1 -m "$short" && train "$scratch/file" 1 -m "$scratch/short.net" &&
        same_files "$scratch/text" "$scratch/file" || return 1
    grep -q '"format_version": 2' "$scratch/text/config.json" &&
        grep -q '"model": "Sequential(' "$scratch/text/config.json" || return 1
    rm "$scratch/short.net"
    run 0 --resume="$scratch/text" -e 2 -m "4, M # a comment
        8c Tanh Linear(CLASSES)" && run 0 --resume="$scratch/file" -e 2 &&
        same_files "$scratch/text" "$scratch/file" &&
        refuses 4 '--model differs from the run.s' --resume="$scratch/file" -e 3 -m '4 M 8c Linear(10)' &&
        refuses 2 'nonesuch' --resume="$scratch/file" -e 3 -m nonesuch
}

told_by_checkpoint() {
    run 0 -d "$data" --eval="$scratch/text/best.safetensors" && cp "$scratch/out" "$scratch/alone" &&
        run 0 -d "$data" --eval="$scratch/text/best.safetensors" -m "$short" &&
        diff "$scratch/alone" "$scratch/out" &&
        refuses 4 '--model differs' -d "$data" --eval="$scratch/text/best.safetensors" -m tiny &&
        run 0 --report "$scratch/text" && says "$scratch/out" " 4 M 8c Tanh Linear\(10\) " &&
        run 0 --report --format=csv "$scratch/text" &&
        says "$scratch/out" '/text,4 M 8c Tanh Linear\(10\),' &&
        run 0 -d "$data" -e 1 --compare "$scratch/text" -m softmax && says "$scratch/out" ' softmax '
}

# A comma in the text is quoted in CSV.
reported() {
    train "$scratch/comma" 1 -m 'Conv2d(2,3) Tanh' && run 0 --report --format=csv "$scratch/comma" &&
        says "$scratch/out" '/comma,"Conv2d\(2,3\) Tanh",50,' &&
        run 0 --report --format=jsonl "$scratch/comma" &&
        says "$scratch/out" '"model":"Conv2d\(2,3\) Tanh"'
}

started_from() {
    run 0 -d "$data" -e 1 -m '4 M 8c GELU Linear(10)' --init="$scratch/text/last.safetensors" &&
        run 0 -d "$data" -e 1 -m '4 M 8c Dropout(0.3) Linear(10)' --dropout=0.5 \
            --init="$scratch/text/last.safetensors" &&
        refuses 4 'last.safetensors: 5.weight is missing' -d "$data" -e 1 -m '4 M 8c Linear(10)' \
            --init="$scratch/text/last.safetensors" &&
        refuses 4 'last.safetensors: 6.weight: of another shape' -d "$data" -e 1 -m '4 M 8c Tanh 4c Linear(10)' \
            --init="$scratch/text/last.safetensors"
}

every_network() {
    run 0 --model=list && cp "$scratch/out" "$scratch/shelf" && [ "$(wc -l <"$scratch/shelf")" -ge 15 ] &&
        while read -r name parameters rest; do
            run 0 --summary -m "$name" && says "$scratch/out" "^Total params: $parameters\$" &&
                says "$scratch/out" '^Memory for training \(MB\): [0-9.]+$' || return 1
        done <"$scratch/shelf"
}

too_large() {
    (
        ulimit -v 400000 2>/dev/null || { echo 'no limit of memory'; exit 1; }
        refuses 5 'largest layer is 0, Linear.*--batch-size' -d "$data" -o "$scratch/never" \
            -m 'Linear(40000) Linear(10)' && absent "$scratch/never" &&
            refuses 5 'largest layer is 0, Conv2d.*--batch-size' -d "$data" -b 300 \
                -o "$scratch/never" -m '300p' && absent "$scratch/never"
    )
}

check "a wrong network is a mistake on the command line" wrong_texts
check "a text, a file and the run's own words are one network" same_network
check "a checkpoint tells of its network" told_by_checkpoint
check "--report shows networks by their short text" reported
check "--init wants the same names and shapes, not the same network" started_from
check "--summary works for every network of --model=list" every_network
if (ulimit -v 400000 && "$PROGRAM" --version) >/dev/null 2>&1; then
    check "a network that is larger than the memory is refused with figures" too_large
else
    skip "a network that is larger than the memory is refused with figures" "no limit of memory"
fi

# ---- optimizers, averages, normalisation ----

optimizers_go_on() {
    for optimizer in sgd adam adamw rmsprop adadelta; do
        goes_on -m "$short" --optimizer="$optimizer" || { echo "with $optimizer"; return 1; }
    done
    goes_on --optimizer=rmsprop --momentum=0.5 --alpha=0.9 --eps=1e-6 --weight-decay=0.001
}

average_goes_on() {
    goes_on --ema=0.9 && goes_on -m "$short" --ema=0.999 --optimizer=adam --schedule=cosine \
        --normalize=none -e 2
}

defaults() {
    while read -r optimizer lr momentum decay eps; do
        rm -rf "$scratch/brought"
        train "$scratch/brought" 1 -m softmax --optimizer="$optimizer" || return 1
        for pair in "\"optimizer\": \"$optimizer\"" "\"lr\": $lr" "\"momentum\": $momentum" \
            "\"weight_decay\": $decay" "\"eps\": $eps"; do
            grep -qF "$pair," "$scratch/brought/config.json" ||
                { echo "$optimizer: no $pair"; cat "$scratch/brought/config.json"; return 1; }
        done
    done <<'TABLE'
sgd 0.01 0.9 0 1e-8
adam 0.001 0 0 1e-8
adamw 0.001 0 0.01 1e-8
rmsprop 0.01 0 0 1e-8
adadelta 1 0 0 1e-6
TABLE
    rm -rf "$scratch/brought"
    train "$scratch/brought" 1 -m softmax --lr=0.5 --optimizer=adadelta --eps=0.25 &&
        grep -q '"lr": 0.5,' "$scratch/brought/config.json" &&
        grep -q '"eps": 0.25,' "$scratch/brought/config.json"
}

wrong_together() {
    usage '--optimizer: ' --optimizer=lion && usage '--ema: ' --ema=0 && usage '--ema: ' --ema=1 &&
        usage '--normalize: .*MEAN,STD' --normalize=0.5 && usage '--normalize: ' --normalize=0.5,0 ||
        return 1
    while read -r optimizer others; do
        for other in $others; do
            usage "--$other means nothing to --optimizer=$optimizer" --optimizer="$optimizer" \
                "--$other=0.5" || return 1
        done
    done <<'TABLE'
sgd beta1 beta2 eps alpha rho
adam momentum alpha rho
adamw momentum alpha rho
rmsprop beta1 beta2 rho
adadelta momentum beta1 beta2 alpha
TABLE
    usage '--nesterov means nothing' --optimizer=rmsprop --momentum=0.5 --nesterov &&
        run 0 -d "$data" -e 1 --recipe=tiny --optimizer=adam # its Nesterov's momentum goes
}

runs_own() {
    rm -rf "$scratch/own"
    train "$scratch/own" 1 -m softmax --optimizer=adam --ema=0.5 --normalize=0.25,0.5 || return 1
    for other in --optimizer=adamw --ema=0.75 --normalize=none --beta1=0.5; do
        refuses 4 "${other%%=*} differs" --resume="$scratch/own" -e 2 "$other" || return 1
    done
    run 0 -d "$data" --eval="$scratch/own/last.safetensors" && cp "$scratch/out" "$scratch/own.eval" &&
        run 0 -d "$data" --eval="$scratch/own/last.safetensors" --normalize=0.25,0.5 &&
        diff "$scratch/own.eval" "$scratch/out" &&
        run 0 -d "$data" --eval="$scratch/own/last.safetensors" --normalize=none &&
        ! diff "$scratch/own.eval" "$scratch/out" >/dev/null &&
        tail -n 1 "$scratch/own.eval" | grep -q "$(sed -n 's/.*"test_loss":\(0\.[0-9]\{3\}\|[1-9]\.[0-9]\{3\}\).*/\1/p' \
            "$scratch/own/metrics.jsonl" | tail -n 1)"
}

damaged() {
    for change in 's/"format_version": 2/"format_version": 3/' 's/: Linear(in/: Linaer(in/' \
        's/"model": ".*",/"model": 7,/' 's/"adam"/"adan"/' 's/"ema": 0.5/"ema": 1.5/' \
        's/"normalize": "0.25,0.5"/"normalize": "0.25"/' 's/out_features=10/out_features=11/'; do
        rm -rf "$scratch/damaged"
        cp -R "$scratch/own" "$scratch/damaged"
        sed "$change" "$scratch/own/config.json" >"$scratch/damaged/config.json"
        ! cmp -s "$scratch/own/config.json" "$scratch/damaged/config.json" &&
            refuses 4 'config.json' --resume="$scratch/damaged" -e 2 &&
            refuses 4 'config.json' --report "$scratch/damaged" || { echo "with $change"; return 1; }
    done
}

check "every optimizer goes on to the same bits" optimizers_go_on
check "an average of the weights goes on to the same bits" average_goes_on
check "an optimizer brings PyTorch's defaults" defaults
check "what an optimizer has not is a mistake on the command line" wrong_together
check "a run and its checkpoints keep what they were made with" runs_own
check "a damaged config.json of format 2 is refused" damaged

# ---- the first format ----

# A run of `tiny`, made by the version before format 2, with the data of this script.
first_format() {
    rm -rf "$scratch/first_format"
    cp -R "$SRCDIR/tests/format1" "$scratch/first_format" && chmod -R u+w "$scratch/first_format" &&
        run 0 -d "$data" --eval="$scratch/first_format/best.safetensors" &&
        says "$scratch/out" '^Test set: Average loss: ' && run 0 --report "$scratch/first_format" &&
        says "$scratch/out" ' tiny +4,764 ' && run 0 -d "$data" --resume="$scratch/first_format" -e 2 &&
        grep -q '"format_version": 1' "$scratch/first_format/config.json" &&
        ! grep -q optimizer "$scratch/first_format/config.json" &&
        [ "$(grep -c '"event":"epoch"' "$scratch/first_format/metrics.jsonl")" -eq 2 ] &&
        run 0 -d "$data" -e 1 --compare "$scratch/first_format"
}

# What the first versions trained is written as they wrote it.
written_as_then() {
    rm -rf "$scratch/then"
    run 0 -d "$data" -b 64 -e 1 -m tiny --normalize=0.1307,0.3081 --kernels=baseline -j 1 -o "$scratch/then" &&
        sed 's/"data": .*/"data": "data",/' "$scratch/then/config.json" >"$scratch/then.json" &&
        diff "$SRCDIR/tests/format1/config.json" "$scratch/then.json"
}

check "a run of format 1 goes on, is evaluated and compared" first_format
check "what format 1 can say is written in it" written_as_then
done_testing
