#!/bin/sh
# data_faults.sh -- tests bad data files as the user meets them: exit status 3 (5 if reading itself
# fails), one line on stderr, nothing created. row_NN_... is row NN of the table of faults.
# check_idx.c and check_dataset.c test the same rows byte by byte, and those that need injected
# faults.
#
# Images have 28x28 pixels, or $height x $width where another script says so (data_faults_20x32.sh).
. "${SRCDIR:-$(dirname "$0")/..}/tests/lib.sh"

: "${height:=28}" "${width:=28}"
pixels=$((height * width))
data=$scratch/data    # the data set under test, made anew for each test
good=$scratch/good    # its origin: the first images of the real set
out=$scratch/run      # the run directory that must not appear
train=$data/train-images-idx3-ubyte.gz
labels=$data/train-labels-idx1-ubyte.gz
test=$data/t10k-images-idx3-ubyte.gz

# Nothing here may hang. If $as_other is set, another user runs the program.
program=$PROGRAM
as_other=
guarded() {
    timeout 300 $as_other "$program" "$@"
}
if command -v timeout >/dev/null; then
    PROGRAM=guarded
fi

# ---- making files ----

# octets NUMBER...: these bytes
octets() {
    for number; do
        printf "\\$(printf %03o "$number")"
    done
}

# big_endian NUMBER...: each as four bytes
big_endian() {
    for number; do
        octets $((number >> 24 & 255)) $((number >> 16 & 255)) $((number >> 8 & 255)) \
            $((number & 255))
    done
}

# first SPLIT-AND-KIND HEADER BYTES: this many bytes of a real file, from after its header on
first() {
    gzip -dc "$SRCDIR/data/$1-ubyte.gz" 2>/dev/null | head -c $(($2 + $3)) | tail -c "$3"
}

images_header() {
    octets 0 0 8 3
    big_endian "$1" "$height" "$width"
}

labels_header() {
    octets 0 0 8 1
    big_endian "$1"
}

# real_set DIRECTORY TRAIN TEST: the first images of each split, gzip'd
real_set() {
    mkdir "$1"
    { images_header "$2" && first train-images-idx3 16 $(($2 * pixels)); } | gzip -n >"$1/${train##*/}"
    { labels_header "$2" && first train-labels-idx1 8 "$2"; } | gzip -n >"$1/${labels##*/}"
    { images_header "$3" && first t10k-images-idx3 16 $(($3 * pixels)); } | gzip -n >"$1/${test##*/}"
    { labels_header "$3" && first t10k-labels-idx1 8 "$3"; } |
        gzip -n >"$1/t10k-labels-idx1-ubyte.gz"
}

# fresh: a good set in $data, and no run directory
fresh() {
    rm -rf "$data" "$out"
    cp -R "$good" "$data"
}

# size FILE: its size in bytes
size() {
    wc -c <"$1" | tr -d ' '
}

# patch FILE OFFSET NUMBER...: overwrites bytes; an offset below 0 counts from the end
patch() {
    file=$1
    offset=$2
    shift 2
    [ "$offset" -ge 0 ] || offset=$(($(size "$file") + offset))
    octets "$@" | dd of="$file" bs=1 seek="$offset" conv=notrunc 2>/dev/null
}

# ---- what must come of them ----

# refused STATUS PATH PATTERN: this exit status, one line that names the path and then matches the
# pattern, and nothing else: no output, no run directory
refused() {
    run "$1" --headless -e 1 -j 1 -d "$data" -o "$out" || return 1
    [ "$(wc -l <"$scratch/err")" -eq 1 ] || {
        echo "not one line:"
        cat "$scratch/err"
        return 1
    }
    line=$(cat "$scratch/err")
    case $line in
    "mnist-tui: $2: "*) ;;
    *)
        echo "'$line' does not name $2"
        return 1
        ;;
    esac
    printf '%s\n' "${line#"mnist-tui: $2: "}" >"$scratch/problem"
    says "$scratch/problem" "$3" || return 1
    [ ! -s "$scratch/out" ] || {
        echo "there is output"
        return 1
    }
    [ ! -e "$out" ] || {
        echo "a run directory was created"
        return 1
    }
}

# trains: exit status 0 and a test result that is a number
trains() {
    run 0 --headless -e 1 -j 1 -d "$data" -o "$out" || return 1
    [ -s "$out/last.safetensors" ] || {
        echo "there is no checkpoint"
        return 1
    }
    says "$scratch/out" '^Test set: Average loss: [0-9]+\.[0-9]+, Accuracy: [0-9]+/[0-9]+ \('
}

# trains_the_same: with exactly the result of the good set
trains_the_same() {
    trains || return 1
    grep '^Test set' "$scratch/out" | cmp - "$scratch/expected"
}

# ---- the rows ----

good_data_train() {
    trains && grep '^Test set' "$scratch/out" >"$scratch/expected"
}

missing() {
    for path in "$data"/*.gz; do
        fresh
        rm "$path"
        refused 3 "$path" '^cannot be opened: No such file' || return 1
    done
    rm -rf "$data"
    refused 3 "$train" 'No such file'
}

# root can read every file.
unreadable() {
    fresh
    [ "$(id -u)" -ne 0 ] || { as_other=$nobody && chmod 711 "$scratch" && chmod -R a+rX "$data"; }
    chmod 000 "$labels"
    refused 3 "$labels" 'Permission denied'
    refused=$?
    as_other=
    return $refused
}

a_directory() {
    fresh
    rm "$test"
    mkdir "$test"
    refused 3 "$test" '\(expected a regular file, got a directory\)$'
}

a_fifo() {
    fresh
    rm "$train"
    mkfifo "$train"
    refused 3 "$train" '\(expected a regular file, got a FIFO\)$'
}

a_device() {
    fresh
    ln -sf /dev/zero "$train"
    refused 3 "$train" '\(expected a regular file, got a device\)$'
}

dangling_link() {
    fresh
    ln -sf nowhere "$train"
    refused 3 "$train" '^cannot be opened: No such file'
}

looping_link() {
    fresh
    ln -sf "${train##*/}" "$train"
    refused 3 "$train" '^cannot be opened: .*[Ss]ymbolic link'
}

link_to_a_file() {
    fresh
    mv "$train" "$data/elsewhere"
    ln -s elsewhere "$train"
    trains_the_same
}

empty() {
    fresh
    : >"$labels"
    refused 3 "$labels" '^empty \(expected .*, got 0 bytes\)$'
}

shorter_than_a_header() {
    for bytes in 1 2 9; do
        fresh
        head -c "$bytes" "$good/${labels##*/}" >"$labels"
        refused 3 "$labels" '\(expected .*, got .*\)$' || return 1
    done
}

html() {
    fresh
    printf '<!DOCTYPE html>\n<html><title>404</title></html>\n' >"$train"
    refused 3 "$train" '^neither a gzip nor an IDX file \(expected .*, got 0x3C21444F\)$'
}

uncompressed() {
    fresh
    for path in "$data"/*.gz; do
        gzip -dc "$path" >"$scratch/plain"
        mv "$scratch/plain" "$path"
    done
    trains_the_same
}

# truncated BYTES-LESS
truncated() {
    fresh
    whole=$good/${train##*/}
    head -c $(($(size "$whole") - $1)) "$whole" >"$train"
    refused 3 "$train" '^truncated \(expected .*, got the end of the file after [0-9]+ bytes\)$'
}

truncated_anywhere() {
    truncated 1 && truncated 8 && truncated 9 && truncated 5000
}

checksum_mismatch() {
    fresh
    patch "$train" -8 1 2 3 4
    refused 3 "$train" '^corrupt gzip data \(expected .*, got.* incorrect data check\)$'
}

length_mismatch() {
    fresh
    patch "$train" -4 1 2 3 4
    refused 3 "$train" '^corrupt gzip data \(expected .*, got.* incorrect length check\)$'
}

bytes_after_the_end() {
    fresh
    echo garbage >>"$train"
    refused 3 "$train" '^bytes after the end .*\(expected the end of the file, got 0x67\)$' || return 1
    fresh
    octets 0 >>"$labels"
    refused 3 "$labels" '^bytes after the end .*\(expected the end of the file, got 0x00\)$'
}

# in_members: splits the training images in two gzip members
in_members() {
    fresh
    gzip -dc "$train" >"$scratch/plain"
    { head -c 30000 "$scratch/plain" | gzip -n && tail -c +30001 "$scratch/plain" | gzip -n; } \
        >"$train"
}

several_members() {
    in_members
    trains_the_same
}

later_member_corrupt() {
    in_members
    patch "$train" -8 1 2 3 4
    refused 3 "$train" '^corrupt gzip data'
}

header_faults() {
    fresh
    patch "$train" 3 224
    refused 3 "$train" '^corrupt gzip data .*unknown header flags' || return 1
    fresh
    patch "$train" 2 9
    refused 3 "$train" '^corrupt gzip data .*unknown compression method' || return 1
    fresh
    { octets 31 139 8 8 0 0 0 0 0 3 && tail -c +11 "$good/${train##*/}" | tr '\000' 'n'; } >"$train"
    refused 3 "$train" '^truncated'
}

bomb() {
    fresh
    { images_header 100 && head -c 100000000 /dev/zero; } | gzip -1 >"$train"
    refused 3 "$train" "^longer than its header says .expected $((100 * pixels)) bytes, got more.\$"
}

# 200 MB of labels in 200 kB, and images of another size: no memory is allocated for them. (A
# sanitizer does not even start with so little memory.)
declares_much() (
    fresh
    if (ulimit -v 150000 && "$PROGRAM" --version) >/dev/null 2>&1; then
        ulimit -v 150000
    fi
    { labels_header 200000000 && head -c 200000000 /dev/zero; } | gzip -1 >"$labels"
    refused 3 "$labels" '^wrong number of labels .expected 100, one for each image, got 200000000.$' || exit 1
    fresh
    { octets 0 0 8 3 && big_endian 10000 100 200 && head -c 200000000 /dev/zero; } | gzip -1 >"$test"
    refused 3 "$test" "^wrong image size .expected ${height}x$width, as the training images have, got 100x200.\$"
)

wrong_magic() {
    fresh
    { octets 8 3 0 0 && big_endian 1 "$height" "$width"; } | gzip >"$train"
    refused 3 "$train" '\(expected magic number 0x00000803 or 0x00000801, got 0x08030000\)$'
}

swapped() {
    fresh
    mv "$labels" "$scratch/plain"
    mv "$train" "$labels"
    mv "$scratch/plain" "$train"
    refused 3 "$train" '^wrong number of dimensions \(expected 3, as images have, got 1\)$' || return 1
    fresh
    cp "$test" "$labels"
    refused 3 "$labels" '^wrong number of dimensions \(expected 1, as labels have, got 3\)$'
}

element_type() {
    fresh
    { octets 0 0 13 3 && big_endian 1 "$height" "$width" && head -c $((4 * pixels)) /dev/zero; } | gzip >"$train"
    refused 3 "$train" '^wrong element type \(expected 0x08, unsigned bytes, got 0x0D\)$'
}

dimensions() {
    for number in 0 2 255; do
        fresh
        { octets 0 0 8 $number && big_endian 1 "$height" "$width" && head -c "$pixels" /dev/zero; } | gzip >"$train"
        refused 3 "$train" "\\(expected 3, as images have, got $number\\)\$" || return 1
    done
}

zero_dimension() {
    fresh
    images_header 0 | gzip >"$train"
    refused 3 "$train" '^dimension 1 is zero \(expected at least 1, got 0\)$'
}

overflow() {
    fresh
    { octets 0 0 8 3 && big_endian 4294967295 4294967295 4294967295 && echo; } | gzip >"$train"
    refused 3 "$train" '^the dimensions. product overflows \(expected at most [0-9]+ bytes, got more\)$'
}

image_size() {
    fresh
    { octets 0 0 8 3 && big_endian 2 $((height - 1)) "$width" &&
        head -c $((2 * (height - 1) * width)) /dev/zero; } | gzip >"$test"
    refused 3 "$test" "^wrong image size .expected ${height}x$width, as the training images have, got $((height - 1))x$width.\$"
}

short_or_long() {
    fresh
    { images_header 10 && head -c $((10 * pixels - 1)) /dev/zero; } | gzip >"$train"
    refused 3 "$train" "^shorter than its header says .expected $((10 * pixels)) bytes, got $((10 * pixels - 1)).\$" || return 1
    { images_header 10 && head -c $((10 * pixels + 1)) /dev/zero; } | gzip >"$train"
    refused 3 "$train" "^longer than its header says .expected $((10 * pixels)) bytes, got more.\$"
}

counts_differ() {
    fresh
    { labels_header 99 && first train-labels-idx1 8 99; } | gzip >"$labels"
    refused 3 "$labels" '^wrong number of labels \(expected 100, one for each image, got 99\)$'
}

damaged_label() {
    fresh
    { labels_header 100 && first train-labels-idx1 8 98 && octets 200 10; } | gzip >"$labels"
    refused 3 "$labels" '^label 98 is 200, and more than half of the classes up to it have no image '
}

fewer_images_than_a_batch() {
    for number in 1 17; do
        rm -rf "$data" "$out"
        real_set "$data" $number 3
        seq 0 9 >"$data/classes.txt" # a test label may be beyond all training labels
        trains || return 1
    done
}

all_zero_images() {
    fresh
    { images_header 100 && head -c $((100 * pixels)) /dev/zero; } | gzip >"$train"
    trains
}

one_class() {
    fresh
    { labels_header 100 && head -c 100 /dev/zero; } | gzip >"$labels"
    seq 0 9 >"$data/classes.txt"
    trains
}

# Linux has a regular file that cannot be read.
read_error() {
    fresh
    ln -sf /proc/self/mem "$train"
    refused 5 "$train" '^cannot be read: '
}

# ---- what the rows have in common ----

# Whatever the path contains, the terminal gets no control byte: ESC, a newline, C1 in UTF-8 and
# alone.
control_bytes() {
    fresh
    strange=$(printf 'a\033[31mb\nc\302\233d\233e')
    mv "$data" "$scratch/$strange"
    rm "$scratch/$strange/${test##*/}"
    run 3 --headless -e 1 -j 1 -d "$scratch/$strange" -o "$out" || return 1
    rm -rf "${scratch:?}/$strange"
    [ "$(wc -l <"$scratch/err")" -eq 1 ] || return 1
    [ "$(LC_ALL=C tr -d '\012\040-\176' <"$scratch/err" | wc -c)" -eq 0 ] || {
        echo "control bytes in the message:"
        od -c "$scratch/err"
        return 1
    }
    says "$scratch/err" '/a\\x1B\[31mb\\x0Ac\\xC2\\x9Bd\\x9Be/t10k-images-idx3-ubyte\.gz: cannot be'
}

# All inputs are checked before anything is made, even if no run is to be made.
other_actions() {
    fresh
    rm "$test"
    run 3 --stats -d "$data" && says "$scratch/err" '^mnist-tui: .*/t10k-images.*: cannot be opened' &&
        [ ! -s "$scratch/out" ]
}

# A run directory that exists already must stay as it is.
an_existing_directory_is_left_alone() {
    fresh
    rm "$test"
    mkdir "$out"
    run 3 --headless -e 1 -j 1 -d "$data" -o "$out" || return 1
    [ -z "$(ls -A "$out")" ]
}

# A long path may be cut, but the message must say what is wrong with the file.
long_path() {
    fresh
    part=$(printf '%0200d' 0)
    deep=$scratch/$part/$part/$part/$part
    mkdir -p "$deep"
    mv "$data" "$deep/data"
    rm "$deep/data/${test##*/}"
    run 3 --headless -e 1 -j 1 -d "$deep/data" -o "$out" || return 1
    rm -rf "${scratch:?}/$part"
    [ ! -e "$out" ] && says "$scratch/err" 'cannot be opened'
}

real_set "$good" 100 40
fresh
check good_data_train good_data_train
check row_01_missing missing
nobody='setpriv --reuid=65534 --clear-groups'
if [ "$(id -u)" -ne 0 ] || $nobody "$program" --version >/dev/null 2>&1; then
    check row_01_unreadable unreadable
else
    skip row_01_unreadable 'nothing is unreadable to root, and nobody else can run the program'
fi
check row_02_a_directory a_directory
if [ "$PROGRAM" = guarded ]; then
    check row_03_a_fifo a_fifo
    check row_03_a_device a_device
else
    skip row_03_a_fifo 'there is no timeout command'
    skip row_03_a_device 'there is no timeout command'
fi
check row_04_a_dangling_link dangling_link
check row_04_a_looping_link looping_link
check row_04_a_link_to_a_regular_file link_to_a_file
check row_05_empty empty
check row_06_shorter_than_a_gzip_header shorter_than_a_header
check row_07_html_saved_as_gz html
check row_08_uncompressed_files_train_the_same uncompressed
check row_09_truncated truncated_anywhere
check row_10_checksum_mismatch checksum_mismatch
check row_11_length_mismatch length_mismatch
check row_12_bytes_after_the_end bytes_after_the_end
check row_13_several_members_train_the_same several_members
check row_14_a_later_member_is_corrupt later_member_corrupt
check row_15_header_fields_flags_and_method header_faults
check row_16_a_bomb bomb
check "row 105: a small file that declares many labels or images takes little memory" declares_much
check row_17_wrong_magic_number wrong_magic
check row_17_images_and_labels_swapped swapped
check row_18_element_type element_type
check row_19_dimensions_0_2_or_255 dimensions
check row_20_a_zero_dimension zero_dimension
check row_21_a_product_that_overflows overflow
check row_22_images_of_two_sizes image_size
check row_23_shorter_or_longer_than_the_header_says short_or_long
check row_24_image_and_label_counts_differ counts_differ
check row_25_a_damaged_label damaged_label
check row_26_fewer_images_than_a_batch fewer_images_than_a_batch
check row_27_all_zero_images all_zero_images
check row_27_one_class one_class
if [ -f /proc/self/mem ]; then
    check row_29_read_error read_error
else
    skip row_29_read_error 'there is no file whose reading fails'
fi
check control_bytes_in_a_path_are_escaped control_bytes
check actions_without_a_run_refuse_too other_actions
check an_existing_directory_is_left_alone an_existing_directory_is_left_alone
check a_long_path_does_not_hide_the_problem long_path
done_testing
