#!/bin/sh
# datasets.sh -- tests data sets that are not MNIST: other sizes, classes, labels, names of files and
# of classes. Every part of the program must work for them.
. "${SRCDIR:-$(dirname "$0")/..}/tests/lib.sh"

# make_set NAME PREFIX HEIGHT WIDTH CLASSES [numbers]: a set in $scratch/NAME
make_set() {
    name=$1
    prefix=$2
    mkdir -p "$scratch/$name" &&
        "$BUILDDIR/tests/make_set" "$scratch/$name" "$prefix" "$3" "$4" "$5" 1500 300 ${6:+"$6"}
}

# learns AT_LEAST ARGUMENT...: after three epochs at least so many percent are right
learns() {
    least=$1
    shift
    run 0 --headless -e 3 --optimizer=adam -b 32 -j 2 "$@" || return 1
    awk -v least="$least" '/^Best test accuracy: / { sub("%", "", $4); found = $4 + 0 >= least }
        END { exit !found }' "$scratch/out" || { echo "less than $least %:"; cat "$scratch/out"; return 1; }
}

# ---- sizes and classes ----

sizes() {
    make_set wide '' 20 32 10 && learns 90 -d "$scratch/wide" --model='8 M 16 M Flatten Linear(CLASSES)' &&
        learns 90 -d "$scratch/wide" --model=mlp && make_set two '' 8 8 2 &&
        learns 95 -d "$scratch/two" --model='8 M 8' && make_set tall '' 256 4 3 &&
        learns 50 -d "$scratch/tall" --model='Flatten Linear(CLASSES)'
}

many_classes() {
    make_set many '' 16 16 256 && make_set letters '' 28 28 62 &&
        run 0 --stats -d "$scratch/many" && says "$scratch/out" ' 255:[0-9]+$' &&
        learns 20 -d "$scratch/many" --model='Flatten Linear(CLASSES)' &&
        learns 50 -d "$scratch/letters" --model=mlp
}

augmented() {
    learns 60 -d "$scratch/wide" --model='8 M 16 M Flatten Linear(CLASSES)' --augment=affine --shift=1 --rotate=3
}

# The network's last layer and its input must suit the data.
layers_are_checked() {
    refuses 2 'gives 10 features, and the data have 2 classes' -d "$scratch/two" -o "$scratch/never" \
        --model='Flatten Linear(10)' &&
        refuses 2 '.' -d "$scratch/two" -o "$scratch/never" --model='Conv2d(4,9) Flatten Linear(CLASSES)'
}

summary_of_the_data() {
    run 0 --summary -d "$scratch/wide" --model=mlp && says "$scratch/out" '\[-1, 640\]'
}

# ---- names of files ----

prefixes() {
    make_set emnist emnist-balanced- 28 28 47 && make_set emnist emnist-letters- 28 28 27 || return 1
    refuses 3 'emnist: has files of several sets, emnist-balanced-train-images-idx3-ubyte and emnist-letters-train-images-idx3-ubyte \(choose one, as in --data=.*/emnist/emnist-balanced\)$' \
        -d "$scratch/emnist" -o "$scratch/never" &&
        run 0 --stats -d "$scratch/emnist/emnist-letters" && says "$scratch/out" ' 26:[0-9]+$' &&
        run 0 --stats -d "$scratch/emnist/emnist-balanced" && says "$scratch/out" ' 46:[0-9]+$' &&
        (cd "$scratch/emnist" && run 0 --stats -d emnist-letters) && says "$scratch/out" ' 26:[0-9]+$' &&
        refuses 3 'several sets|cannot be opened' -d "$scratch/emnist/emnist-digits" -o "$scratch/never"
}

numbers() {
    make_set qmnist qmnist- 28 28 10 numbers && learns 90 -d "$scratch/qmnist" --model=softmax
}

two_candidates() {
    cp -R "$scratch/wide" "$scratch/twice" && gzip -k "$scratch/twice/train-labels-idx1-ubyte" &&
        refuses 3 'twice: has two files with training labels, train-labels-idx1-ubyte and train-labels-idx1-ubyte.gz \(expected one; ' \
            -d "$scratch/twice" -o "$scratch/never"
}

mixed_sets() {
    cp -R "$scratch/wide" "$scratch/mixed" &&
        mv "$scratch/mixed/t10k-labels-idx1-ubyte" "$scratch/mixed/other-t10k-labels-idx1-ubyte" &&
        refuses 3 'mixed: train-images-idx3-ubyte and other-t10k-labels-idx1-ubyte do not belong together' \
            -d "$scratch/mixed" -o "$scratch/never"
}

# ---- known sets ----

known_sets() {
    MNIST_TUI_DATA=$scratch XDG_DATA_HOME=/nowhere run 0 --data=list &&
        grep -A1 '^emnist-letters ' "$scratch/out" >"$scratch/found" &&
        says "$scratch/found" "found in $scratch/emnist\$" &&
        MNIST_TUI_DATA=$scratch run 0 --stats --data=emnist-letters && says "$scratch/out" ' Z:[0-9]+$' &&
        MNIST_TUI_DATA=$scratch run 0 --stats --data=qmnist && says "$scratch/out" ' 9:150$' &&
        mkdir -p "$scratch/home/.local/share/mnist-tui" &&
        cp -R "$scratch/letters_of_japan" "$scratch/home/.local/share/mnist-tui/kmnist" &&
        HOME=$scratch/home XDG_DATA_HOME='' MNIST_TUI_DATA='' run 0 --stats --data=kmnist &&
        says "$scratch/out" ' を:[0-9]+$'
}

absent_set() {
    MNIST_TUI_DATA=/nowhere XDG_DATA_HOME=/never refuses 3 \
        '--data=kmnist: is not in /nowhere/kmnist or /never/mnist-tui/kmnist; get the four files from ' \
        --data=kmnist -o "$scratch/never"
}

mistyped_name() {
    refuses 3 '--data=fashon: neither a directory nor a known data set \(did you mean fashion\?\)$' \
        --data=fashon -o "$scratch/never" &&
        refuses 3 '--data=birds: neither a directory nor a known data set \(--data=list names them\)$' \
            --data=birds -o "$scratch/never"
}

# ---- names of classes ----

names() {
    cp -R "$scratch/two" "$scratch/named" && printf 'left, right\nnaïve "ß"\n' >"$scratch/named/classes.txt" &&
        run 0 --stats -d "$scratch/named" && says "$scratch/out" 'left, right:[0-9]+ naïve "ß":[0-9]+$' &&
        learns 95 -d "$scratch/named" --model='8 M 8' -o "$scratch/named-run" &&
        run 0 -d "$scratch/named" --eval="$scratch/named-run/best.safetensors" --export="$scratch/named.csv" &&
        says "$scratch/named.csv" '^index,label,prediction,loss,p0,p1,label_name,prediction_name$' &&
        says "$scratch/named.csv" '^0,0,0,[^,]*,[^,]*,[^,]*,"left, right","left, right"$' &&
        says "$scratch/named.csv" ',"naïve ""ß""","naïve ""ß"""$' &&
        printf 'a\nb\nc\n' >"$scratch/three.txt" &&
        run 0 --stats -d "$scratch/named" --classes="$scratch/three.txt" && says "$scratch/out" ' a:[0-9]+ b:[0-9]+ c:0$' &&
        refuses 4 'its network is for other classes than --data has \(expected 2, got 3\)$' \
            -d "$scratch/named" --classes="$scratch/three.txt" --eval="$scratch/named-run/best.safetensors"
}

wrong_names() {
    printf 'a\n\nb\n' >"$scratch/gap.txt" && printf 'one\n' >"$scratch/one.txt" && printf 'a\nb\001\n' >"$scratch/control.txt" &&
        printf 'a\n\377\n' >"$scratch/latin.txt" && seq 257 >"$scratch/257.txt" || return 1
    for file in gap control latin; do
        refuses 3 "$file.txt: line 2 is no name of a class \\(expected 1 to 64 bytes of UTF-8 text, got '.*'\\)\$" \
            -d "$scratch/two" --classes="$scratch/$file.txt" -o "$scratch/never" || return 1
    done
    refuses 3 'one.txt: wrong number of classes \(expected 2 to 256, got 1\)$' -d "$scratch/two" \
        --classes="$scratch/one.txt" -o "$scratch/never" &&
        refuses 3 '257.txt: wrong number of classes \(expected 2 to 256, got 257\)$' -d "$scratch/two" \
            --classes="$scratch/257.txt" -o "$scratch/never" &&
        refuses 3 'nothing.txt: ' -d "$scratch/two" --classes="$scratch/nothing.txt" -o "$scratch/never" &&
        refuses 3 'label [0-9]+ is out of range \(expected 0 to 2, got [0-9]+\)$' -d "$scratch/wide" \
            --classes="$scratch/three.txt" -o "$scratch/never"
}

mapping() {
    cp -R "$scratch/two" "$scratch/mapped" || return 1
    for file in "$scratch/mapped"/*; do
        mv "$file" "$scratch/mapped/own-${file##*/}" || return 1
    done
    printf '0 65 97\n1 223\n' >"$scratch/mapped/own-mapping.txt" &&
        run 0 --stats -d "$scratch/mapped" && says "$scratch/out" ' A:[0-9]+ ß:[0-9]+$' &&
        printf '0 65\n0 66\n' >"$scratch/mapped/own-mapping.txt" &&
        refuses 3 'own-mapping.txt: line 2 maps a label again' -d "$scratch/mapped" -o "$scratch/never" &&
        printf 'A 0\n' >"$scratch/mapped/own-mapping.txt" &&
        refuses 3 'own-mapping.txt: line 1 is no mapping' -d "$scratch/mapped" -o "$scratch/never"
}

# ---- the rest of the program ----

# A run on a set that is not MNIST's size: cut, resumed, evaluated, started from, compared, shown.
whole_program() {
    set -- -d "$scratch/wide" --model='8 M 16 M Flatten Linear(CLASSES)' --headless -b 32
    run 0 "$@" -e 3 -o "$scratch/reference" && plain "$scratch/reference" >"$scratch/reference.plain" || return 1
    says "$scratch/reference/config.json" '^ *"height": 20,$' && says "$scratch/reference/config.json" '^ *"width": 32,$' &&
        run 0 "$@" -e 1 -o "$scratch/cut" && run 0 --resume="$scratch/cut" -e 3 --headless &&
        cmp "$scratch/cut/last.safetensors" "$scratch/reference/last.safetensors" &&
        run 0 -d "$scratch/wide" --eval="$scratch/reference/last.safetensors" && says "$scratch/out" '^Test set: ' &&
        run 0 "$@" -e 1 --init="$scratch/reference/last.safetensors" &&
        run 0 --report "$scratch/cut" "$scratch/reference" && says "$scratch/out" reference &&
        refuses 4 'its network is for other images than --data has \(expected 20x32, got 8x8\)$' \
            -d "$scratch/two" --eval="$scratch/reference/last.safetensors" || return 1
    for view in overview plots model samples confusion draw; do
        run 0 "$@" -e 1 --snapshot=80x24 --view="$view" --compare="$scratch/cut" && [ -s "$scratch/out" ] || return 1
    done
}

# Training goes on with the file's normalisation; without one, that of the data.
normalisation() {
    run 0 -d "$scratch/wide" --model=softmax --headless -e 1 --normalize=0.5,0.25 -o "$scratch/half" &&
        says "$scratch/half/config.json" '"normalize": "0.5,0.25"' &&
        run 0 -d "$scratch/wide" --model=softmax --headless -e 1 --init="$scratch/half/last.safetensors" -o "$scratch/from-half" &&
        says "$scratch/from-half/config.json" '"normalize": "0.5,0.25"' &&
        run 0 -d "$scratch/wide" --model=softmax --headless -e 1 -o "$scratch/own" &&
        run 0 --stats -d "$scratch/wide" || return 1
    mean=$(sed -n 's/^ - mean: //p' "$scratch/out" | head -n 1)
    deviation=$(sed -n 's/^ - std: //p' "$scratch/out" | head -n 1)
    # Settings have no zeros at the end.
    says "$scratch/own/config.json" "\"normalize\": \"$(echo "$mean,$deviation" | sed 's/0*,/,/; s/0*$//')\""
}

make_set letters_of_japan '' 28 28 10
check "images of 20x32, 8x8 and 256x4 pixels are learned" sizes
check "62 and 256 classes are learned" many_classes
check "images that are not square are augmented" augmented
check "a network's layers must suit the images and classes" layers_are_checked
check "--summary with --data is of the data's size" summary_of_the_data
check "files with a prefix; of several sets one must be chosen" prefixes
check "QMNIST's labels, rows of 32-bit numbers, are read" numbers
check "two candidates for one file are named" two_candidates
check "files of two sets are named" mixed_sets
check "known sets are found by their names" known_sets
check "a known set that is absent is missed with the places and its origin" absent_set
check "a name that is no known set is refused with the one it resembles" mistyped_name
check "classes have the names of classes.txt or --classes, in the CSV, too" names
check "names of classes that cannot be used are refused with their line" wrong_names
check "EMNIST's mapping names classes" mapping
check "a run on images of 20x32: resumed, evaluated, started from, reported, shown" whole_program
check "the training images give the normalisation, unless a checkpoint or --normalize does" normalisation
done_testing
