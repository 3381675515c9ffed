#!/bin/sh
# predict.sh -- tests --predict: what a network says of picture files, in each format; how drawings of
# other programs are made to fit, and what is refused.

. "$(dirname "$0")/lib.sh"
ulimit -c 0

data=$scratch/small
make_data "$data" 3000 200
gzip -dc "$data/t10k-images-idx3-ubyte.gz" | tail -c +17 >"$scratch/images"
run 0 -d "$data" -b 20 -e 2 --lr=0.05 -o "$scratch/run" --model='8 M 16 M Linear(CLASSES)' || exit 1
best=$scratch/run/best.safetensors

# pgm NUMBER: test image NUMBER
pgm() {
    printf 'P5\n28 28\n255\n'
    tail -c +$((784 * $1 + 1)) "$scratch/images" | head -c 784
}

for i in 0 1 2 3 4 5 6 7 8 9; do pgm $i >"$scratch/$i.pgm"; done

# predict OPTION... FILE...: in $scratch/out
predict() {
    run 0 --predict="$best" "$@"
}

# sed's script to turn a PGM of 28x28 on standard input into text, one pixel a line
pixels() {
    tail -c 784 | od -An -v -tu1 | tr -s ' ' '\n' | sed '/^$/d'
}

# ---- formats ----

# The ten test images as they are: classes and probabilities are those of --export.
same_as_export() {
    run 0 -d "$data" --eval="$best" --export="$scratch/export" || return 1
    sed 1d "$scratch/export" | head -n 10 | awk -F, '{
        first = -1
        for (k = 0; k < 10; k++) if (first < 0 || $(5 + k) > $(5 + first)) first = k
        second = -1
        for (k = 0; k < 10; k++) if (k != first && (second < 0 || $(5 + k) > $(5 + second))) second = k
        printf "%d %d %.4f %.4f\n", first, second, $(5 + first), $(5 + second) }' >"$scratch/expected"
    cd "$scratch" && predict --as-is --format=csv 0.pgm 1.pgm 2.pgm 3.pgm 4.pgm 5.pgm 6.pgm 7.pgm 8.pgm \
        9.pgm || return 1
    [ "$(head -n 1 out)" = file,class,probability,second,second_probability ] || return 1
    sed 1d out | awk -F, '{ printf "%d %d %.4f %.4f\n", $2, $4, $3, $5 }' | diff expected - &&
        [ "$(sed 1d out | cut -d, -f1 | tr '\n' ' ')" = \
            '0.pgm 1.pgm 2.pgm 3.pgm 4.pgm 5.pgm 6.pgm 7.pgm 8.pgm 9.pgm ' ]
}

as_text() {
    predict --as-is "$scratch/0.pgm" && one_line "$scratch/out" &&
        says "$scratch/out" '^.*/0\.pgm: [0-9] [0-9]+\.[0-9][0-9]%, then [0-9] [0-9]+\.[0-9][0-9]%$'
}

as_json_lines() {
    predict --as-is --format=jsonl "$scratch/0.pgm" "$scratch/1.pgm" &&
        [ "$(wc -l <"$scratch/out")" -eq 2 ] &&
        says "$scratch/out" '^\{"file":"[^"]*/1\.pgm","class":[0-9],"probability":[0-9.e-]+,"second":[0-9],"second_probability":[0-9.e-]+\}$'
}

with_names() {
    printf '%s\n' 'a,"b"' two three four five six seven eight nine ten >"$scratch/names"
    i=0
    while read -r name; do
        i=$((i + 1))
        eval "name_$i=\$name"
    done <"$scratch/names"
    predict --as-is --classes="$scratch/names" --format=csv "$scratch/0.pgm" || return 1
    [ "$(head -n 1 "$scratch/out")" = \
        file,class,probability,second,second_probability,class_name,second_name ] || return 1
    class=$(sed -n 2p "$scratch/out" | cut -d, -f2)
    eval "name=\$name_$((class + 1))"
    predict --as-is --classes="$scratch/names" "$scratch/0.pgm" && says "$scratch/out" ": $name [0-9]" &&
        predict --as-is --classes="$scratch/names" --format=jsonl "$scratch/0.pgm" &&
        says "$scratch/out" "\"class_name\":\"$name\""
}

awkward_names() {
    cp "$scratch/0.pgm" "$scratch/a,b \"c\".pgm"
    printf '' >"$scratch/weird"
    cp "$scratch/0.pgm" "$scratch/$(printf 'tab\there\377.pgm')"
    predict --format=csv "$scratch/a,b \"c\".pgm" && says "$scratch/out" '^"[^"]*/a,b ""c"".pgm",' &&
        predict --format=jsonl "$scratch/a,b \"c\".pgm" &&
        says "$scratch/out" '^\{"file":"[^"]*/a,b \\"c\\".pgm",' &&
        predict "$scratch/$(printf 'tab\there\377.pgm')" &&
        says "$scratch/out" 'tab\\x09here\\xFF.pgm: '
}

# ---- fitting ----

# scaled FACTOR BACKGROUND INK LEFT TOP SIDE NUMBER: image NUMBER, FACTOR times as large, on a square of
# SIDE pixels, whose background and ink have these greys
scaled() {
    pgm "$7" | pixels | awk -v f="$1" -v paper="$2" -v ink="$3" -v left="$4" -v top="$5" -v side="$6" '
        { p[NR - 1] = $1 }
        END {
            print "P2", side, side, 255
            for (y = 0; y < side; y++)
                for (x = 0; x < side; x++) {
                    i = int((x - left) / f); j = int((y - top) / f)
                    v = x >= left && y >= top && i < 28 && j < 28 ? p[j * 28 + i] : 0
                    print int(paper + (ink - paper) * v / 255)
                }
        }'
}

# However a digit is drawn, the network reads it as it reads the plain image that is made to fit.
reads_any() {
    for number in 0 1 3 4 6; do
        predict --format=csv "$scratch/$number.pgm" || return 1
        class=$(sed -n 2p "$scratch/out" | cut -d, -f2)
        scaled 1 255 0 0 0 28 $number >"$scratch/inverse.pgm"
        scaled 5 255 0 10 20 200 $number >"$scratch/large.pgm"
        scaled 3 230 40 100 7 200 $number >"$scratch/off_centre.pgm"
        scaled 4 10 200 3 70 190 $number >"$scratch/dark.pgm"
        predict --format=csv "$scratch/inverse.pgm" "$scratch/large.pgm" "$scratch/off_centre.pgm" \
            "$scratch/dark.pgm" || return 1
        sed 1d "$scratch/out" | cut -d, -f2 | grep -cx "$class" | grep -qx 4 ||
            { echo "expected $class for test image $number:"; cat "$scratch/out"; return 1; }
    done
}

empty_paper() {
    awk 'BEGIN { print "P2 30 40 255"; for (i = 0; i < 1200; i++) print 255 }' >"$scratch/empty.pgm"
    awk 'BEGIN { print "P2 1 1 255 0" }' >"$scratch/pixel.pgm"
    predict "$scratch/empty.pgm" "$scratch/pixel.pgm" && [ "$(wc -l <"$scratch/out")" -eq 2 ]
}

alpha() {
    pgm 0 | pixels | awk 'BEGIN { print "P2 28 28 255" } { print 255 - $1 }' |
        "$BUILDDIR/tests/make_png" rgba >"$scratch/alpha.png"
    predict --format=csv "$scratch/0.pgm" "$scratch/alpha.png" &&
        [ "$(sed 1d "$scratch/out" | cut -d, -f2 | uniq | wc -l)" -eq 1 ]
}

# ---- what is refused ----

usage() {
    refuses 2 'needs pictures' --predict="$best" &&
        refuses 2 '--as-is needs --predict' --as-is &&
        refuses 2 '--format needs --report or --predict' --format=csv &&
        refuses 2 'only one of' --predict="$best" --eval="$best" "$scratch/0.pgm" &&
        refuses 2 'the path is empty' --predict="$best" '' &&
        refuses 3 'cannot be opened' --predict="$best" "$scratch/missing.pgm" &&
        refuses 3 'not a picture' --predict="$best" "$scratch/names" &&
        refuses 4 'cannot be opened' --predict="$scratch/missing" "$scratch/0.pgm"
}

# The lines of the pictures before the one that cannot be read are there.
stops_at_the_first_fault() {
    run 3 --predict="$best" "$scratch/0.pgm" "$scratch/missing.pgm" "$scratch/1.pgm" &&
        one_line "$scratch/out" && says "$scratch/out" '/0\.pgm: ' && says "$scratch/err" missing.pgm
}

check "the pictures of test images are predicted as --export says" same_as_export
check "a line of text has the file, the class and the second" as_text
check "JSON lines have a line for each picture" as_json_lines
check "named classes have their names" with_names
check "names of files are quoted and escaped" awkward_names
check "drawings are made to fit, whatever their size, place and colours" reads_any
check "empty paper and a single pixel are predicted, too" empty_paper
if "$PROGRAM" --version | grep -q '^Pictures:.* PNG'; then
    check "an alpha channel lies on white" alpha
else
    skip "an alpha channel lies on white" "no libpng"
fi
check "wrong wishes are refused with a sentence" usage
check "predictions end at the first picture that cannot be read" stops_at_the_first_fault
done_testing
