#!/bin/sh
# fuzz.sh -- gives every fuzzer the files of its corpus: seeds, and whatever once brought one down.

. "$(dirname "$0")/lib.sh"

for corpus in "$SRCDIR"/tests/fuzz/corpus/*; do
    name=${corpus##*/}
    check "fuzz_$name keeps its promises on its corpus" "$BUILDDIR/tests/fuzz/replay_$name" "$corpus"/*
done
done_testing
