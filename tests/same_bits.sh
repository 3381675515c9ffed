#!/bin/sh
# same_bits.sh -- tests that a run's weights and metrics depend only on its settings and data: they
# are the same, bit for bit, for every number of threads, headless or in the dashboard, paused and
# stepped or not, with each kernel table that this machine runs.

. "$(dirname "$0")/lib.sh"

# ---- a small data set, cut from the real one: the last batch is short, and so is its last block ----

data=$scratch/small
make_data "$data" 1940 200 # 31 batches: 30 of 64, one of 20

# ---- comparing runs ----

# same_run RUN: its checkpoints equal, byte for byte, those of the run called reference, and so do
# its metrics, except for times.
same_run() {
    for file in last.safetensors best.safetensors; do
        cmp "$scratch/reference/$file" "$scratch/$1/$file" || return 1
    done
    for run in reference "$1"; do
        sed 's/"seconds":[^,]*,//; s/"images_per_second":[^,]*,//; s/,*"time":"[^"]*"//' \
            "$scratch/$run/metrics.jsonl" >"$scratch/$run.plain"
        [ "$(grep -c '"event":"batch"' "$scratch/$run.plain")" -eq 62 ] ||
            { echo "62 batches expected in $run"; return 1; }
    done
    diff "$scratch/reference.plain" "$scratch/$1.plain"
}

# headless RUN ARGUMENT...
headless() {
    directory=$scratch/$1
    shift
    run 0 -d "$data" -e 2 -o "$directory" "$@"
}

same_headless() {
    headless "$@" && same_run "$1"
}

# differs RUN ARGUMENT...: tests the test: other settings give other weights.
differs() {
    headless "$@" && ! cmp "$scratch/reference/last.safetensors" "$scratch/$1/last.safetensors"
}

check "the reference run, with one thread and headless, succeeds" headless reference -j 1
check "another seed gives other weights" differs seed -j 1 -s 2
check "no shuffling gives other weights" differs order -j 1 --no-shuffle
for threads in 2 3 4; do
    check "row 89: $threads threads give the same bits" same_headless "threads$threads" -j $threads
done
check "a second run gives the same bits" same_headless again

# Everything that is random or depends on the moment of the run: dropout, augmented images, the
# learning rate.
recipe='--recipe=tiny -b 64 --schedule=onecycle --augment=affine --nesterov'
recipe="$recipe --dropout=0.2 --label-smoothing=0.1 --weight-decay=0.0005"

recipe_threads() {
    rm -rf "$scratch/reference" && headless reference -j 1 $recipe &&
        same_headless recipe2 -j 2 $recipe && same_headless recipe3 -j 3 $recipe
}

# ---- in the dashboard ----

# start RUN ARGUMENT...: the dashboard in a terminal of its own.
start() {
    rm -f "$scratch/status"
    directory=$scratch/$1
    shift
    export PROGRAM data scratch directory
    terminal 80 24 "TERM=screen-256color
        export TERM; \"\$PROGRAM\" -d \"\$data\" -e 2 -o \"\$directory\" $*
        echo \$? >\"\$scratch/status\""
}

# finish: waits for the run's end and quits.
finish() {
    see 'FINISHED' && keys q || return 1
    eventually [ -s "$scratch/status" ] && [ "$(cat "$scratch/status")" -eq 0 ]
}

dashboard() {
    start dashboard && finish && same_run dashboard
}

# Batch by batch, five batches, to the end of the epoch, on, and paused again at some moment; the
# views are changed and the terminal is resized meanwhile.
stepped() {
    start stepped --paused -j 3 && see 'PAUSED .*batch 0/31' &&
        keys b && see 'PAUSED .*batch 1/31' &&
        keys B 5 Enter && see 'PAUSED .*batch 6/31' &&
        keys Right y && keys n && see 'PAUSED .*epoch 2/2 +batch 0/31' &&
        keys B 3 Enter && see 'PAUSED .*batch 3/31' &&
        tmux resize-window -t main -x 100 -y 40 && keys B 20 Enter && see 'PAUSED .*batch 23/31' &&
        keys p && finish && same_run stepped
}

# A recipe, paused at its start and later; its reference is the run with one thread.
recipe_paused() {
    start recipe --paused -j 2 "$recipe" && see 'PAUSED .*batch 0/31' &&
        keys B 7 Enter && see 'PAUSED .*batch 7/31' && keys n && see 'PAUSED .*epoch 2/2 +batch 0/31' &&
        keys p && finish && same_run recipe
}

# At any moment it goes on for more epochs than there are. Unlike Space this may be pressed again
# before the screen shows the effect.
nudged_to_the_end() {
    unseen PAUSED || keys N 9 Enter
    seen FINISHED
}

# Paused and resumed as fast as keys can be sent.
nervous() {
    start nervous -j 2 || return 1
    for try in $(seq 25); do
        keys p
        keys Space
    done
    eventually nudged_to_the_end && finish && same_run nervous
}

# Sizes, views, keys and the mouse, as fast as they can be sent, between batches and during them.
stormed() {
    start stormed --paused -j 2 && see 'PAUSED .*batch 0/31' || return 1
    for try in $(seq "${MNIST_TUI_RESIZES:-120}"); do
        tmux resize-window -t main -x $((try * 37 % 199 + 1)) -y $((try * 23 % 59 + 1))
        keys $((try % 6 + 1)) Right Tab Enter w f . '<' u
        tmux send-keys -l -t main "$(printf '\033[M %b%b' "\\$(printf %o $((try % 60 + 33)))" \
            "\\$(printf %o $((try % 20 + 33)))")"
        [ $((try % 3)) -ne 0 ] || keys Escape Escape b
    done
    tmux resize-window -t main -x 80 -y 24 && keys Escape Escape Escape 1 &&
        eventually nudged_to_the_end && finish && same_run stormed
}

if [ -n "${TMUX_PROGRAM-}" ]; then
    end_terminals_at_exit
    check "the same bits in the dashboard" dashboard
    check "the same bits when stepped and paused" stepped
    check "the same bits when paused again and again" nervous
    check "row 60: the same bits in a storm of sizes, views, keys and the mouse" stormed
    check "row 89: the same bits of a recipe with 1, 2 and 3 threads" recipe_threads
    check "the same bits of a recipe when paused" recipe_paused
    tmux kill-server 2>/dev/null
else
    skip "the same bits in the dashboard" "no tmux"
    skip "the same bits when stepped and paused" "no tmux"
    skip "the same bits when paused again and again" "no tmux"
    skip "row 60: the same bits in a storm of sizes, views, keys and the mouse" "no tmux"
    check "row 89: the same bits of a recipe with 1, 2 and 3 threads" recipe_threads
    skip "the same bits of a recipe when paused" "no tmux"
fi

# ---- with each kernel table ----

same_table() {
    rm -rf "$scratch/reference" && headless reference --kernels="$1" -j 1 &&
        same_headless "$1-3" --kernels="$1" -j 3
}

for table in $("$PROGRAM" --version | sed -n 's/^Kernels: //p' |
    sed 's/[a-z0-9]* (not on this machine)//g'); do
    check "row 89: the same bits with 1 and 3 threads, $table kernels" same_table "$table"
done
done_testing
