#!/bin/sh
# convert.sh -- tests --convert: what other compilers and programs make of the files is what --eval
# says; what is refused, and that a failure leaves nothing behind.

. "$(dirname "$0")/lib.sh"
ulimit -c 0
: "${CC:=cc}"

data=$scratch/small
make_data "$data" 400 200
gzip -dc "$data/t10k-images-idx3-ubyte.gz" | tail -c +17 >"$scratch/images"
gzip -dc "$data/t10k-labels-idx1-ubyte.gz" | tail -c +9 | od -An -v -tu1 | tr -s ' ' '\n' |
    sed '/^$/d' >"$scratch/labels"
forms='onnx py c safetensors json'

# Texts with every kind of layer; a Linear that maps reach within a container, and after one.
odd_1='Conv2d(6,3,stride=2,padding=1) BatchNorm2d LeakyReLU(0.1) Conv2d(8,3,groups=2,padding=1) SiLU
    MaxPool2d(3,stride=2,padding=1) Dropout2d(0.1) AvgPool2d(2,stride=1,padding=1) Linear(20) ELU(0.5)
    Dropout Linear(CLASSES) LogSoftmax'
odd_2='[a] BatchNorm2d 4s2c Tanh AvgPool2d(3,padding=1,count_include_pad=False) GELU Linear(16) Sigmoid
    [b] Linear(CLASSES)'
odd_3='first: Conv2d(5,(2,4),stride=(3,1),padding=(1,2),bias=False) AdaptiveAvgPool2d((4,5))
    last: Conv2d(10,1) AdaptiveAvgPool2d(1) Flatten'

# a_run NAME MODEL: trains the network for an epoch, in $scratch/NAME.
a_run() {
    [ -e "$scratch/$1" ] || run 0 -d "$data" -b 20 -e 1 --lr=0.02 -o "$scratch/$1" --model="$2"
}

# checkpoint NAME
checkpoint() {
    echo "$scratch/$1/last.safetensors"
}

# convert NAME FORM OPTION...: writes $scratch/made/NAME.FORM
convert() {
    name=$1
    form=$2
    shift 2
    mkdir -p "$scratch/made"
    run 0 --convert="$(checkpoint "$name")" --output="$scratch/made/$name.$form" --force "$@"
}

# predictions NAME: what --export says, without label and loss, in $scratch/expected
predictions() {
    run 0 -d "$data" --eval="$(checkpoint "$1")" --export="$scratch/predictions" || return 1
    sed '1d' "$scratch/predictions" | cut -d, -f1,3,5- >"$scratch/expected"
}

# near FILE LIMIT: the same predictions as in $scratch/expected, and probabilities within the limit
near() {
    paste -d, "$scratch/expected" "$1" | awk -F, -v limit="$2" '
        { n = NF / 2; if ($2 != $(n + 2)) wrong++
          for (i = 3; i <= n; i++) { d = $i - $(n + i); if (d < 0) d = -d; if (d > most) most = d } }
        END { print wrong + 0 " of " NR " other predictions, largest difference " most
              exit !(NR == 200 && wrong == 0 && most <= limit) }'
}

# ---- C ----

# compiled COMPILER NAME [FLAG...]: compiles the converted C file, and runs it on the test images
compiled() {
    compiler=$1
    name=$2
    shift 2
    $compiler -std=c99 -Wall -Wextra -Wconversion -Werror -pedantic -O2 \
        -DNETWORK="\"$scratch/made/$name.c\"" -DPREDICT="${name}_predict" -DPIXELS=784 -DCLASSES=10 "$@" \
        -o "$scratch/made/$name" "$SRCDIR/tests/run_c.c" -lm &&
        "$scratch/made/$name" <"$scratch/images" >"$scratch/got"
}

# same_in_c COMPILER NAME MODEL
same_in_c() {
    a_run "$2" "$3" && predictions "$2" && convert "$2" c && compiled "$1" "$2" &&
        near "$scratch/got" 1e-5
}

shelf_in_c() {
    "$PROGRAM" --model=list | awk '{ print $1 }' >"$scratch/shelf"
    [ -s "$scratch/shelf" ] || return 1
    while read -r network; do
        same_in_c "$CC" "$network" "$network" || { echo "$network differs"; return 1; }
    done <"$scratch/shelf"
}

odd_in_c() {
    same_in_c "$1" odd_1 "$odd_1" && same_in_c "$1" odd_2 "$odd_2" && same_in_c "$1" odd_3 "$odd_3"
}

# pgm KIND NUMBER: test image NUMBER as a PGM of kind 5 or 2, with a comment
pgm() {
    printf 'P%s\n# a digit\n28 28\n255\n' "$1"
    tail -c +$((784 * $2 + 1)) "$scratch/images" | head -c 784 |
        if [ "$1" = 5 ]; then cat; else od -An -v -tu1; fi
}

program_in_c() {
    a_run tiny tiny && predictions tiny || return 1
    printf '%s\n' '"zero"' one '*/two' 'thr??/ee' 'f\ur' five six seven eight nine >"$scratch/names"
    convert tiny c --classes="$scratch/names" &&
        $CC -std=c99 -Wall -Wextra -Wconversion -Werror -pedantic -Dtiny_MAIN -o "$scratch/made/tiny" \
            "$scratch/made/tiny.c" -lm || return 1
    for kind in 2 5; do
        pgm $kind 3 >"$scratch/digit.pgm"
        "$scratch/made/tiny" "$scratch/digit.pgm" >"$scratch/said" &&
            "$scratch/made/tiny" <"$scratch/digit.pgm" | cmp - "$scratch/said" || return 1
        awk 'NR == FNR { name[NR] = $0; next } $1 != name[FNR] { exit 1 }' "$scratch/names" "$scratch/said" ||
            return 1
        awk -F'[ ,]' 'NR == FNR { if (NR == 4) for (i = 1; i <= 10; i++) p[i] = $(i + 2); next }
            { d = $2 - p[FNR]; if (d * d > 1e-8) exit 1 }' "$scratch/expected" "$scratch/said" ||
            { cat "$scratch/said"; return 1; }
    done
    ! "$scratch/made/tiny" "$scratch/names" 2>/dev/null && ! "$scratch/made/tiny" missing 2>/dev/null
}

# ---- Python ----

python=
for candidate in python3 /usr/bin/python3; do
    [ -n "$python" ] || ! "$candidate" -c 'import numpy, torch' 2>/dev/null || python=$candidate
done

# same_in_python NAME...: run as scripts, the files print the accuracy that --eval prints
same_in_python() {
    for name in basic lenet5 separable odd_1 odd_2 odd_3; do
        eval "text=\${$name-$name}"
        a_run $name "$text" && convert $name py || return 1
        run 0 -d "$data" --eval="$(checkpoint $name)" || return 1
        sed -n 's/.*\(Accuracy: [0-9]*\/[0-9]* ([0-9.]*%)\).*/\1/p' "$scratch/out" >"$scratch/accuracy"
        "$python" "$scratch/made/$name.py" "$(checkpoint $name)" "$data" >"$scratch/said" &&
            [ -s "$scratch/said" ] && diff "$scratch/accuracy" "$scratch/said" ||
            { cat "$scratch/made/$name.py"; return 1; }
    done
}

# The weights alone are a state dict: PyTorch's model takes it, and so does --eval.
weights_alone() {
    a_run basic basic && convert basic safetensors || return 1
    run 0 -d "$data" --eval="$(checkpoint basic)" && cp "$scratch/out" "$scratch/evaluated" &&
        run 0 -d "$data" --eval="$scratch/made/basic.safetensors" --model=basic \
            --normalize="$(normalization basic)" && diff "$scratch/evaluated" "$scratch/out"
}

# normalization NAME: as config.json has it
normalization() {
    sed -n 's/.*"normalize": *"\([^"]*\)".*/\1/p' "$scratch/$1/config.json"
}

loads_in_python() {
    convert basic py && convert basic safetensors && "$python" - "$scratch/made" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1])
import basic
basic.make_model().load_state_dict(basic.load_checkpoint(sys.argv[1] + "/basic.safetensors"), strict=True)
PYTHON
}

# ---- what is refused, and what stays ----

usage() {
    a_run basic basic || return 1
    best=$(checkpoint basic)
    refuses 2 'needs --output' --convert="$best" &&
        refuses 2 'ends in .onnx, .py, .c, .safetensors or .json' --convert="$best" --output="$scratch/x" &&
        refuses 2 'ends in' --convert="$best" --output="$scratch/.onnx" &&
        refuses 2 'ends in' --convert="$best" --output="$scratch/dir.c/x" &&
        refuses 2 '--no-fold needs' --convert="$best" --output="$scratch/x.c" --no-fold &&
        refuses 2 '--no-normalize needs' --convert="$best" --output="$scratch/x.json" --no-normalize &&
        refuses 2 '--no-fold needs --convert' --no-fold &&
        refuses 2 '--output needs --import=DIR, --convert' --output="$scratch/x.c" &&
        refuses 4 'cannot be opened' --convert="$scratch/missing" --output="$scratch/x.c" &&
        refuses 3 'names other classes' --convert="$best" --output="$scratch/x.c" --classes="$scratch/two" &&
        absent "$scratch/x.c"
}
printf 'a\nb\n' >"$scratch/two"

no_overwriting() {
    a_run basic basic || return 1
    cp "$(checkpoint basic)" "$scratch/before"
    for form in $forms; do
        echo precious >"$scratch/precious.$form"
        refuses 2 'exists already .*--force' --convert="$(checkpoint basic)" \
            --output="$scratch/precious.$form" && grep -q precious "$scratch/precious.$form" || return 1
    done
    for file in last.safetensors best.safetensors; do
        refuses 2 'choose another file' --convert="$(checkpoint basic)" --force \
            --output="$scratch/basic/$file" || return 1
    done
    ln -s "$scratch/basic/best.safetensors" "$scratch/link.safetensors"
    refuses 2 'best.safetensors of a run' --convert="$(checkpoint basic)" --force \
        --output="$scratch/link.safetensors" && cmp "$scratch/before" "$(checkpoint basic)"
}

# A full disk, here a limit of the file's size; a directory without write permission; a directory.
nothing_half_written() {
    a_run basic basic || return 1
    mkdir -p "$scratch/full" "$scratch/full/a.c"
    for form in $forms; do
        (ulimit -f 1 && refuses 5 'cannot be written' --convert="$(checkpoint basic)" \
            --output="$scratch/full/x.$form") || return 1
        echo precious >"$scratch/full/y.$form"
        (ulimit -f 1 && refuses 5 'cannot be written' --convert="$(checkpoint basic)" --force \
            --output="$scratch/full/y.$form") && grep -q precious "$scratch/full/y.$form" || return 1
        rm "$scratch/full/y.$form"
    done
    refuses 5 'cannot be replaced' --convert="$(checkpoint basic)" --output="$scratch/full/a.c" --force &&
        refuses 5 'cannot be written' --convert="$(checkpoint basic)" --output="$scratch/nowhere/a.c" &&
        rmdir "$scratch/full/a.c" && rmdir "$scratch/full"
}

# Cut, or with a byte changed, it is no checkpoint, whatever the form.
forged() {
    a_run basic basic || return 1
    size=$(wc -c <"$(checkpoint basic)")
    for form in $forms; do
        for at in 3 9 40 700 $((size / 2)) $((size - 1)); do
            head -c "$at" "$(checkpoint basic)" >"$scratch/cut"
            { head -c "$at" "$(checkpoint basic)"; printf 'X'; tail -c +$((at + 2)) "$(checkpoint basic)"; } \
                >"$scratch/changed"
            for file in cut changed; do
                cmp -s "$scratch/$file" "$(checkpoint basic)" && continue
                refuses 4 . --convert="$scratch/$file" --output="$scratch/never.$form" &&
                    absent "$scratch/never.$form" && absent "$scratch/never.$form.tmp" || return 1
            done
        done
    done
}

same_bytes() {
    a_run basic basic || return 1
    for form in $forms; do
        convert basic $form && cp "$scratch/made/basic.$form" "$scratch/first" &&
            convert basic $form --threads=1 --kernels=baseline &&
            cmp "$scratch/first" "$scratch/made/basic.$form" || return 1
    done
}

check "every network of the shelf predicts the same in C" shelf_in_c
check "every kind of layer computes the same in C" odd_in_c "$CC"
if command -v clang >/dev/null && [ "$CC" != clang ]; then
    check "clang takes the C files, too" odd_in_c clang
else
    skip "clang takes the C files, too" "no clang besides \$CC"
fi
check "the C file is a program that names the classes of a PGM picture" program_in_c
if [ -n "$python" ]; then
    check "PyTorch has the accuracy of --eval" same_in_python
    check "PyTorch's model takes the weights alone" loads_in_python
else
    skip "PyTorch has the accuracy of --eval" "no python3 with torch"
    skip "PyTorch's model takes the weights alone" "no python3 with torch"
fi
check "the weights alone evaluate as the checkpoint" weights_alone
check "wrong wishes are refused with a sentence" usage
check "no file is overwritten without --force, and a file of a run never" no_overwriting
check "a full disk or a place that cannot be written leaves nothing behind" nothing_half_written
check "a forged checkpoint is refused in every form" forged
check "the same checkpoint gives the same bytes" same_bytes
done_testing
