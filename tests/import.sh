#!/bin/sh
# import.sh -- tests --import: folders of pictures that the test makes, what is in the data set that
# comes of them, what is refused, and that nothing is left after a failure, a signal or a crash.

. "$(dirname "$0")/lib.sh"
: "${FAULT_SHIM:=}"
ulimit -c 0

pictures=$scratch/pictures
set=$scratch/set

# ---- making pictures ----

# pgm SEED COLUMNS ROWS: a picture of noise on standard output, as text
pgm() {
    awk -v x="$1" -v columns="$2" -v rows="$3" 'BEGIN {
        print "P2", columns, rows, 255
        for (i = 0; i < columns * rows; i++) {
            x = (x * 1103 + 12345) % 65536
            print int(x / 256)
        }
    }'
}

# png KIND: the PGM on standard input as such a PNG
png() {
    "$BUILDDIR/tests/make_png" "$1"
}

have_png=no
if "$PROGRAM" --version | grep -q '^Pictures:.* PNG'; then
    have_png=yes
fi

# fresh: three classes of 10, 5 and 1 pictures of 8x8, with the pixels of each in $scratch/expected,
# after the label. The names' bytes are in another order than a dictionary.
fresh() {
    rm -rf "$pictures" "$set" "$scratch/expected"
    mkdir "$pictures" "$pictures/Zebra" "$pictures/apple" "$pictures/Übung 7"
    for seed in 1 2 3 4 5 6 7 8 9 10; do add Zebra 0 $seed; done
    for seed in 11 12 13 14 15; do add apple 1 $seed; done
    add 'Übung 7' 2 16
}

# add CLASS LABEL SEED
add() {
    pgm "$3" 8 8 >"$pictures/$1/$3.pgm"
    echo "$2" "$(sed 1d "$pictures/$1/$3.pgm" | tr '\n' ' ')" >>"$scratch/expected"
}

# import ARGUMENT...: imports the pictures; sizes are 8x8 unless an argument says otherwise
import() {
    run 0 --import="$pictures" --output="$set" --size=8x8 "$@"
}

# refused STATUS PATTERN ARGUMENT...: no data set comes of it
refused() {
    wanted=$1
    pattern=$2
    shift 2
    refuses "$wanted" "$pattern" --import="$pictures" --output="$set" --size=8x8 "$@" && absent "$set"
}

# ---- reading data sets ----

# contents FILE HEADER PER-LINE: the bytes after the header as numbers, so many a line
contents() {
    gzip -dc "$1" | tail -c +$(($2 + 1)) | od -An -v -tu1 | awk -v per="$3" '{
        for (i = 1; i <= NF; i++) {
            line = line $i " "
            if (++n == per) {
                print line
                line = ""
                n = 0
            }
        }
    }'
}

# split NAME PIXELS: a line for each image: its label, then its pixels
split() {
    contents "$set/$1-labels-idx1-ubyte.gz" 8 1 >"$scratch/labels"
    contents "$set/$1-images-idx3-ubyte.gz" 16 "$2" | paste -d ' ' "$scratch/labels" - | tr -s ' '
}

# header FILE BYTES: the first bytes of the file as numbers
header() {
    gzip -dc "$1" | head -c "$2" | od -An -v -tu1 | tr -s ' \n' ' '
}

# labels NAME: how often each label is in the split: "8x0 4x1"
labels() {
    contents "$set/$1-labels-idx1-ubyte.gz" 8 1 | sort | uniq -c | awk '{ printf "%sx%s ", $1, $2 }'
}

# is A B
is() {
    [ "$1" = "$2" ] && return 0
    echo "expected '$2', got '$1'"
    return 1
}

# same_files A B
same_files() {
    diff -r "$1" "$2"
}

# ---- a data set ----

round_trip() {
    fresh
    import && { split train 64 && split t10k 64; } | sort >"$scratch/got" || return 1
    sort "$scratch/expected" | tr -s ' ' | diff - "$scratch/got" &&
        is "$(labels train)" '8x0 4x1 1x2 ' && is "$(labels t10k)" '2x0 1x1 ' &&
        is "$(header "$set/train-images-idx3-ubyte.gz" 16)" ' 0 0 8 3 0 0 0 13 0 0 0 8 0 0 0 8 ' &&
        is "$(header "$set/t10k-images-idx3-ubyte.gz" 16)" ' 0 0 8 3 0 0 0 3 0 0 0 8 0 0 0 8 ' &&
        is "$(header "$set/train-labels-idx1-ubyte.gz" 8)" ' 0 0 8 1 0 0 0 13 ' &&
        is "$(ls -A "$set" | wc -l | tr -d ' ')" 5
}

names() {
    printf 'Zebra\napple\nÜbung 7\n' | diff - "$set/classes.txt"
}

summary() {
    is "$(sed -n 1p "$scratch/out")" '3 classes: Zebra, apple, Übung 7' &&
        is "$(sed -n 2p "$scratch/out")" '13 images to train on, 3 to test on, 8x8' &&
        is "$(sed -n 3p "$scratch/out")" '1 class has one picture, which is trained on and not tested' &&
        is "$(sed -n 4p "$scratch/out")" "Train on them: mnist-tui --data=$set" &&
        is "$(wc -l <"$scratch/out" | tr -d ' ')" 4
}

# The classes are mixed in the files.
shuffled() {
    contents "$set/train-labels-idx1-ubyte.gz" 8 1 >"$scratch/labels"
    ! sort -c "$scratch/labels" 2>/dev/null && ! sort -rc "$scratch/labels" 2>/dev/null
}

same_again() {
    fresh
    import && mv "$set" "$scratch/first" && mv "$pictures" "$scratch/moved" && mkdir "$pictures" &&
        cp -R "$scratch/moved/apple" "$scratch/moved/Übung 7" "$scratch/moved/Zebra" "$pictures" &&
        rm -rf "$scratch/moved" && import && same_files "$scratch/first" "$set" || return 1
    rm -rf "$set"
    import --seed=1 && same_files "$scratch/first" "$set" || return 1
    rm -rf "$set"
    import --seed=2 && ! same_files "$scratch/first" "$set" >"$scratch/diff" && rm -rf "$scratch/first" &&
        { split train 64 && split t10k 64; } | sort | diff "$scratch/got" -
}

shares() {
    fresh
    import --test-share=0.5 && is "$(labels train)" '5x0 2x1 1x2 ' && is "$(labels t10k)" '5x0 3x1 ' ||
        return 1
    import --force --test-share=0.001 && is "$(labels t10k)" '1x0 1x1 ' || return 1
    import --force --test-share=0.999 && is "$(labels train)" '1x0 1x1 1x2 '
}

# Everything that is left out, and links that are followed.
extras() {
    fresh
    import && mv "$set" "$scratch/first" || return 1
    echo text >"$pictures/README.txt"
    mkdir "$pictures/.git" && echo text >"$pictures/.git/config"
    for name in .DS_Store Thumbs.db desktop.ini; do
        echo text >"$pictures/$name"
        echo text >"$pictures/apple/$name"
    done
    mkdir "$pictures/apple/.thumbnails"
    mv "$pictures/Zebra" "$scratch/elsewhere" && ln -s "$scratch/elsewhere" "$pictures/Zebra" &&
        mv "$pictures/apple/11.pgm" "$scratch/one.pgm" &&
        ln -s "$scratch/one.pgm" "$pictures/apple/11.pgm" &&
        import && same_files "$scratch/first" "$set"
    same=$?
    rm -rf "$scratch/first" "$scratch/elsewhere" "$scratch/one.pgm"
    return $same
}

# The same picture in each form of its file.
forms() {
    fresh
    pgm 99 8 8 >"$scratch/picture.pgm"
    rm "$pictures"/apple/*
    cp "$scratch/picture.pgm" "$pictures/apple/plain"
    awk 'NR == 1 { print "P2 8 8 65535" } NR > 1 { print $1 * 257 }' "$scratch/picture.pgm" \
        >"$pictures/apple/plain16.pgm"
    awk 'NR == 1 { print "P3 8 8 255" } NR > 1 { print $1, $1, $1 }' "$scratch/picture.pgm" \
        >"$pictures/apple/colour.ppm"
    {
        printf 'P5 8 8 255\n'
        for number in $(sed 1d "$scratch/picture.pgm"); do
            printf "\\$(printf %03o "$number")"
        done
    } >"$pictures/apple/raw.pgm"
    {
        printf 'P5 8 8 65535\n'
        for number in $(sed 1d "$scratch/picture.pgm"); do
            printf "\\$(printf %03o "$number")\\$(printf %03o "$number")"
        done
    } >"$pictures/apple/raw16.pgm"
    if [ "$have_png" = yes ]; then
        for kind in grey grey16 rgb rgba palette interlaced; do
            png $kind <"$scratch/picture.pgm" >"$pictures/apple/$kind.png" || return 1
        done
    fi
    import && { split train 64 && split t10k 64; } | grep '^1 ' | sort | uniq -c >"$scratch/apples" &&
        is "$(sed 's/^ *//; s/ *$//' "$scratch/apples")" \
            "$(find "$pictures/apple" -type f | wc -l | tr -d ' ') 1 $(sed 1d "$scratch/picture.pgm" |
                tr '\n' ' ' | sed 's/ $//')"
}

# A white half and a black half, of any proportions, become both halves of the image.
stretched() {
    fresh
    { echo P1 6 40; for row in $(seq 40); do echo 1 1 1 0 0 0; done; } >"$pictures/Übung 7/16.pgm"
    import --size=4x6 && split train 24 | grep '^2 ' >"$scratch/got" &&
        is "$(cat "$scratch/got")" \
            '2 0 0 0 255 255 255 0 0 0 255 255 255 0 0 0 255 255 255 0 0 0 255 255 255 '
}

# A data set of the usual size can be trained on.
trains() {
    fresh
    run 0 --import="$pictures" --output="$set" &&
        is "$(header "$set/t10k-images-idx3-ubyte.gz" 16)" ' 0 0 8 3 0 0 0 3 0 0 0 28 0 0 0 28 ' &&
        run 0 --headless -e 1 -d "$set" && says "$scratch/out" '^Test set: Average loss: [0-9.]+, Accuracy: [0-9]/3 '
}

many_classes() {
    rm -rf "$pictures" "$set"
    mkdir "$pictures"
    pgm 1 4 4 >"$scratch/small.pgm"
    for number in $(seq 256); do
        mkdir "$pictures/$number" && cp "$scratch/small.pgm" "$pictures/$number/a" &&
            cp "$scratch/small.pgm" "$pictures/$number/b" || return 1
    done
    import && is "$(wc -l <"$set/classes.txt" | tr -d ' ')" 256 &&
        says "$scratch/out" '^256 classes: 1, 10, 100, 101, 102, 103, 104, 105, \.\.\.$' || return 1
    rm -rf "$set"
    mkdir "$pictures/one more" && cp "$scratch/small.pgm" "$pictures/one more" &&
        refused 3 "$pictures: too many folders \\(expected one for each class, at most 256\\)$"
}

# ---- what is refused ----

usage() {
    fresh
    refuses 2 '--import needs --output=DIR' --import="$pictures" &&
        refuses 2 '--output needs --import=DIR' --output="$set" &&
        refuses 2 '--force needs --import' --force && refuses 2 '--size needs --import' --size=8x8 &&
        refuses 2 '--test-share needs --import' --stats --test-share=0.1 &&
        refuses 2 'only one of' --stats --import="$pictures" --output="$set" &&
        refuses 2 '--import: the path is empty' --import= --output="$set" || return 1
    for size in '' 28 28x 3x28 28x257 28X28 -28x28 28x28x1; do
        refused 2 '--size: not usable \(expected HxW, each 4 to 256' --size="$size" || return 1
    done
    for share in '' 0 1 -0.1 nan inf 20% 1.5; do
        refused 2 '--test-share: not usable \(expected a number above 0 and below 1' \
            --test-share="$share" || return 1
    done
}

folders() {
    rm -rf "$pictures" "$set"
    refused 3 "$pictures: cannot be read: No such file" || return 1
    echo text >"$pictures"
    refused 3 "$pictures: cannot be read: Not a directory" || return 1
    rm "$pictures" && mkdir "$pictures"
    refused 3 'not enough classes \(expected 2 or more folders of pictures, one for each class, got 0\)$' ||
        return 1
    mkdir "$pictures/one" && pgm 1 4 4 >"$pictures/one/a.pgm"
    refused 3 'not enough classes .*got 1\)$' || return 1
    mkdir "$pictures/empty"
    refused 3 'pictures/empty: a class without a picture' || return 1
    pgm 2 4 4 >"$pictures/empty/a.pgm"
    refused 3 'every class has one picture, so none is left to test with' || return 1
    mkdir "$pictures/empty/inside"
    refused 3 'pictures/empty/inside: a folder inside the folder of a class' || return 1
    fresh
    ln -s nowhere "$pictures/link"
    refused 3 'pictures/link: cannot be opened: No such file'
}

class_names() {
    fresh
    for name in "$(printf 'a\nb')" "$(printf 'a\033b')" "$(printf 'a\302\233b')" "$(printf 'a\377b')" \
        "$(printf '\355\240\200')"; do
        mkdir "$pictures/$name" && pgm 1 4 4 >"$pictures/$name/a.pgm" &&
            refused 3 "'.*\\\\x.*' cannot be the name of a class \\(expected UTF-8 without control" ||
            return 1
        rm -rf "${pictures:?}/$name"
    done
    long=$(printf '%064d' 1)
    mkdir "$pictures/$long" && pgm 1 4 4 >"$pictures/$long/a.pgm" && import || return 1
    rm -rf "$set"
    mv "$pictures/$long" "$pictures/${long}2"
    refused 3 'too long for the name of a class \(expected at most 64 bytes, got 65'
}

# bad PATTERN: a file in a class, from standard input, is refused by its name
bad() {
    cat >"$pictures/apple/99"
    refused 3 "pictures/apple/99: $1"
}

bad_pictures() {
    fresh
    bad 'not a picture .*got 0 bytes\)$' </dev/null &&
        echo 'a list of things' | bad 'not a picture' &&
        printf '\377\330\377\340' | bad 'a picture of another kind .*got JPEG; please convert it\)$' &&
        printf 'P5 4 4 255\n123' | bad 'truncated \(expected 16 bytes of pixels, got 3\)$' &&
        printf 'P5 99999 99999 255\n123' | bad 'the width is too large \(expected at most 16384\)$' &&
        rm "$pictures/apple/99" && mkfifo "$pictures/apple/99" &&
        refused 3 'apple/99: .*expected a regular file, got a FIFO' && rm "$pictures/apple/99" &&
        ln -s nowhere "$pictures/apple/99" && refused 3 'apple/99: cannot be opened: No such file'
}

bad_png() {
    fresh
    if [ "$have_png" = no ]; then
        printf '\211PNG\r\n\032\n' | bad 'a PNG picture, and this program was built without libpng'
        return
    fi
    pgm 1 8 8 | png rgb >"$scratch/good.png" || return 1
    size=$(wc -c <"$scratch/good.png")
    for bytes in 8 30 $((size / 2)) $((size - 1)); do
        head -c "$bytes" "$scratch/good.png" | bad 'a damaged PNG picture \(' || return 1
    done
    { head -c 60 "$scratch/good.png" && printf 'x' && tail -c +62 "$scratch/good.png"; } |
        bad 'a damaged PNG picture \('
}

inside() {
    fresh
    refuses 2 '--output: .* is inside the folder of the pictures' --import="$pictures" \
        --output="$pictures/set" && absent "$pictures/set" &&
        refuses 2 'is inside the folder of the pictures' --import="$pictures" --output="$pictures/apple" &&
        is "$(ls -A "$pictures/apple" | wc -l | tr -d ' ')" 5 &&
        run 0 --import="$pictures" --output="$pictures" && run 0 --import="$pictures" --output="$set"
}

# ---- a data set that is there already ----

force() {
    fresh
    import && cp -R "$set" "$scratch/first" || return 1
    echo mine >"$set/notes"
    echo mine >"$scratch/first/notes"
    refuses 2 "$set: holds a data set already, such as .*\\(expected another directory, or --force" \
        --import="$pictures" --output="$set" --seed=2 && same_files "$scratch/first" "$set" || return 1
    import --force --seed=2 && ! same_files "$scratch/first" "$set" >/dev/null &&
        import --force --seed=1 && same_files "$scratch/first" "$set" || return 1
    # A bad picture does not cost the old data set.
    echo text >"$pictures/apple/11.pgm"
    refuses 3 'apple/11.pgm: not a picture' --import="$pictures" --output="$set" --force &&
        same_files "$scratch/first" "$set"
    same=$?
    rm -rf "$scratch/first"
    return $same
}

# With a file of another data set in the same directory, --data would not know which to take.
other_files() {
    for name in train-images-idx3-ubyte emnist-letters-train-images-idx3-ubyte.gz train-images.idx3-ubyte \
        qmnist-test-labels-idx2-int.gz; do
        fresh
        mkdir "$set" && echo mine >"$set/$name" || return 1
        refuses 2 "holds a data set already, such as $name \\(expected another directory\\)" \
            --import="$pictures" --output="$set" --force && is "$(ls -A "$set")" "$name" || return 1
    done
}

bad_output() {
    fresh
    echo mine >"$set"
    refuses 5 "$set: cannot be opened: Not a directory" --import="$pictures" --output="$set" &&
        is "$(cat "$set")" mine &&
        refuses 5 "$scratch/no/where: cannot be made: No such file" --import="$pictures" \
            --output="$scratch/no/where" || return 1
    rm "$set"
    mkdir "$set" "$set/classes.txt"
    refuses 5 'classes.txt: cannot be replaced \(expected a regular file\)' --import="$pictures" \
        --output="$set" --force && is "$(ls -A "$set")" classes.txt
}

small_stack() (
    ulimit -s 128 || exit 1
    forms
)

# ---- failures, signals and crashes ----

# faulty RULES: imports under these faults; counts of calls go to $scratch/counts
faulty() {
    rules=$1
    shift
    env LD_PRELOAD="$FAULT_SHIM" FAULTS="$rules" FAULTS_REPORT="$scratch/counts" \
        "$PROGRAM" --import="$pictures" --output="$set" --size=8x8 "$@" \
        >"$scratch/out" 2>"$scratch/err" </dev/null
    status=$?
}

# sane: the import succeeded, or it ended with status 5 and one line that says why
sane() {
    [ "$status" -ne 0 ] || return 0
    [ "$status" -eq 5 ] && one_line "$scratch/err" && says "$scratch/err" '^mnist-tui: .' && return
    echo "exit status $status"
    cat "$scratch/err"
    return 1
}

# all_or_nothing OLD: the directory has the new data set, or OLD: what was there before; $scratch/none
# stands for no directory
all_or_nothing() {
    [ -e "$set" ] || [ -e "$1" ] || return 0
    diff -r "$scratch/new" "$set" >/dev/null 2>&1 || diff -r "$1" "$set" >/dev/null 2>&1 && return
    ls -l "$set" "$1"
    return 1
}

# before OLD: the pictures, and in the output directory what was there before
before() {
    rm -rf "$set"
    [ ! -e "$1" ] || cp -R "$1" "$set"
}

# prepare: the data set that the pictures make, and an old one
prepare() {
    fresh
    [ "$have_png" = no ] || pgm 1 8 8 | png palette >"$pictures/apple/12.pgm" || return 1
    rm -rf "$scratch/new" "$scratch/old"
    import --seed=2 && mv "$set" "$scratch/old" && import && mv "$set" "$scratch/new"
}

# each FAMILY EFFECT OLD: every call of the family fails in turn, once and from then on
each() {
    before "$3"
    faulty '' --force
    [ "$status" -eq 0 ] || return 1
    count=$(sed -n "s/^$1 //p" "$scratch/counts")
    [ "$count" -gt 0 ] || { echo "there is no call of $1"; return 1; }
    for k in $(numbers "$count"); do
        for times in once always; do
            before "$3"
            faulty "$1:$k:$times:$2" --force
            sane && all_or_nothing "$3" && continue
            echo "with FAULTS=$1:$k:$times:$2"
            return 1
        done
    done
}

every_failure() {
    prepare || return 1
    for old in "$scratch/none" "$scratch/old"; do
        each alloc ENOMEM "$old" && each open EMFILE "$old" && each open EROFS "$old" &&
            each read EIO "$old" && each write ENOSPC "$old" && each write short "$old" &&
            each fsync EIO "$old" && each close EIO "$old" && each mkdir EIO "$old" || return 1
    done
    each rename EIO "$scratch/none"
}

# A rename in place may fail halfway: then a new data set is complete, or there is none.
failing_renames() {
    prepare || return 1
    for k in $(seq 10); do
        before "$scratch/old"
        faulty "rename:$k:once:EIO" --force
        sane && [ "$status" -eq 5 ] || return 1
        diff -r "$scratch/old" "$set" && continue
        [ "$k" -gt 5 ] && is "$(ls -A "$set")" '' || return 1
    done
}

# After a crash at any call there is the old data set, the new one, or none that would be trained on;
# the next import works as ever.
crashes() {
    prepare || return 1
    for old in "$scratch/none" "$scratch/old"; do
        before "$old"
        faulty '' --force
        count=$(sed -n "s/^disk //p" "$scratch/counts")
        for k in $(numbers "$count"); do
            before "$old"
            faulty "disk:$k:once:KILL" --force
            [ "$status" -eq 137 ] || return 1
            if [ -e "$set/train-images-idx3-ubyte.gz" ]; then
                cp -R "$set" "$scratch/left" && rm -rf "$scratch/left/import.tmp"
                diff -r "$scratch/left" "$old" >/dev/null 2>&1 || diff -r "$scratch/left" "$scratch/new" ||
                    { echo "with FAULTS=disk:$k:once:KILL"; return 1; }
                rm -rf "$scratch/left"
            else
                run 3 -d "$set" --stats || return 1
            fi
            import --force && same_files "$scratch/new" "$set" || return 1
        done
    done
}

# signalled RULE SIGNAL NUMBER OLD: the signal comes at that call
signalled() {
    before "$4"
    env LD_PRELOAD="$FAULT_SHIM" FAULTS="$1" "$PROGRAM" --import="$pictures" --output="$set" \
        --size=8x8 --force >"$scratch/out" 2>"$scratch/err" </dev/null &
    pid=$!
    for try in $(seq 1200); do
        ! grep -q '^State:.*T' "/proc/$pid/status" || break
        sleep 0.05
    done
    kill "-$2" "$pid" && kill -CONT "$pid"
    wait "$pid"
    is $? $((128 + $3)) && all_or_nothing "$4"
}

signals() {
    prepare || return 1
    for old in "$scratch/none" "$scratch/old"; do
        for call in read:3 write:1 write:2 write:5 rename:1 rename:7 rename:10; do
            signalled "$call:once:STOP" TERM 15 "$old" || { echo "at $call"; return 1; }
            case $call in
            read:3 | write:[12])
                says "$scratch/err" '^mnist-tui: .*: stopped by a signal: nothing was written$' || return 1
                ;;
            esac
        done
        signalled read:3:once:STOP HUP 1 "$old" || return 1
    done
}

check "pictures become images of their classes, each once" round_trip
check "classes.txt has the folders' names, in the order of their bytes" names
check "the end says what was made and how to train on it" summary
check "the images are shuffled" shuffled
check "the same pictures and seed give the same files, another seed another split" same_again
check "each class gives its share to the test set, at least one image and not all" shares
check "hidden files and files beside the classes are left out, links are followed" extras
check "every form of a file gives the same image" forms
check "pictures are stretched to the size" stretched
check "a data set of pictures can be trained on" trains
check "256 classes are read, 257 are refused" many_classes
check "the options of --import are checked" usage
check "folders that hold no data set are refused" folders
check "names of classes are UTF-8 without control characters, up to 64 bytes" class_names
check "files that are no pictures are refused by name" bad_pictures
check "damaged PNG files are refused by name" bad_png
check "an output directory inside the folder of the pictures is refused" inside
check "a data set is replaced with --force alone, and stays after a failure" force
check "a directory with files of another data set is refused" other_files
check "an output directory that cannot be used is refused" bad_output
if (ulimit -s 128 && "$PROGRAM" --version) >/dev/null 2>&1; then
    check "row 108: pictures are imported with a stack of 128 kB" small_stack
else
    skip "row 108: pictures are imported with a stack of 128 kB" "a sanitizer needs more"
fi
if [ -n "$FAULT_SHIM" ]; then
    check "row 72: after any failure there is the old data set, the new one, or none" every_failure
    check "row 78: a rename that fails leaves no part of a data set" failing_renames
    check "after a crash no mixture of data sets is left, and the next import works" crashes
    check "row 115: a signal ends an import, and nothing is left of it" signals
else
    skip "rows 72, 78 and 115: failures and signals" "library calls cannot be made to fail in this build"
fi
done_testing
