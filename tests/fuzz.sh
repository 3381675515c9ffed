#!/bin/sh
# fuzz.sh -- gives each fuzzer the files of its corpus: seeds, and inputs that once made it fail.

. "$(dirname "$0")/lib.sh"

for corpus in "$SRCDIR"/tests/fuzz/corpus/*; do
    name=${corpus##*/}
    check "fuzz_$name keeps its promises on its corpus" "$BUILDDIR/tests/fuzz/replay_$name" "$corpus"/*
done
done_testing
