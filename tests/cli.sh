#!/bin/sh
# cli.sh -- tests the command line: options and their mistakes, what each action prints, the files
# of a run directory, exit statuses, and the effect of closed streams and signals on a run without a
# dashboard.

. "$(dirname "$0")/lib.sh"
ulimit -c 0

# ---- small data sets, cut from the real one ----

data=$scratch/small
make_data "$data" 640 160

# ---- helpers ----

# same_text FILE FILE
same_text() {
    diff "$1" "$2"
}

# usage PATTERN ARGUMENT...: refused as a mistake on the command line, with data and run directory
# given.
usage() {
    pattern=$1
    shift
    refuses 2 "$pattern" -d "$data" -o "$scratch/never" "$@"
}

# ---- mistakes on the command line ----

row_50() {
    usage '--frobnicate: unknown option' --frobnicate &&
        usage '-Z: unknown option' -Z &&
        usage '-Z: unknown option' -pZ &&
        usage '--epochs: its argument is missing' --epochs &&
        usage '-e: its argument is missing' -e &&
        usage '--headless=yes: takes no argument' --headless=yes &&
        usage 'mnist: not expected' mnist &&
        usage 'mnist: not expected' -e 1 -- mnist &&
        usage '--glyphs: .*runes' --glyphs=runes &&
        usage '--color: .*sometimes' --color=sometimes &&
        usage '--view: .*beach' --view=beach &&
        usage '--data: the path is empty' --data= &&
        usage '--model: .*nonesuch' --model=nonesuch &&
        usage '--recipe: .*expected reference, best, tiny, got .cake' --recipe=cake &&
        usage '--recipe: .*got ..\)' --recipe= &&
        usage '--schedule: .*expected none, step, cosine, onecycle, got .poly' --schedule=poly &&
        usage '--augment: .*expected none, affine, got .flip' --augment=flip &&
        usage '--nesterov=1: takes no argument' --nesterov=1 &&
        usage '--warmup: its argument is missing' --warmup &&
        usage 'mmx' --kernels=mmx
}

# A letter of two bytes: the message names the option as it was typed.
row_50_letter() {
    usage '-é: unknown option' -é
}

# Control bytes from the command line do not reach the terminal.
row_50_escapes() {
    usage 'unknown option' "$(printf -- '--a\033[31mb')" &&
        says "$scratch/err" '\\x1B\[31m' || return 1
    ! LC_ALL=C grep -q "$(printf '\033')" "$scratch/err"
}

row_51() {
    for option in epochs batch-size seed threads validate; do
        for number in '' 1x x ' 1' +1 -1 1.5 0x10 1e3 99999999999999999999; do
            usage "--$option: " "--$option=$number" || return 1
        done
    done
    for option in lr momentum beta1 beta2 eps alpha rho ema checkpoint-every weight-decay warmup dropout \
        label-smoothing rotate shift scale; do
        for number in '' 0.1x x ' 0.1' 0,5 -0.1 1e999 --; do
            usage "--$option: " "--$option=$number" || return 1
        done
    done
    for size in '' 80 80x x24 0x24 80x0 80x24x 80X24 -80x24 80x9999 99999999999x24; do
        usage '--snapshot: ' "--snapshot=$size" || return 1
    done
    usage '--epochs: ' -e 0 && usage '--batch-size: ' -b 0 && usage '--momentum: ' --momentum=1
}

row_52() {
    for number in nan NaN inf -inf infinity 0 -0 0.0; do
        usage '--lr: ' "--lr=$number" || return 1
    done
    for option in momentum weight-decay warmup dropout label-smoothing rotate shift scale; do
        for number in nan inf -inf; do
            usage "--$option: " "--$option=$number" || return 1
        done
    done
    for option in momentum warmup dropout label-smoothing; do
        usage "--$option: .*expected 0 to below 1(, as a float)?, got .1.*" "--$option=1" || return 1
    done
}

row_53() {
    usage '--batch-size: .*expected at most 640, got 641' -b 641 &&
        usage '--batch-size: .*expected at most 600, got 601' -b 601 --validate=40 &&
        run 0 -d "$data" -e 1 -b 640
}

row_54() {
    usage '--threads: .*expected 1 to [0-9]+, got .0.' --threads=0 &&
        usage '--threads: .*got .100000.' -j 100000
}

row_55() {
    usage '--rotate needs --augment=affine' --rotate=5 &&
        usage '--shift needs --augment=affine' --shift=1 --recipe=best --augment=none &&
        usage '--scale needs --augment=affine' --scale=0.1 &&
        usage '--nesterov needs --momentum' --nesterov --momentum=0 &&
        usage '--validate: leaves nothing .*expected at most 639, got 640' --validate=640 &&
        usage 'only one of' --summary --stats &&
        usage 'only one of' --snapshot=80x24 --eval=x &&
        usage 'only one of' --model=list --stats &&
        usage '--export' --export="$scratch/never" &&
        usage '--paused' --paused --headless &&
        usage '--paused' -p --snapshot=80x24 &&
        usage '--paused' --paused &&
        usage '--run-dir' --eval=x &&
        usage '--run-dir' --summary &&
        usage '--run-dir' --resume=x &&
        refuses 2 '--init' -d "$data" --init=x --resume=x &&
        refuses 2 '--resume' -d "$data" --eval=x --resume=x &&
        refuses 2 '--checkpoint-every needs' -d "$data" --checkpoint-every=1 &&
        refuses 2 '--init' -d "$data" --init=x --eval=x
}

# Without argv[0]. Newer kernels put an empty one there; then the missing data set is reported.
row_56() {
    (cd "$scratch" && "$BUILDDIR/tests/inspect" unnamed "$PROGRAM" 2>"$scratch/err")
    status=$?
    [ "$status" -eq 2 ] || [ "$status" -eq 3 ] || { echo "exit status $status"; return 1; }
    says "$scratch/err" '^mnist-tui: '
}

# closed_run NAME REDIRECTIONS: a run with closed streams leaves the same metrics as any other.
closed_run() {
    eval '"$PROGRAM" -d "$data" -e 1 -o "$scratch/$1"' "$2"
    status=$?
    [ "$status" -eq 0 ] || { echo "exit status $status with $2"; return 1; }
    lines=$(grep -c '^{"event":.*}$' "$scratch/$1/metrics.jsonl")
    [ "$lines" -eq 13 ] && [ "$(wc -l <"$scratch/$1/metrics.jsonl")" -eq 13 ] && return 0
    echo "metrics.jsonl with $2:"
    cat "$scratch/$1/metrics.jsonl"
    return 1
}

row_57() {
    closed_run closed_all '<&- >&- 2>&-' &&
        closed_run closed_in '<&- >/dev/null' &&
        closed_run closed_out '</dev/null >&-' &&
        closed_run closed_err '</dev/null >/dev/null 2>&-'
}

row_57_message() {
    "$PROGRAM" -d "$scratch/nowhere" <&- >&- 2>"$scratch/err"
    status=$?
    [ "$status" -eq 3 ] && says "$scratch/err" '^mnist-tui: .*nowhere'
}

# full ARGUMENT...: writes its output to a full disk.
full() {
    "$PROGRAM" "$@" </dev/null >/dev/full 2>"$scratch/err"
    status=$?
    [ "$status" -eq 5 ] || { echo "mnist-tui $*: exit status $status, expected 5"; return 1; }
    says "$scratch/err" '^mnist-tui: standard output: ' && one_line "$scratch/err"
}

row_58() {
    full --help && full --version && full --summary && full --summary=torch && full --model=list &&
        full -d "$data" --stats && full -d "$data" -e 2
}

row_107() {
    for number in 1e-50 1e-40 1e39 1e300; do
        usage '--lr: .*above 0, as a float' "--lr=$number" &&
            usage '--weight-decay: .*as a float' "--weight-decay=$number" || return 1
    done
    usage '--momentum: .*below 1, as a float' --momentum=0.99999999999
}

row_110() {
    refuses 2 '--report: the path is empty' --report '' &&
        refuses 2 '--report: the path is empty' --report x '' && usage "'': not expected here" ''
}

check "row 50: unknown, missing and extra arguments are refused" row_50
check "row 50: an unknown letter that is not ASCII is named" row_50_letter
check "row 50: control bytes in messages are escaped" row_50_escapes
check "row 51: empty, malformed, too large and negative numbers are refused" row_51
check "row 52: learning rates nan, inf and 0 are refused" row_52
check "row 53: a batch larger than the data is refused" row_53
check "row 54: 0 and 100000 threads are refused" row_54
check "row 55: options that contradict each other are refused" row_55
check "row 56: argc = 0 does not crash" row_56
check "row 107: rates that become 0 or infinite as floats are refused" row_107
check "row 110: --report refuses an empty name" row_110
check "row 57: closed descriptors 0 to 2 do no harm" row_57
check "row 57: a message reaches stderr when the others are closed" row_57_message
if [ -c /dev/full ]; then
    check "row 58: --help and others report a full disk on stdout" row_58
else
    skip "row 58: --help and others report a full disk on stdout" "no /dev/full"
fi

# ---- what each action prints ----

help_text() {
    run 0 --help && says "$scratch/out" '^Usage: mnist-tui' && says "$scratch/out" '--epochs=N' &&
        [ ! -s "$scratch/err" ] && cp "$scratch/out" "$scratch/help" &&
        run 0 -h && same_text "$scratch/out" "$scratch/help" &&
        run 0 --help --summary --stats && same_text "$scratch/out" "$scratch/help" &&
        run 0 --resume="$scratch/nowhere" --help && same_text "$scratch/out" "$scratch/help"
}

version_text() {
    run 0 --version && says "$scratch/out" '^mnist-tui [0-9]+\.[0-9]+' &&
        says "$scratch/out" '^Kernels: baseline( (avx2|avx512)( \(not on this machine\))?)*$' &&
        [ ! -s "$scratch/err" ] && run 0 -V
}

models_text() {
    run 0 --model=list && [ ! -s "$scratch/err" ] || return 1
    for model in 'basic +9,902' 'nofc +9,070' 'slim +8,450' 'deep +9,602' 'tiny +4,764' \
        'softmax +7,850' 'nielsen +23,860' 'mlp +101,770' 'lenet5 +61,706' 'convnetjs +5,994' \
        'keras +34,826' 'caffe +431,080' 'tinygrad +87,850' 'pytorch +1,199,882' \
        'separable +5,090'; do
        says "$scratch/out" "^$model parameters +[0-9,]{5,10} multiply-adds  [A-Za-z]" || return 1
    done
    [ "$(wc -l <"$scratch/out")" -eq 15 ]
}

# summarised ARGUMENT: the network that it says has 2,906 parameters.
summarised() {
    run 0 --summary --model="$1" && says "$scratch/out" '^Total params: 2,906$' && [ ! -s "$scratch/err" ]
}

network_texts() (
    printf '# a network of my own\n8 12 M\n16\n' >"$scratch/my.net" &&
        printf '8,\n12 N' >"$scratch/wrong" && cd "$scratch" || return 1
    summarised '8 12 M 16' && summarised my.net && summarised ./my.net && summarised "$scratch/my.net" &&
        run 0 --summary=torch --model=my.net && summarised "$(cat "$scratch/out")" || return 1
    refuses 2 '--model: line 1, column 4: there is no layer x' --summary --model='8, x' &&
        refuses 2 '/wrong: line 2, column 4: there is no layer N' --summary --model=./wrong &&
        refuses 2 'missing.net: .*No such file' --summary --model=missing.net &&
        refuses 2 'no/such: .*No such file' --summary --model=no/such &&
        refuses 2 '--model: line 1, column 9: the last layer, 1, gives 11 features' --summary \
            --model='Flatten Linear(11)'
)

# As PyTorch printed the same network; see tests/reference/models.
printed_text() {
    awk '/^name: / { named = $2 == "basic" } /^tensors:/ { inside = 0 }
        inside && named { print } /^print:/ { inside = 1 }' \
        "$SRCDIR/tests/reference/models/networks.txt" >"$scratch/expected"
    run 0 --summary=torch && same_text "$scratch/expected" "$scratch/out" &&
        [ ! -s "$scratch/err" ] && run 0 --summary=table && mv "$scratch/out" "$scratch/table" &&
        run 0 --summary && same_text "$scratch/table" "$scratch/out" && usage 'table, torch' --summary=x
}

summary_text() {
    cat >"$scratch/expected" <<'TABLE'
----------------------------------------------------------------
        Layer (type)               Output Shape         Param #
================================================================
            Conv2d-1            [-1, 4, 28, 28]              36
       BatchNorm2d-2            [-1, 4, 28, 28]               8
              ReLU-3            [-1, 4, 28, 28]               0
            Conv2d-4            [-1, 8, 28, 28]             288
       BatchNorm2d-5            [-1, 8, 28, 28]              16
              ReLU-6            [-1, 8, 28, 28]               0
         MaxPool2d-7            [-1, 8, 14, 14]               0
            Conv2d-8           [-1, 16, 12, 12]           1,152
       BatchNorm2d-9           [-1, 16, 12, 12]              32
             ReLU-10           [-1, 16, 12, 12]               0
           Conv2d-11           [-1, 20, 10, 10]           2,880
      BatchNorm2d-12           [-1, 20, 10, 10]              40
             ReLU-13           [-1, 20, 10, 10]               0
           Conv2d-14             [-1, 24, 8, 8]           4,320
AdaptiveAvgPool2d-15             [-1, 24, 1, 1]               0
           Linear-16                   [-1, 32]             800
           Linear-17                   [-1, 10]             330
================================================================
Total params: 9,902
Trainable params: 9,902
Non-trainable params: 0
----------------------------------------------------------------
Input size (MB): 0.00
Forward/backward pass size (MB): 0.34
Params size (MB): 0.04
Estimated Total Size (MB): 0.38
----------------------------------------------------------------
TABLE
    run 0 --summary && sed '/^Memory for/,$d' "$scratch/out" >"$scratch/table" &&
        same_text "$scratch/expected" "$scratch/table" && [ ! -s "$scratch/err" ] &&
        says "$scratch/out" '^Memory for training \(MB\): [0-9]+\.[0-9]{2}$'
}

stats_text() {
    cat >"$scratch/expected" <<'TABLE'
[Train]
 - Shape: (60000, 28, 28)
 - min: 0.0000
 - max: 1.0000
 - mean: 0.1307
 - std: 0.3081
 - var: 0.0949
 - images per class: 0:5923 1:6742 2:5958 3:6131 4:5842 5:5421 6:5918 7:6265 8:5851 9:5949
 - normalised: min -0.4242, max 2.8215, mean -0.0001, std 1.0000, var 1.0001
[Test]
 - Shape: (10000, 28, 28)
 - min: 0.0000
 - max: 1.0000
 - mean: 0.1325
 - std: 0.3105
 - var: 0.0964
 - images per class: 0:980 1:1135 2:1032 3:1010 4:982 5:892 6:958 7:1028 8:974 9:1009
 - normalised: min -0.4242, max 2.8215, mean 0.0059, std 1.0077, var 1.0155
[Normalisation]
 - (pixel - 0.1307) / 0.3081: as training, testing and --eval use it
TABLE
    run 0 --data="$SRCDIR/data" --stats && sed '/^\[Mean/,$d' "$scratch/out" >"$scratch/table" &&
        same_text "$scratch/expected" "$scratch/table" &&
        sed -n '/^\[Mean/,/^\[Training/p' "$scratch/out" >"$scratch/mean" &&
        [ "$(wc -l <"$scratch/mean")" -eq 30 ] && says "$scratch/mean" '█' &&
        says "$scratch/out" '^1 +█{40} +6742$' && says "$scratch/out" '^5 +█{32}.* +5421$'
}

# The places where the data set is looked for: each has its own number of images.
search_order() (
    make_data "$scratch/seven" 7 7 && make_data "$scratch/eight" 8 8 || return 1
    mkdir "$scratch/home" && mv "$scratch/eight" "$scratch/home/data" || return 1
    cd "$scratch/home" || return 1
    MNIST_TUI_DATA=$scratch/seven run 0 --data="$data" --stats &&
        says "$scratch/out" 'Shape: \(640,' &&
        MNIST_TUI_DATA=$scratch/seven run 0 --stats && says "$scratch/out" 'Shape: \(7,' &&
        MNIST_TUI_DATA='' run 0 --stats && says "$scratch/out" 'Shape: \(8,' &&
        run 0 --stats && says "$scratch/out" 'Shape: \(8,' &&
        MNIST_TUI_DATA=$scratch/nowhere refuses 3 'nowhere/train-images-idx3-ubyte.gz' --stats
)

# Without any of them: the copy that make install puts there, which need not be installed now.
installed_data() (
    mkdir "$scratch/nothing" && cd "$scratch/nothing" || return 1
    "$PROGRAM" --stats >"$scratch/out" 2>"$scratch/err" </dev/null
    case $? in
    0) says "$scratch/out" 'Shape: \(60000,' ;;
    3) says "$scratch/err" '/mnist-tui/[a-z0-9-]+-ubyte\.gz: ' ;;
    *) cat "$scratch/err"; return 1 ;;
    esac
)

check "--help goes to stdout and wins over what follows" help_text
check "--version lists the kernels" version_text
check "--model=list lists the networks that have names" models_text
check "a network is a text, a file or a name" network_texts
check "--summary prints torchsummary's table" summary_text
check "--summary=torch prints what PyTorch prints" printed_text
check "--stats prints the notebook's block, the normalisation, the mean image and a histogram" stats_text
check "the data set is looked for in --data, then \$MNIST_TUI_DATA, then ./data" search_order
check "the data set is looked for in the installed copy last" installed_data

# ---- a run ----

directory=$scratch/run

# The notebook's lines of three epochs of ten batches, and the results.
headless_lines() {
    run 0 -d "$data" -e 3 --headless --normalize=0.1307,0.3081 -o "$directory" || return 1
    awk '
    function fail(text) { print "line " NR ": " text ": " $0; bad = 1 }
    BEGIN {
        bar = "^Loss=[0-9]+\\.[0-9][0-9][0-9][0-9] Batch_id=9 Accuracy=[0-9]+\\.[0-9][0-9]: " \
            "100%\\|██████████\\| 10/10 \\[[0-9][0-9]:[0-9][0-9]<00:00, +[0-9]+\\.[0-9][0-9]" \
            "(it/s|s/it)\\]$"
        test = "^Test set: Average loss: [0-9]+\\.[0-9][0-9][0-9][0-9], Accuracy: [0-9]+/160 " \
            "\\([0-9]+\\.[0-9][0-9]%\\)$"
    }
    NR <= 9 && NR % 3 == 1 && $0 != "EPOCH: " (NR - 1) / 3 { fail("no EPOCH") }
    NR <= 9 && NR % 3 == 2 && $0 !~ bar { fail("no bar") }
    NR <= 9 && NR % 3 == 0 && $0 !~ test { fail("no test") }
    NR == 10 && $0 != "Total parameters: 9,902" { fail("no parameters") }
    NR == 11 && !/^Best train accuracy: [0-9]+\.[0-9][0-9]%$/ { fail("no train accuracy") }
    NR == 12 && !/^Best test accuracy: [0-9]+\.[0-9][0-9]% \(epoch [0-2]\)$/ { fail("no test accuracy") }
    NR == 13 && !/^Images per second: [0-9,]+$/ { fail("no speed") }
    END { if (NR != 13) fail("13 lines expected"); exit bad }' "$scratch/out" &&
        cp "$scratch/out" "$scratch/lines" && [ ! -s "$scratch/err" ]
}

ascii_bar() {
    LC_ALL=C run 0 -d "$data" -e 1 && says "$scratch/out" ': 100%\|##########\| 10/10 \['
}

# No output calls held-out training images a test set.
validation_lines() {
    run 0 -d "$data" -e 1 --validate=100 &&
        says "$scratch/out" '^Validation set: Average loss: .* Accuracy: [0-9]+/100 ' &&
        says "$scratch/out" '^Best validation accuracy: ' && ! grep -i test "$scratch/out" &&
        run 0 -d "$data" -e 1 --validate=100 --snapshot=80x24 &&
        says "$scratch/out" 'best val accuracy' && ! grep -w test "$scratch/out"
}

four_files() {
    ls -A "$directory" >"$scratch/files"
    cat >"$scratch/expected" <<'LIST'
best.safetensors
config.json
last.safetensors
metrics.jsonl
LIST
    same_text "$scratch/expected" "$scratch/files"
}

# The fields and their order, as text.
metrics_form() {
    real='-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?'
    time='"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z"'
    grep -nvE "^\{(\
\"event\":\"start\",\"epoch\":0,\"batch\":0,\"time\":$time|\
\"event\":\"batch\",\"epoch\":[0-2],\"batch\":[0-9],\"loss\":$real,\"accuracy\":$real|\
\"event\":\"epoch\",\"epoch\":[0-2],\"train_loss\":$real,\"train_accuracy\":$real,\
\"test_loss\":$real,\"test_accuracy\":$real,\"seconds\":$real,\"images_per_second\":$real,\
\"time\":$time|\
\"event\":\"end\",\"reason\":\"finished\",\"epoch\":2,\"batch\":10,\"time\":$time\
)\}\$" "$directory/metrics.jsonl"
    [ $? -eq 1 ]
}

# The events and their order: start, batches and end of each epoch, end.
metrics_order() {
    sed -E 's/^\{"event":"([a-z]+)",("reason":"([a-z]+)",)?"epoch":([0-9]+),("batch":([0-9]+))?.*/\1 \3\4 \6/' \
        "$directory/metrics.jsonl" >"$scratch/events"
    {
        echo 'start 0 0'
        for epoch in 0 1 2; do
            for batch in 0 1 2 3 4 5 6 7 8 9; do
                echo "batch $epoch $batch"
            done
            echo "epoch $epoch "
        done
        echo 'end finished2 10'
    } >"$scratch/expected"
    same_text "$scratch/expected" "$scratch/events"
}

# said FILE: the numbers that a run prints, in the form in which metrics_json prints those of the
# log.
said() {
    sed -n 's/^Loss=\([^ ]*\) Batch_id=9 Accuracy=\([^:]*\):.*/bar \1 \2/p
        s/.* Average loss: \([^,]*\), Accuracy: \([0-9]*\)\/160 (\(.*\)%)$/test \1 \2 \3/p
        s/^Best test accuracy: \(.*\)% (epoch \(.*\))$/best \1 \2/p' "$1"
}

metrics_json() {
    "$BUILDDIR/tests/inspect" json "$directory/metrics.jsonl" >"$scratch/values" || return 1
    sed 's/^event=\([a-z]*\)/\1/; s/=[^ ]*//g' "$scratch/values" | sort -u >"$scratch/fields"
    cat >"$scratch/expected" <<'FIELDS'
batch epoch batch loss accuracy
end reason epoch batch time
epoch epoch train_loss train_accuracy test_loss test_accuracy seconds images_per_second time
start epoch batch time
FIELDS
    same_text "$scratch/expected" "$scratch/fields" || return 1
    awk '
    function percent(accuracy) { if (accuracy + 0 < 0 || accuracy + 0 > 100) bad = 1 }
    {
        for (i = 1; i <= NF; i++)
            value[substr($i, 1, index($i, "=") - 1)] = substr($i, index($i, "=") + 1)
    }
    value["event"] == "batch" { percent(value["accuracy"]) }
    value["event"] == "epoch" {
        percent(value["train_accuracy"])
        percent(value["test_accuracy"])
        difference = value["accuracy"] - value["train_accuracy"]
        if (difference > 1e-6 || difference < -1e-6) bad = 1
        printf "bar %.4f %.2f\n", value["loss"], value["accuracy"]
        printf "test %.4f %d %.2f\n", value["test_loss"], 1.6 * value["test_accuracy"] + 0.5,
            value["test_accuracy"]
        if (value["epoch"] == 0 || value["test_accuracy"] + 0 > best) {
            best = value["test_accuracy"] + 0
            epoch = value["epoch"]
        }
    }
    END { printf "best %.2f %d\n", best, epoch; exit bad }' "$scratch/values" >"$scratch/expected" &&
        said "$scratch/lines" >"$scratch/said" && [ "$(wc -l <"$scratch/said")" -eq 7 ] &&
        same_text "$scratch/expected" "$scratch/said"
}

config_form() {
    for pair in '"version": "[0-9.]+"' '"format_version": 1' '"model": "basic"' \
        '"parameters": 9902' '"epochs": 3' '"batch_size": 64' '"lr": 0.01' '"momentum": 0.9' \
        '"seed": 1' '"shuffle": true' '"schedule": "none"' '"warmup": 0' '"weight_decay": 0' \
        '"nesterov": false' '"dropout": 0' '"label_smoothing": 0' '"augment": "none"' \
        '"validate": 0' '"recipe": "reference"' '"kernels": "(baseline|avx2|avx512)"' '"threads": [0-9]+' \
        "\"data\": \"$data\"" '"data_checksum": "[0-9a-f]{16}"'; do
        says "$directory/config.json" "^ *$pair,?\$" || return 1
    done
    "$BUILDDIR/tests/inspect" json "$directory/config.json" >"$scratch/values" &&
        one_line "$scratch/values"
}

# The recipe's settings and those given beside it.
recipe_config() {
    run 0 -d "$data" -o "$scratch/recipe" --normalize=0.1307,0.3081 --warmup=0.25 --recipe=tiny -e 1 --dropout=0.1 \
        --label-smoothing=0.05 --weight-decay=0.0005 --augment=affine --rotate=5 --validate=40 || return 1
    for pair in '"model": "tiny"' '"epochs": 1' '"batch_size": [0-9]+' '"recipe": "tiny"' \
        '"warmup": 0.25' '"weight_decay": 0.0005' '"dropout": 0.1' '"label_smoothing": 0.05' \
        '"rotate": 5' '"validate": 40'; do
        says "$scratch/recipe/config.json" "^ *$pair,?\$" || return 1
    done
    for key in lr momentum schedule nesterov augment shift scale seed shuffle; do
        [ "$(grep -c "^ *\"$key\": " "$scratch/recipe/config.json")" -eq 1 ] ||
            { echo "no $key"; return 1; }
    done
    says "$scratch/out" '^Validation set: .*/40 '
}

# A directory that already holds a run is not written to.
second_run() {
    ls -la "$directory" >"$scratch/before" && cat "$directory"/* | cksum >>"$scratch/before"
    run 4 -d "$data" -e 1 -o "$directory" && says "$scratch/err" "^mnist-tui: $directory: " &&
        one_line "$scratch/err" && [ ! -s "$scratch/out" ] || return 1
    ls -la "$directory" >"$scratch/after" && cat "$directory"/* | cksum >>"$scratch/after"
    same_text "$scratch/before" "$scratch/after"
}

# A directory that cannot be made, or is a file.
no_directory() {
    : >"$scratch/file"
    refuses 5 "$scratch/file: " -d "$data" -e 1 -o "$scratch/file" &&
        refuses 5 "$scratch/file/run: " -d "$data" -e 1 -o "$scratch/file/run" &&
        refuses 5 "$scratch/no/run: " -d "$data" -e 1 -o "$scratch/no/run"
}

# No run directory is made if the data or the checkpoint cannot be used.
nothing_made() {
    refuses 3 'nowhere/' -d "$scratch/nowhere" -o "$scratch/never" &&
        refuses 4 'nothing\.safetensors: ' -d "$data" -o "$scratch/never" \
            --init="$scratch/nothing.safetensors"
}

# A name that JSON cannot hold: the run could not be resumed.
data_beyond_utf8() {
    strange=$scratch/$(printf 'd\377')
    ln -s "$data" "$strange"
    refuses 2 '--data: .*UTF-8' -d "$strange" -e 1 -o "$scratch/never" && run 0 -d "$strange" -e 1
}

# ---- checkpoints ----

# best_of METRICS: epoch, test accuracy and test loss of the best epoch; the first one if several
# are equal.
best_of() {
    sed -n 's/.*"epoch","epoch":\([0-9]*\),.*"test_loss":\([^,]*\),"test_accuracy":\([^,]*\),.*/\1 \3 \2/p' \
        "$1" | sort -k2,2nr -k1,1n | head -n 1
}

# eval_says FILE LOSS ACCURACY
eval_says() {
    run 0 -d "$data" --eval="$1" && says "$scratch/out" "$(awk -v loss="$2" -v accuracy="$3" 'BEGIN {
        printf "^Test set: Average loss: %.4f, Accuracy: %d/160 \\(%.2f%%\\)$", loss,
            accuracy * 1.6 + 0.5, accuracy }')" && one_line "$scratch/out"
}

eval_best() {
    set -- $(best_of "$directory/metrics.jsonl")
    eval_says "$directory/best.safetensors" "$3" "$2"
}

eval_last() {
    grep '"event":"epoch","epoch":2' "$directory/metrics.jsonl" >"$scratch/last.jsonl"
    set -- $(best_of "$scratch/last.jsonl")
    eval_says "$directory/last.safetensors" "$3" "$2"
}

export_csv() {
    run 0 -d "$data" --eval="$directory/best.safetensors" --export="$scratch/predictions.csv" ||
        return 1
    awk -F, -v result="$(cat "$scratch/out")" '
    function fail(text) { print "line " NR ": " text ": " $0; bad = 1 }
    NR == 1 {
        if ($0 != "index,label,prediction,loss,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9") fail("header")
        next
    }
    {
        sum = 0
        best = 0
        for (k = 0; k < 10; k++) {
            sum += $(5 + k)
            if ($(5 + k) < 0 || $(5 + k) > 1) fail("probability")
            if ($(5 + k) > $(5 + best)) best = k
        }
        if (NF != 14) fail("fields")
        if ($1 != NR - 2) fail("index")
        if (sum < 0.99999 || sum > 1.00001) fail("sum " sum)
        if ($3 != best) fail("prediction, not the likeliest " best)
        likelihood = $(5 + $2)
        difference = likelihood > 1e-6 ? $4 + log(likelihood) : 0
        if (difference > 1e-4 || difference < -1e-4) fail("loss")
        correct += $2 == $3
        loss += $4
    }
    END {
        if (NR != 161) fail("161 lines expected")
        line = sprintf("Test set: Average loss: %.4f, Accuracy: %d/160 (%.2f%%)", loss / 160,
            correct, correct / 1.6)
        if (line != result) fail("expected " line " got " result)
        exit bad
    }' "$scratch/predictions.csv"
}

# kept PATTERN EXPORT ARGUMENT...: --export to this file is refused, and every file stays as it is.
kept() {
    pattern=$1
    export=$2
    shift 2
    find "$scratch/104" "$scratch/linked" -type f -exec cksum {} + | sort >"$scratch/before"
    refuses 2 "--export: .*$pattern" "$@" --export="$export" || return 1
    find "$scratch/104" "$scratch/linked" -type f -exec cksum {} + | sort >"$scratch/after"
    same_text "$scratch/before" "$scratch/after"
}

# This test's own run and data set, with links from elsewhere to their files.
row_104_export() {
    place=$scratch/104
    links=$scratch/linked
    mkdir "$place" "$links" && cp -R "$directory" "$place/run" && cp -R "$data" "$place/data" &&
        cp "$directory/best.safetensors" "$place/w.safetensors" || return 1
    ln -s "$place/w.safetensors" "$links/soft" && ln "$place/w.safetensors" "$links/hard" &&
        ln -s "$place/run/metrics.jsonl" "$links/log" && ln "$place/run/config.json" "$links/config" &&
        ln -s "$place/data" "$links/data" && ln "$place/data/train-labels-idx1-ubyte.gz" "$links/gz" &&
        ln -s "$place/nothing" "$links/nothing" || return 1
    set -- -d "$place/data" --eval="$place/w.safetensors"
    kept 'w\.safetensors is the checkpoint' "$place/w.safetensors" "$@" &&
        kept 'soft is the checkpoint' "$links/soft" "$@" &&
        kept 'hard is the checkpoint' "$links/hard" "$@" &&
        kept "data set's t10k-images-idx3-ubyte.gz" "$place/data/t10k-images-idx3-ubyte.gz" "$@" &&
        kept "data set's train-images-idx3-ubyte.gz" "$links/data/train-images-idx3-ubyte.gz" "$@" &&
        kept "gz is the data set's train-labels-idx1-ubyte.gz" "$links/gz" "$@" &&
        kept 'is the metrics\.jsonl of a run' "$place/run/metrics.jsonl" "$@" &&
        kept 'is the metrics\.jsonl of a run' "$links/log" "$@" &&
        kept 'is the config\.json of a run' "$links/../104/run/config.json" "$@" &&
        kept 'nothing is a link to no file' "$links/nothing" "$@" || return 1
    set -- -d "$place/data" --eval="$place/run/best.safetensors"
    kept 'is the last\.safetensors of a run' "$place/run/last.safetensors" "$@" &&
        kept 'is the config\.json of a run' "$links/config" "$@" &&
        rm "$place/run/last.safetensors" &&
        kept 'is the last\.safetensors of a run' "$place/run/./last.safetensors" "$@" || return 1
    cd "$place/run" && kept 'is the metrics\.jsonl of a run' metrics.jsonl "$@" &&
        run 0 "$@" --export=predictions.csv && run 0 "$@" --export=predictions.csv &&
        [ "$(wc -l <predictions.csv)" -eq 161 ] && run 0 "$@" --export="$place/metrics.jsonl"
}

# A checkpoint from elsewhere that has the name of a run's checkpoint, and a log that is a link to
# the data.
row_104_run() {
    place=$scratch/104_run
    mkdir "$place" "$place/seed-2" && cp "$directory/best.safetensors" "$place/last.safetensors" &&
        cp "$directory/best.safetensors" "$place/seed-2/best.safetensors" &&
        cp -R "$data" "$place/data" || return 1
    refuses 2 '--run-dir: .*/last\.safetensors is the checkpoint' -d "$data" -e 1 -o "$place" \
        --init="$place/last.safetensors" &&
        cmp "$directory/best.safetensors" "$place/last.safetensors" &&
        refuses 2 '--run-dir: .*/seed-2/best\.safetensors is the checkpoint' -d "$data" -e 1 \
            -o "$place" --init="$place/seed-2/best.safetensors" --seeds=1..2 &&
        absent "$place/seed-1" && absent "$place/config.json" &&
        ln "$place/data/train-labels-idx1-ubyte.gz" "$place/metrics.jsonl" &&
        refuses 2 "--run-dir: .*/metrics\.jsonl is the data set's train-labels" -d "$place/data" \
            -e 1 -o "$place" &&
        cmp "$data/train-labels-idx1-ubyte.gz" "$place/metrics.jsonl" &&
        run 0 -d "$data" -e 1 -o "$place/fresh" --init="$place/last.safetensors"
}

# Weights after a step with a rate that is much too large: they are finite, but the loss is not.
row_106() {
    run 6 -d "$data" -b 320 -e 1 --lr=1e30 --checkpoint-every=0 -o "$scratch/huge" &&
        refuses 6 'huge/last\.safetensors: its loss is not finite' -d "$data" \
            --eval="$scratch/huge/last.safetensors" --export="$scratch/never"
}

export_fails() {
    refuses 5 "$scratch/no/p.csv: " -d "$data" --eval="$directory/best.safetensors" \
        --export="$scratch/no/p.csv" || return 1
    [ ! -c /dev/full ] || refuses 5 '/dev/full: ' -d "$data" \
        --eval="$directory/best.safetensors" --export=/dev/full
}

# A step too small to change a float: the weights stay those of the file, bit for bit.
init_run() {
    run 0 -d "$data" -e 1 --lr=1e-30 --momentum=0 --init="$directory/last.safetensors" \
        -o "$scratch/init" || return 1
    trained_tensors "$directory/last.safetensors" >"$scratch/before" &&
        trained_tensors "$scratch/init/last.safetensors" >"$scratch/after" &&
        [ "$(wc -l <"$scratch/after")" -eq 17 ] && same_text "$scratch/before" "$scratch/after"
}

# trained_tensors FILE: a line with the checksum of its bytes for each trained tensor.
trained_tensors() {
    "$BUILDDIR/tests/inspect" tensors "$1" >"$scratch/tensors" &&
        grep -E '^[^ ]*\.(weight|bias) ' "$scratch/tensors" | grep -v '^optimizer\.'
}

# flip FILE OFFSET: changes one bit.
flip() {
    byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
    printf '%b' "$(printf '\\0%03o' $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>&1
}

# bad_checkpoint FILE: --eval and --init refuse it and leave it unchanged.
bad_checkpoint() {
    before=$(cksum <"$1")
    refuses 4 "$1: " -d "$data" --eval="$1" &&
        refuses 4 "$1: " -d "$data" --init="$1" -o "$scratch/never" &&
        [ "$before" = "$(cksum <"$1")" ]
}

truncated() {
    size=$(wc -c <"$directory/last.safetensors")
    for length in 0 4 8 9 100 $((size / 2)) $((size - 1)); do
        head -c "$length" "$directory/last.safetensors" >"$scratch/short.safetensors"
        bad_checkpoint "$scratch/short.safetensors" || { echo "cut to $length"; return 1; }
    done
}

flipped() {
    size=$(wc -c <"$directory/last.safetensors")
    for offset in 0 9 60 1000 $((size / 2)) $((size - 1)); do
        cp "$directory/last.safetensors" "$scratch/flipped.safetensors"
        flip "$scratch/flipped.safetensors" "$offset"
        bad_checkpoint "$scratch/flipped.safetensors" || { echo "bit 0 of $offset"; return 1; }
    done
}

no_checkpoint() {
    refuses 4 'nothing\.safetensors: ' -d "$data" --eval="$scratch/nothing.safetensors" &&
        refuses 4 "$directory: " -d "$data" --eval="$directory" &&
        echo hello >"$scratch/text" && bad_checkpoint "$scratch/text"
}

diverges() {
    run 6 -d "$data" -e 20 -b 16 --lr=1e30 --momentum=0 -o "$scratch/diverged" &&
        says "$scratch/err" '^mnist-tui: .*diverged' && one_line "$scratch/err" &&
        says "$scratch/diverged/metrics.jsonl" '^\{"event":"end","reason":"failed",'
}

check "a run prints the notebook's lines and the results" headless_lines
check "row 61: in a locale without UTF-8 the bar is ASCII" ascii_bar
check "the lines of held-out images say validation set" validation_lines
check "a run directory holds four files" four_files
check "metrics.jsonl has its fields in order" metrics_form
check "metrics.jsonl has the events start, batches, epochs and end in order" metrics_order
check "metrics.jsonl is JSON with the numbers that were printed" metrics_json
check "config.json has the settings" config_form
check "config.json has a recipe's settings and those given beside it" recipe_config
check "a second run in the same directory exits 4 and changes nothing" second_run
check "a run directory that cannot be made exits 5" no_directory
check "no run directory when data or checkpoint cannot be used" nothing_made
check "no run directory when JSON cannot hold the name of the data" data_beyond_utf8
check "--eval of the best weights gives that epoch's result" eval_best
check "--eval of the last weights gives the last epoch's result" eval_last
check "--export writes a line for each image, with probabilities that add up to 1" export_csv
check "--export to a place that cannot be written exits 5" export_fails
check "row 104: --export replaces neither the files it reads nor those of a run" row_104_export
check "row 104: a run replaces neither the checkpoint of --init nor the data" row_104_run
check "row 106: --eval of weights whose loss is not finite exits 6" row_106
check "--init starts from the file's weights" init_run
check "row 33: a truncated checkpoint is refused" truncated
check "row 34: a checkpoint with one bit flipped is refused" flipped
check "row 35: a missing file, a directory or a text is refused as a checkpoint" no_checkpoint
check "row 86: a run that diverges exits 6" diverges

# ---- a small stack, many threads ----

row_108() (
    ulimit -s 128 || exit 1
    run 0 --help && run 0 --version && run 0 --summary && run 0 --model=list &&
        run 0 -d "$data" --stats && run 0 -d "$data" -e 1 -j 2 -o "$scratch/stack" --augment=affine &&
        run 0 --resume="$scratch/stack" -e 2 && run 0 --report "$scratch/stack" "$directory" &&
        run 0 -d "$data" --eval="$scratch/stack/best.safetensors" --export="$scratch/stack.csv" &&
        run 0 -d "$data" -e 1 --init="$scratch/stack/last.safetensors" --compare="$scratch/stack" &&
        run 0 -d "$data" -e 1 --seeds=1..2 && run 0 -d "$data" -e 1 --jobs=2 --sweep=lr=0.1,0.01 &&
        run 0 -d "$data" -e 1 --snapshot=300x100 &&
        run 0 -d "$data" -e 1 --snapshot=80x24 --view=confusion
)

# Memory is allocated for the threads that a batch or a test pass can use.
row_114() {
    make_data "$scratch/512" 512 512 || return 1
    for size in 64 512; do
        "$PROGRAM" -d "$scratch/512" -j 1024 -b "$size" -e 1000000 -o "$scratch/threads-$size" \
            >/dev/null 2>&1 </dev/null &
        until_epoch 2 "$scratch/threads-$size"
        reached=$?
        kilobytes=$(used $! | head -n 1)
        kill -KILL $!
        wait $! 2>/dev/null
        figure "1024 threads, batches of $size: $kilobytes kB"
        [ "$reached" -eq 0 ] && [ "$kilobytes" -lt 200000 ] || return 1
    done
    (ulimit -v 1000000 && run 0 -d "$scratch/512" -j 1024 --eval="$directory/best.safetensors")
}

# A sanitizer needs more of both; the shim exists only in builds without one.
if [ -n "${FAULT_SHIM-}" ]; then
    check "row 108: every action runs with a stack of 128 kB" row_108
    check "row 114: 1024 threads on 512 images take less than 200 MB" row_114
else
    skip "rows 108 and 114: a small stack, many threads" "a sanitizer needs more of both"
fi

# ---- frames as text ----

snapshot_80x24() {
    run 0 -d "$data" -e 1 --snapshot=80x24 || return 1
    cp "$scratch/out" "$scratch/frame"
    says "$scratch/frame" '^ ■ FINISHED +epoch 1/1 .* 100% +elapsed 0:00 +test [0-9.]+ +best [0-9.]+ @1$' &&
        says "$scratch/frame" '─ Loss.* train [0-9.]+ +● test [0-9.]+' &&
        says "$scratch/frame" '─ Accuracy % .*━ [0-9.]+ +● [0-9.]+' &&
        says "$scratch/frame" 'Model  basic .* 9,902 ' &&
        says "$scratch/frame" '(Sample|Mistake)  test 0 ' && says "$scratch/frame" 'read as [0-9]' &&
        sed -n 24p "$scratch/frame" | grep -q 'q quit$'
}

# size_of COLUMNS ROWS: the frame is at most this wide, and exactly this high.
size_of() {
    run 0 -d "$data" -e 1 "--snapshot=$1x$2" --glyphs=ascii || return 1
    cp "$scratch/out" "$scratch/frame"
    [ "$(wc -l <"$scratch/frame")" -eq "$2" ] || { echo "$1x$2:"; cat "$scratch/frame"; return 1; }
    ! grep -nE "^.{$(($1 + 1)),}|[^ -~]" "$scratch/frame"
}

snapshot_sizes() {
    for size in '1 1' '2 1' '30 8' '79 22' '80 21' '160 50' '300 100'; do
        size_of ${size% *} ${size#* } || return 1
    done
}

snapshot_glyphs() {
    run 0 -d "$data" -e 1 --snapshot=80x24 --glyphs=ascii && says "$scratch/out" '^\+- Loss' &&
        ! LC_ALL=C grep -n '[^ -~]' "$scratch/out" | grep -v Batch_id &&
        run 0 -d "$data" -e 1 --snapshot=80x24 --glyphs=block && says "$scratch/out" '^┌─ Loss' &&
        LC_ALL=C run 0 -d "$data" -e 1 --snapshot=80x24 && ! LC_ALL=C grep -n '[^ -~]' "$scratch/out"
}

# well_formed FILE: an XML parser reads it, if there is one.
well_formed() {
    says "$1" '^<svg ' || return 1
    ! command -v xmllint >/dev/null 2>&1 || xmllint --noout "$1"
}

snapshot_output() {
    run 0 -d "$data" -e 1 --snapshot=80x24 --output="$scratch/frame.txt" &&
        says "$scratch/frame.txt" '^╭─ Loss' && [ "$(wc -l <"$scratch/frame.txt")" -eq 24 ] &&
        [ ! -s "$scratch/out" ] || return 1
    for view in overview plots model samples confusion draw; do
        run 0 -d "$data" -e 1 --snapshot=100x30 --view=$view --output="$scratch/frame.svg" &&
            well_formed "$scratch/frame.svg" &&
            [ "$(grep -c '^<g transform' "$scratch/frame.svg")" -eq 30 ] || return 1
    done
}

# A picture has the glyphs and colours of the options, not of the locale.
snapshot_theme() {
    LC_ALL=C run 0 -d "$data" -e 1 --snapshot=80x24 --output="$scratch/frame.svg" &&
        says "$scratch/frame.svg" 'fill="#121212"/>$' && says "$scratch/frame.svg" 'class="l"' &&
        run 0 -d "$data" -e 1 --snapshot=80x24 --theme=light --output="$scratch/frame.svg" &&
        says "$scratch/frame.svg" 'fill="#FFFFFF"/>$' && says "$scratch/frame.svg" '#005FAF' &&
        run 0 -d "$data" -e 1 --snapshot=80x24 --theme=mono --output="$scratch/frame.svg" &&
        ! grep -E '#(00|FF)[0-9A-F]*"' "$scratch/frame.svg"
}

snapshot_output_fails() {
    refuses 2 '--output: .*\.svg or \.txt' --snapshot=80x24 --output=frame.png &&
        refuses 2 '--output: .*\.svg or \.txt' --snapshot=80x24 --output=.svg &&
        refuses 2 '--output needs .*--snapshot' -e 1 --output=frame.svg &&
        refuses 5 'no/frame.svg: cannot be written' -d "$data" -e 1 --snapshot=80x24 \
            --output="$scratch/no/frame.svg" || return 1
    [ -c /dev/full ] || return 0
    ln -s /dev/full "$scratch/full.svg" && ln -s /dev/full "$scratch/full.txt" &&
        refuses 5 'full.svg: cannot be written' -d "$data" -e 1 --snapshot=80x24 \
            --output="$scratch/full.svg" &&
        refuses 5 'full.txt: cannot be written' -d "$data" -e 1 --snapshot=80x24 \
            --output="$scratch/full.txt"
}

row_104_output() {
    ln -s "$directory/metrics.jsonl" "$scratch/metrics.txt" &&
        ln -s "$data/t10k-labels-idx1-ubyte.gz" "$scratch/labels.svg" &&
        refuses 2 '--output: .*metrics.txt is the metrics.jsonl of a run' -d "$data" -e 1 \
            --snapshot=80x24 --output="$scratch/metrics.txt" &&
        refuses 2 "--output: .*labels.svg is the data set's" -d "$data" -e 1 \
            --snapshot=80x24 --output="$scratch/labels.svg"
}

check "--snapshot=80x24 prints 24 lines with the panes' titles" snapshot_80x24
check "--snapshot prints the size asked for" snapshot_sizes
check "--snapshot draws with the glyphs asked for" snapshot_glyphs
check "--output writes the snapshot to a file, as text or as a picture" snapshot_output
check "a picture has the colours of --theme" snapshot_theme
check "--output with another suffix exits 2, and to a place that cannot be written 5" \
    snapshot_output_fails
check "row 104: --output replaces neither the files it reads nor those of a run" row_104_output

# ---- locales, closed pipes, signals ----

# A locale with a decimal comma that is installed, or else one made here.
comma_locale=$(locale -a 2>/dev/null | grep -E '^(de|fr|es|it)_[A-Z]{2}\.(utf8|UTF-8)$' | head -n 1)
if [ -z "$comma_locale" ] && make_locale "$scratch/latin1"; then
    comma_locale=latin1
    LOCPATH=$scratch
fi

decimal_comma() (
    unset LC_ALL
    LC_CTYPE=C.UTF-8
    export LC_CTYPE LC_NUMERIC="$comma_locale" ${LOCPATH+LOCPATH}
    [ "$(locale decimal_point)" = , ] && run 0 -d "$data" -e 1 --lr=0.01 -o "$scratch/comma" &&
        says "$scratch/out" '^Loss=[0-9]+\.[0-9]{4} ' &&
        says "$scratch/comma/metrics.jsonl" '"loss":[0-9]+\.[0-9]+,' &&
        run 0 -d "$data" --eval="$scratch/comma/last.safetensors"
)

# closed_pipe ARGUMENT...: the reader of stdout is gone before anything is written.
closed_pipe() {
    rm -f "$scratch/gone"
    {
        until [ -e "$scratch/gone" ]; do sleep 0.05; done
        "$PROGRAM" "$@" 2>"$scratch/err" </dev/null
        echo $? >"$scratch/status"
    } | { exec <&-; : >"$scratch/gone"; }
    until [ -s "$scratch/status" ]; do sleep 0.05; done
    status=$(cat "$scratch/status")
    rm "$scratch/status"
    [ "$status" -eq 5 ] || { echo "mnist-tui $*: exit status $status, expected 5"; return 1; }
    says "$scratch/err" '^mnist-tui: standard output: ' && one_line "$scratch/err"
}

row_69() {
    closed_pipe --help && closed_pipe --summary && closed_pipe -d "$data" -e 1000
}

# A run that can no longer write its output stops, and leaves what it had.
row_69_saves() {
    closed_pipe -d "$data" -e 1000 -o "$scratch/unread" &&
        says "$scratch/unread/metrics.jsonl" '^\{"event":"end"'
}

# ended_by NAME BATCH-SIZE SIGNAL...: starts a run, sends the signals in its second epoch, and
# leaves its exit status in $status. The run is in the foreground, so that the shell does not make
# it ignore SIGINT. If it does not end, it is killed.
ended_by() {
    where=$scratch/$1
    size=$2
    shift 2
    rm -rf "$where"
    : >"$scratch/out" # of another run; the watcher would take it for this one's
    (
        until grep -qs 'EPOCH: 1' "$scratch/out"; do sleep 0.05; done
        pid=$(cat "$scratch/pid")
        for signal in "$@"; do
            kill -"$signal" "$pid"
        done
        for try in $(seq 300); do
            sleep 1
            kill -0 "$pid" || exit
        done
        kill -KILL "$pid"
    ) >/dev/null 2>&1 &
    watcher=$!
    sh -c 'echo $$ >"$0/pid"; exec "$@"' "$scratch" "$PROGRAM" -d "$data" -e 100000 -b "$size" \
        -o "$where" >"$scratch/out" 2>"$scratch/err" </dev/null
    status=$?
    kill "$watcher"
    wait
}

# row_65 SIGNALS STATUS: the log's last batch is the one that the checkpoint and the end line name.
row_65() {
    ended_by end 16 $1
    [ "$status" -eq "$2" ] || { echo "exit status $status, expected $2"; return 1; }
    run 0 -d "$data" --eval="$where/last.safetensors" || return 1
    end=$(tail -n 1 "$where/metrics.jsonl")
    case $end in
    '{"event":"end","reason":"stopped",'*) ;;
    *) echo "last line: $end"; return 1 ;;
    esac
    epoch=$(echo "$end" | sed 's/.*"epoch":\([0-9]*\).*/\1/')
    batch=$(echo "$end" | sed 's/.*"batch":\([0-9]*\).*/\1/')
    lines=$(grep -c '^{"event":"batch"' "$where/metrics.jsonl")
    [ "$lines" -eq $((epoch * 40 + batch)) ] || { echo "$lines batches, but $end"; return 1; }
    LC_ALL=C grep -aq "\"epoch\":\"$epoch\",\"batch\":\"$batch\"" "$where/last.safetensors" ||
        { echo "last.safetensors is from elsewhere than $end"; return 1; }
    [ ! -e "$where/last.safetensors.tmp" ]
}

# The first signal waits for the batch, here of all the data; the second does not, and no end is
# logged. The program is stopped while they are sent, so that it gets both at once, in either order.
row_65_second() {
    ended_by twice 640 STOP TERM INT CONT
    case $status in
    130 | 143) ! grep '"event":"end"' "$where/metrics.jsonl" ;;
    *) echo "exit status $status" && return 1 ;;
    esac
}

if [ -n "$comma_locale" ]; then
    check "row 62: numbers have a decimal point in a locale with a comma" decimal_comma
else
    skip "row 62: numbers have a decimal point in a locale with a comma" "no such locale"
fi
check "row 69: a closed pipe on stdout exits 5" row_69
check "row 69: a run that can no longer write its output ends its log" row_69_saves
check "row 65: SIGINT saves and ends the run by that signal" row_65 INT 130
check "row 65: SIGTERM saves and ends the run by that signal" row_65 TERM 143
check "row 65: SIGQUIT saves and ends the run by that signal" row_65 QUIT 131
check "row 65: a second signal ends the run at once" row_65_second
check "row 66: SIGHUP saves and ends the run by that signal" row_65 HUP 129
check "row 66: a second SIGHUP changes nothing: terminals send two" row_65 'HUP HUP' 129
done_testing
