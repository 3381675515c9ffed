#!/bin/sh
# tui.sh -- holds the dashboard: the real program runs in a real terminal emulator, keys are sent to it,
# and what stands on the screen is read. Also what signals, sizes, locales and kinds of terminals do to
# it, and that the terminal is given back as it was.

. "$(dirname "$0")/pane.sh"

# answers: the dashboard obeys, whatever it shows: the help opens and closes.
answers() {
    keys Escape && keys '?' && see 'Keys [0-9]' && keys Escape && see_no 'Keys [0-9]'
}

# ---- the first look ----

header() {
    see 'PAUSED' && see '^ mnist-tui +\|\| PAUSED +epoch 1/100000 +batch 0/40 +lr 0\.01 ' &&
        see ' img/s *$' && see '^ epoch .* 0% +run .* 0% +0:00 +ETA '
}

panes() {
    see '^┌─ Loss.*┐┌─ Accuracy %.*┐$' &&
        see '^┌─ Model basic  layers [0-9]+-[0-9]+ of 17 ─+┐┌─ Sample  test #[0-9]+ ─+┐$'
}

axes() {
    see '^│ *[0-9.]+┤' && see '││ *[0-9.]+┤' && see '^│epoch└─+[0-9.]+┴.*││epoch└─+[0-9.]+┴'
}

layers() {
    see '^│Layer \(type\) +Output Shape +Param #│' &&
        see '^│Conv2d-1 +\[-1, 4, 28, 28\] +36│' && see '^│Conv2d-4 +\[-1, 8, 28, 28\] +288│' &&
        see '^│Total params: 9,902 '
}

samples() {
    see 'true 7  pred [0-9] *│$' && see '(right|WRONG) loss [0-9]+\.[0-9][0-9] *│$' &&
        eventually shares
}

shares() {
    [ "$(grep -Ec '[0-9] [█▏▎▍▌▋▊▉·]+ (\.[0-9][0-9]|1\.0) *│$' "$scratch/screen")" -ge 5 ]
}

key_line() {
    sed -n 24p "$scratch/screen" |
        grep -E '^ Spc Pause .*n Epoch .*b Batch .*1-6 View .*Tab Pane .*y Log .*s Save .*\? Help .*q Quit$'
}

# framed WIDTH HEIGHT: between header and key line every row begins and ends with a border, in the
# first and the last column.
framed() {
    [ "$(wc -l <"$scratch/screen")" -eq "$2" ] && seen '^┌─ Loss.*┐┌─ Accuracy %.*┐' &&
        seen '^┌─ Model basic .*┐┌─ .*┐$' && seen '┌─ Sample .*┐$' &&
        sed -n "$(($2))p" "$scratch/screen" | grep 'q Quit' &&
        ! sed -n "3,$(($2 - 2))p" "$scratch/screen" | grep -vE "^[┌│└].{$(($1 - 2))}[┐│┘]\$"
}

# sized WIDTH HEIGHT: gives the terminal this size and waits for a frame that fits.
sized() {
    tmux resize-window -t main -x "$1" -y "$2"
    eventually framed "$1" "$2"
}

every_frame() {
    for size in '80 22' '80 24' '81 25' '100 30' '140 44' '160 50' '300 100' '80 24'; do
        sized ${size% *} ${size#* } || return 1
    done
}

start 80 24 "$many --paused"
check "--paused: the header says so, and where the run is" header
check "two plots, the model and a sample have their panes" panes
check "the plots have axes with numbers" axes
check "the layer table has its heading, layers and total" layers
check "the sample has its label, the prediction and the likeliest classes" samples
check "the last line has the keys" eventually key_line

# ---- stepping and pausing ----

step_batch() {
    keys b && see 'PAUSED .*epoch 1/.* batch 1/40'
}

step_batches() {
    keys 20b && see 'PAUSED .*epoch 1/.* batch 21/40' && keys 2b &&
        see 'PAUSED .*epoch 1/.* batch 23/40'
}

# Over the end of an epoch.
step_over() {
    keys 20b && see 'PAUSED .*epoch 2/.* batch 3/40'
}

step_epoch() {
    keys n && see 'PAUSED .*epoch 3/.* batch 0/40'
}

step_epochs() {
    keys 2n && see 'PAUSED .*epoch 5/.* batch 0/40'
}

# A plot of test results, and numbers in the titles.
plotted() {
    see 'Loss.* train [0-9.]+ +test [0-9.]+' && see 'Accuracy %.* train [0-9.]+ +test [0-9.]+' &&
        see '^│[^●]*●.*││' && see '││[^●]*●.*│$' && eventually braille
}

# Braille is U+2800 to U+28FF; collation has no range for it, its bytes have.
braille() {
    LC_ALL=C grep -q "$(printf '\342[\240-\243]')" "$scratch/screen"
}

# The tick labels of both plots.
ticks() {
    grep -oE '[0-9.]+┤' "$scratch/screen" | tr '\n' ' '
}

log_axis() {
    old=$(ticks)
    keys y && eventually ticks_are != "$old" && keys y && eventually ticks_are = "$old"
}

ticks_are() {
    [ "$(ticks)" "$1" "$2" ]
}

resume() {
    keys "$1" && see '> TRAINING' && goes_on
}

pause() {
    keys "$1" && see '\|\| PAUSED' && old=$(moment) && keys y && keys y && sleep 0.3 && look &&
        [ "$(moment)" = "$old" ]
}

# Two presses while one batch is at work: the second takes the first back.
double_press() {
    start 80 24 '-e 100000 -b 640' && see '> TRAINING' && keys Space Space && eventually moment &&
        first=$(moment) && eventually later $((first + 5))
}

# However large it was.
counts() {
    start 80 24 "$many --paused" && see PAUSED && keys 7 && see ' 7: ' && keys z b &&
        see 'PAUSED .*batch 1/40' && keys 99999999999999999999 && see '[0-9]: ' && keys z 0b &&
        see 'PAUSED .*batch 2/40'
}

check "b trains one batch" step_batch
check "20b trains twenty batches" step_batches
check "20b goes on in the next epoch" step_over
check "n trains to the end of the epoch" step_epoch
check "2n trains two epochs" step_epochs
check "the plots show training and test results" plotted
check "y changes both axes, and again changes them back" log_axis
check "Space resumes" resume Space
check "Space pauses" pause Space
check "p resumes" resume p
check "p pauses" pause p

# ---- panes ----

scroll_layers() {
    keys Tab Tab Down && see 'layers 2-7 of 17' && keys j && see 'layers 3-8 of 17' &&
        keys k && see 'layers 2-7 of 17' && keys PageDown && see 'layers 8-13 of 17' &&
        keys End && see 'layers 12-17 of 17' && see '^│Linear-17 +\[-1, 10\] +330│' &&
        keys Down Down && keys Up && see 'layers 11-16 of 17' &&
        keys PageUp && see 'layers 5-10 of 17' && keys Home && see 'layers 1-6 of 17' &&
        keys Up Up && keys Down && see 'layers 2-7 of 17'
}

# In the samples' pane.
move_samples() {
    keys Tab Right && see 'test #1 ' && keys l && see 'test #2 ' && see 'true 1  ' &&
        keys h && see 'test #1 ' && keys Left && see 'test #0 ' && keys Left && see 'test #159 ' &&
        keys Right && see 'test #0 ' && keys Down && see 'test #10 ' && keys j && see 'test #20 ' &&
        keys k && see 'test #10 ' && keys Up && see 'test #0 ' && keys PageDown &&
        see 'test #100 ' && keys PageUp && see 'test #0 ' && keys End && see 'test #159 ' &&
        keys Home && see 'test #0 '
}

# The pane that has the keys is told apart without colours: by bold.
focus_shows() {
    old=$(title)
    keys BTab && eventually title_is != "$old" && keys Tab && eventually title_is = "$old"
}

# The row of the model's title, with all that the terminal was told of its looks.
title() {
    tmux capture-pane -e -p -t main | grep 'Model basic'
}

title_is() {
    [ "$(title)" "$1" "$2" ]
}

help_opens() {
    keys '?' && see 'Space, p +pause' && see 'Enter +the pane' && keys Escape &&
        see_no 'Space, p' && see 'Sample +test #0' && keys F1 && see 'Space, p +pause' &&
        keys '?' && see_no 'Space, p' && see 'Sample +test #0'
}

# In a terminal too small for all of it.
help_scrolls() {
    tmux resize-window -t main -x 60 -y 10 && keys '?' && see 'Space, p' &&
        unseen 'Ctrl-Z' && keys $(printf 'Down %.0s' $(seq 60)) &&
        see 'Ctrl-Z +suspend'
}

# One key up from the end, after more down than there are.
help_scrolls_back() {
    see 'Ctrl-Z' && keys Up && see_no 'Ctrl-Z'
}

help_ends() {
    keys Home && see 'Space, p' && keys End && see 'Ctrl-Z' && keys Home && see 'Space, p'
}

escape_stays() {
    keys Escape && sleep 0.1 && keys Escape && sized 80 24 && see '\|\| PAUSED' &&
        see 'Sample +test #0' && [ ! -e "$scratch/status" ]
}

redraw() {
    printf '\033[5;5HLITTER' >"$(tmux display-message -p -t main '#{pane_tty}')" && see LITTER &&
        keys C-l && see_no LITTER && panes
}

check "Tab and the arrows scroll the layer table" scroll_layers
check "Tab and the arrows go through the samples" move_samples
check "the pane that has the keys looks different" focus_shows
check "? and F1 open the help, Esc and ? close it" help_opens
check "help: the arrows scroll to its end" help_scrolls
check "help: the arrows scroll back at once" help_scrolls_back
check "help: Home and End go to its ends" help_ends
check "Esc goes back and never quits" escape_stays
check "Ctrl-L draws the screen anew" redraw
check "row 60: the frames fit from 80x22 to 300x100" every_frame

# colors: SGR sequences that choose a colour.
colors() {
    tmux capture-pane -e -p -t main | grep -cE "$(printf '\033')\\[([0-9;]*;)?([34][0-7]|[34]8;|9[0-7])"
}

colorful() {
    [ "$(colors)" -gt 3 ]
}

# ---- views ----

opens_views() {
    start 80 24 "$many --paused" && see PAUSED && keys 2 && see '^│ +[0-9.]+┤.{60,}│$' && keys 3 &&
        see 'Param # Kern +.w. .grad. .dw/w. +dead' && keys 4 && see 'Activations  test #0' &&
        keys 5 && see 'Confusion' && keys 6 && see 'Draw  pen up' && keys 1 && panes
}

counts_return() {
    keys 4 && see 'Activations' && sleep 1.2 && keys 3b && see 'PAUSED .*batch 3/40' && see 'Activations'
}

zooms() {
    keys 1 Enter && see '^┌─ Loss.{70,}┐$' && keys Tab && see '^┌─ Accuracy.{65,}┐$' &&
        keys Escape && panes
}

confusion_opens() {
    keys n 5 && see 'accuracy [0-9.]+ %' && keys Down Right Right && see 'True 1, predicted 2' &&
        keys Enter && see 'Sample [0-9]+/[0-9]+ 1 as 2' && keys f && see 'Sample [0-9]+/[0-9]+ wrong' &&
        keys w && see 'wrong, worst first' && keys f w && see 'Sample  test #'
}

draws() {
    keys 6 && see 'pen up' && keys Enter && see 'pen down' &&
        keys Down Down Down Down Down Down Down Down Enter && see '[0-9] [█▏▎▍▌▋▊▉]' &&
        keys BSpace && see_no '[0-9] [█▏▎▍▌▋▊▉]'
}

# press COLUMN ROW BUTTON: what a terminal sends for it, in the oldest of the protocols.
press() {
    tmux send-keys -l -t main "$(printf '\033[M%b%b%b' "$(printf '\\%o' $(($3 + 32)))" \
        "$(printf '\\%o' $(($1 + 32)))" "$(printf '\\%o' $(($2 + 32)))")"
}

mouse_draws() {
    press 8 8 0 && press 12 14 32 && press 12 14 3 && see '[0-9] [█▏▎▍▌▋▊▉]' && keys d
}

mouse_scrolls() {
    keys 1 && press 10 18 65 && see 'layers 2-7 of 17' && press 10 18 64 && see 'layers 1-6 of 17'
}

travels() {
    keys z 40b && see 'PAUSED .*epoch 3/.* batch 0/40' && keys '<' && see '<< THE PAST' &&
        keys End && see_no 'THE PAST'
}

exported() {
    keys 2 && see '^┌─ Loss.{70,}┐$' && keys e && see 'The screen is in mnist-tui-plots-1\.txt' &&
        says "$scratch/mnist-tui-plots-1.txt" '^┌─ Loss.{70,}┐$' && keys e &&
        see 'The screen is in mnist-tui-plots-2\.txt'
}

glyphs_cycle() {
    keys 1 && eventually braille && keys u && see 'blocks' && keys u && see 'ASCII' && keys u && see 'braille'
}

colors_switch() {
    eventually colorful && keys c && see 'Colours are off' && [ "$(colors)" -eq 0 ] && keys c &&
        see 'Colours are on' && eventually colorful
}

rate_changes() {
    keys + && see 'PAUSED .*lr 0\.0125 ' && keys - - &&
        see 'PAUSED .*lr 0\.008 ' && keys + && see 'PAUSED .*lr 0\.01 '
}

no_place_to_save() {
    keys s && see 'no run directory to save to'
}

saves() {
    start 80 24 "$many --paused -o \"\$scratch/saves\"" && see PAUSED && keys 3b && see 'batch 3/40' &&
        keys s && see 'Checkpoint written: epoch 1, batch 3' &&
        run 0 -d "$data" --eval="$scratch/saves/last.safetensors" && keys n && see 'epoch 2/'
}

check "1 to 6 open the views" opens_views
check "a count trains and leaves the view as it was" counts_return
check "Enter zooms, Tab goes on, Esc shrinks" zooms
check "the matrix opens a cell's images; f and w list mistakes and the worst" confusion_opens
check "a digit is drawn with keys, seen, and taken back" draws
check "a digit is drawn with the mouse" mouse_draws
check "the wheel scrolls the pane under it" mouse_scrolls
check "< goes back in the run, End returns" travels
check "e writes the screen to a file" exported
check "u goes through the glyphs" glyphs_cycle
check "c switches colours" colors_switch
check "+ and - change the learning rate" rate_changes
check "s says so when there is no run directory" no_place_to_save
check "s saves a checkpoint" saves

# ---- leaving ----

results() {
    see '^Total parameters: 9,902$' && see '^Best train accuracy: [0-9]+\.[0-9][0-9]%$' &&
        see '^Best test accuracy: [0-9]+\.[0-9][0-9]% \(epoch [0-9]+\)$' &&
        see '^Images per second: [0-9,]+$'
}

quit_paused() {
    keys q && left 0 && restored
}

quit_asks() {
    start 80 24 "$many" && see 'Loss.* test [0-9]' && keys q && see 'Quit\?' && goes_on &&
        see 'Quit\?' && [ ! -e "$scratch/status" ]
}

quit_declined() {
    keys n && see_no 'Quit\?' && goes_on && keys F10 && see 'Quit\?' && keys Escape && goes_on
}

quit_confirmed() {
    keys q && see 'Quit\?' && keys y && left 0 && restored && results
}

check "q leaves at once while paused; the terminal is as before" quit_paused
check "quitting prints the results on the normal screen" results
check "q asks while training, and training goes on" quit_asks
check "q: any other key stays, and does nothing else" quit_declined
check "q, y leaves; terminal and results as they should be" quit_confirmed

# ---- the end of a run ----

finished() {
    start 80 24 '-e 2 -b 16' && see '\* FINISHED +epoch 2/2 +batch 40/40' &&
        see 'best test accuracy [0-9.]+ %'
}

finished_looks() {
    keys BTab Right && see 'test #1 ' && keys BTab End && see 'layers 12-17 of 17' && keys y && answers &&
        see 'FINISHED'
}

finished_steps() {
    keys b && see 'no batch left' && keys 3n && see 'no epoch left' && keys Space &&
        see 'nothing to pause' && see '\* FINISHED +epoch 2/2 +batch 40/40'
}

# The whole message, at the size that most terminals have.
finished_message() {
    start 80 24 '-e 1 -b 64' && see 'FINISHED' && see 'q quits and prints the *results'
}

finished_quits() {
    keys q && left 0 && restored && results
}

# The run ends while the question stands: there is no training left that could go on.
question_ends() {
    asked_in_run_of 4 || asked_in_run_of 40 || asked_in_run_of 400 || asked_in_run_of 4000
    see FINISHED && see_no 'Training goes on'
}

# asked_in_run_of EPOCHS: fails if the machine is so fast that the run was over before the question.
asked_in_run_of() {
    start 80 24 "-e $1 -b 16" && see 'TRAINING|TESTING|FINISHED' && keys q &&
        eventually asked_or_over && seen 'Quit\?'
}

asked_or_over() {
    seen 'Quit\?|FINISHED' || [ -s "$scratch/status" ]
}

# What answers it is no key for the plots: y changes their axes.
question_answered() {
    see 'The run is over. Quit\?' && before=$(ticks) && keys n && see 'q quits and prints the results' &&
        see_no 'Quit\?' && [ "$(ticks)" = "$before" ] && keys q && left 0 && restored && results &&
        question_ends && keys y && left 0 && restored && results
}

every_key() {
    keys Space p n b 3 n 2 b Tab BTab Left h Right l Up k Down j PageUp PageDown Home End y '?' F1 \
        Escape C-l Enter x z '[' ']' , . 0 f w '<' '>' + - s e m c u F5 F12 BSpace DC IC C-a C-t
}

# After every key, while training, paused and finished, it still answers.
row_82() {
    start 80 24 "$many" && see 'TRAINING' && every_key && answers && keys p p Space &&
        every_key && answers && start 80 24 '-e 1 -b 64' && see FINISHED && every_key && answers &&
        see FINISHED
}

# In every view, at a size of every tier.
row_82_views() {
    start 80 24 "$many" && see TRAINING || return 1
    for size in '40 10' '80 24' '140 44'; do
        tmux resize-window -t main -x ${size% *} -y ${size#* }
        for view in 1 2 3 4 5 6; do
            keys Escape "$view" && every_key && answers || { echo "view $view at $size"; return 1; }
        done
    done
    tmux resize-window -t main -x 80 -y 24 && keys Escape p && answers && [ ! -e "$scratch/status" ]
}

check "the end of a run keeps the screen and says FINISHED" finished
check "after the end everything can still be looked at" finished_looks
check "row 85: stepping after the last epoch says that it is over" finished_steps
check "after the end q leaves at once and prints the results" finished_quits
check "the last message fits into 80 columns" finished_message
check "the question whether to quit changes as the run ends" question_ends
check "an answer to that question after the run's end quits, or takes it away" question_answered
check "row 82: every key in every state" row_82
check "row 82: every key in every view and tier" row_82_views
check "two presses of Space within a batch leave it training" double_press
check "a count is forgotten by another key" counts

# ---- sizes ----

small_sizes() {
    start 30 8 "$many --paused" && see 'PAUSED' && see 'e1/100000' && keys b &&
        see '^.{0,4}e1/100000 2%' && tmux resize-window -t main -x 12 -y 1 &&
        see '^\| e1/100000' && keys b && sized 80 24 && see 'PAUSED .*batch 2/40'
}

one_cell() {
    start 1 1 "$many --paused" && eventually on_its_screen && keys 3b && sized 80 24 && see 'PAUSED .*batch 3/40'
}

# The program has the terminal: keys reach it from now on.
on_its_screen() {
    [ "$(tmux display-message -p -t main '#{alternate_on}')" = 1 ]
}

# At every size the state is in the first column, or in the header. (Not in a single cell: terminals
# like this one cannot be made to draw in the last.)
row_60() {
    start 80 24 "$many" && see TRAINING || return 1
    for size in '2 1' '1 2' '5 2' '10 3' '30 8' '39 9' '40 10' '79 21' '79 22' '80 21' '80 22' \
        '100 30' '140 44' '160 50' '300 100' '300 1' '1 100'; do
        tmux resize-window -t main -x ${size% *} -y ${size#* }
        see '^[>~]|mnist-tui +[>~]' || { echo "at $size"; return 1; }
    done
    tmux resize-window -t main -x 1 -y 1 && sleep 0.2 && sized 80 24 && answers && goes_on
}

# As fast as the terminal can be resized.
resize_storm() {
    for try in $(seq 60); do
        tmux resize-window -t main -x $((try * 37 % 170 + 1)) -y $((try * 23 % 60 + 1))
    done
    sized 80 24 && answers && goes_on
}

check "row 60: 30x8 and 12x1 show the state and obey" small_sizes
check "row 60: started in one cell, then resized" one_cell
check "row 60: sizes from 1x1 to 300x100 while training" row_60
check "row 60: a storm of sizes" resize_storm

# Keys that nobody would press: every byte but those that quit, stop or signal.
row_64() {
    head -c 6000 "$data/train-images-idx3-ubyte.gz" |
        LC_ALL=C tr -d 'qyY\003\017\021\023\026\032\034' | head -c 4000 >"$scratch/bytes"
    tmux load-buffer "$scratch/bytes" && tmux paste-buffer -r -t main || return 1
    see 'mnist-tui' && keys Escape p && answers && [ ! -e "$scratch/status" ]
}

# A report of the mouse whose rest does not come holds up nothing, and is none with other bytes behind it.
unfinished_report() {
    trained "unfinished$1" || return 1
    shift
    tmux send-keys -t main -H "$@" && goes_on && sleep 1 && keys Space && see PAUSED && keys Space && goes_on &&
        tmux send-keys -t main -H "$@" && kill -TERM "$(cat "$scratch/pid")" && left 143 && restored &&
        valid_checkpoint
}

# keys_without_end KEY: keys that take longer than they take to send are no reason not to be told to end.
keys_without_end() {
    directory=$scratch/keys
    export directory
    start 200 60 "$many -o \"\$directory\"" && see 'batch [1-9]' &&
        tmux send-keys -t main -N 4000 "$1" && sleep 0.1 && kill -TERM "$(cat "$scratch/pid")" &&
        left 143 && valid_checkpoint
}

check "row 64: random bytes as keys" row_64
check "row 64: an unfinished report of the mouse" unfinished_report 1 1b 5b 4d
check "row 64: an unfinished report of the mouse in decimal" unfinished_report 2 1b 5b 3c 33 3b 31
check "row 65: SIGTERM is obeyed while keys keep coming" keys_without_end C-l

# ---- suspending ----

# In a shell with job control.
suspend() {
    rm -f "$scratch/pid"
    terminal 80 24 'env TERM=screen-256color PS1="READY " sh -i' && see 'READY' &&
        keys '"$PROGRAM" -d "$data" -e 100000 -b 16' Enter && see 'TRAINING' && goes_on &&
        keys C-z && see 'READY.*$' || return 1
    flags=$(tmux display-message -p -t main '#{alternate_on} #{cursor_flag}')
    [ "$flags" = '0 1' ] || { echo "alternate screen, cursor: $flags"; return 1; }
}

continues() {
    keys fg Enter && see 'TRAINING' && goes_on && answers
}

# With drags, or a digit could not be drawn any more; and not before the program has the terminal again.
mouse_reported() {
    [ "$(tmux display-message -p -t main '#{mouse_button_flag} #{mouse_sgr_flag}')" = "$1" ]
}

mouse_suspended() {
    eventually mouse_reported '1 1' && keys C-z && see 'READY' && eventually mouse_reported '0 0' &&
        keys 'bg; sleep 1; echo $((41 + 1))' Enter && see '^42' && mouse_reported '0 0' &&
        keys fg Enter && see 'TRAINING' && eventually mouse_reported '1 1'
}

# The terminal has another size when it goes on.
suspend_resize() {
    keys C-z && see 'READY' && tmux resize-window -t main -x 100 -y 30 && keys fg Enter &&
        see '^.{99}┐$' && goes_on && sized 80 24
}

# Pressed while the first frame is still being sent, too.
row_67() {
    for round in $(seq 60); do
        keys C-z && see 'READY' && keys fg Enter && see 'mnist-tui +[>~]' || return 1
    done
    answers && goes_on && keys q y && see 'READY' &&
        [ "$(tmux display-message -p -t main '#{alternate_on} #{cursor_flag}')" = '0 1' ]
}

check "row 67: Ctrl-Z gives the terminal back and stops" suspend
check "row 67: fg goes on where it was" continues
check "row 67: the mouse is the shell's while stopped, and reported as before behind that" mouse_suspended
check "row 67: resized while stopped" suspend_resize
check "row 67: suspended again and again" row_67

# ---- signals ----

ctrl_c() {
    trained ctrl_c && keys C-c && left 130 && restored && valid_checkpoint
}

ctrl_c_paused() {
    trained ctrl_c_paused && keys p && see PAUSED && keys C-c && left 130 && restored &&
        valid_checkpoint
}

# Output stopped by Ctrl-S: epochs are still written to the log, and Ctrl-Q shows where it has got.
epochs_logged() {
    grep -c '"event":"epoch"' "$directory/metrics.jsonl"
}

row_70() {
    trained blocked && keys C-s && sleep 0.5 || return 1
    eventually logged $(($(epochs_logged) + 3)) && keys C-q && goes_on && answers
}

logged() {
    [ "$(epochs_logged)" -ge "$1" ]
}

# blocked_end RUN SIGNAL...: a run that is to end does not wait for somebody to press Ctrl-Q.
blocked_end() {
    trained "$1" || return 1
    shift
    keys C-s && sleep 1 || return 1
    for signal in "$@"; do
        kill -"$signal" "$(cat "$scratch/pid")"
        sleep 0.2
    done
    gone && keys C-q && left 143 && restored
}

# unread RUN SIGNAL...: nobody reads what is drawn, as with a terminal that hangs or a connection that does.
unread() {
    trained "$1" || return 1
    shift
    server=$(tmux display-message -p '#{pid}')
    kill -STOP "$server" && sleep 2
    for signal in "$@"; do
        kill -"$signal" "$(cat "$scratch/pid")"
        sleep 0.2
    done
    gone
    ended=$?
    kill -CONT "$server"
    return $ended
}

unread_term() {
    unread unread_term TERM && left 143 && restored && valid_checkpoint
}

unread_twice() {
    unread unread_twice TERM TERM && left 143 && restored
}

row_68_unread() {
    unread unread_fault SEGV && left 139 && restored
}

blocked_term() {
    blocked_end blocked_term TERM && valid_checkpoint
}

# The run directory goes away under the run, and has letters outside of ASCII.
named_in_utf8() {
    start 100 24 "$many -o \"\$scratch/größe\"" && see 'epoch ([2-9]|[1-9][0-9])' || return 1
    until rm -rf "$scratch/größe"; do :; done 2>/dev/null # a save in between puts a file back
    see 'FAILED' && see 'größe.*: cannot be' && keys q && left 5 && restored &&
        see '^mnist-tui: .*größe.*: cannot be'
}

# Losses that are no numbers.
diverges() {
    start 80 24 '-e 100000 -b 16 --lr=1e30 --momentum=0' && see '! FAILED' && see 'diverged' &&
        answers && keys q && left 6 && restored && see '^mnist-tui: .*diverged'
}

# settled: the screen stands still.
settled() {
    cp "$scratch/screen" "$scratch/screen.before" && sleep 0.2 && look &&
        cmp "$scratch/screen" "$scratch/screen.before"
}

# undisturbed: all that is on the screen is what the program would draw there. What others had written
# would go when it is drawn anew.
undisturbed() {
    eventually settled && keys C-l && answers &&
        eventually cmp "$scratch/screen" "$scratch/screen.before"
}

# Through saves, a thread that cannot be had, and a run that ends badly.
row_71() {
    directory=$scratch/quiet
    start 80 24 "$many --paused -j 2 -o '$directory' --checkpoint-every=0 2>'$scratch/aside'" \
        "${FAULT_SHIM:+LD_PRELOAD='$FAULT_SHIM' FAULTS=thread:1:once:EAGAIN}" && see PAUSED &&
        keys 50b && see 'PAUSED .*epoch 2/.* batch 10/' && undisturbed && [ ! -s "$scratch/aside" ] ||
        return 1
    until rm -rf "$directory"; do :; done 2>/dev/null
    keys b && see FAILED && undisturbed && [ ! -s "$scratch/aside" ] && keys q && left 5 && restored &&
        one_line "$scratch/aside"
}

check "row 65: Ctrl-C saves, ends by SIGINT, terminal restored" ctrl_c
check "row 84: Ctrl-C while paused saves, too" ctrl_c_paused
check "row 70: training goes on while the output is stopped" row_70
check "row 70: SIGTERM is obeyed while the output is stopped" blocked_term
check "row 70: a second SIGTERM leaves while the output is stopped" blocked_end blocked_twice TERM TERM
# The shim is there in builds without a sanitizer.
if [ -n "${FAULT_SHIM-}" ]; then
    check "row 70: SIGTERM is obeyed while nobody reads the output" unread_term
    check "row 70: a second SIGTERM leaves while nobody reads the output" unread_twice
    check "row 68: SIGSEGV while nobody reads the output: the terminal is given back" row_68_unread
else
    skip "rows 68 and 70: nobody reads the output" \
        "ThreadSanitizer holds a signal back until the call that it is to end has returned"
fi
check "row 71: nothing else writes on the screen" row_71
check "an error's path keeps its letters on the screen" named_in_utf8
check "row 86: divergence is shown, q exits 6" diverges

# ---- a long run ----

row_81() {
    data=$scratch/tiny
    directory=$scratch/long
    make_data "$data" 64 32 && start 80 24 "-e 1000000 -b 64 -o '$directory'" && see TRAINING &&
        stays_flat "$(cat "$scratch/pid")" "$directory"
    flat=$?
    data=$scratch/small
    return $flat
}

# A sanitizer keeps what has been freed for a while; the shim is there in builds without one.
if [ -d /proc/self/fd ] && [ -n "${FAULT_SHIM-}" ]; then
    check "row 81: memory and descriptors stay flat, in the dashboard" row_81
fi

# ---- kinds of terminals ----

# refused ENVIRONMENT: exit 5, advice, and nothing made.
refused() {
    start 80 24 "$many -o \"\$scratch/never\"" "$1" && left 5 &&
        tmux resize-window -t main -x 200 -y 24 && see '^mnist-tui: .*TERM.*--headless' && restored &&
        [ ! -e "$scratch/never" ]
}

dumb() {
    start 120 24 '-e 1 -b 64' TERM=dumb && left 0 && see '^Test set: Average loss: ' &&
        see '^EPOCH: 0$' && results
}

# The bar, on one line even where the terminal is narrower than it.
headless_bar() {
    start 80 24 "$many --headless" && see '^Loss=[0-9.]+ Batch_id=[0-9]+ Accuracy=[0-9.]+: +[0-9]+%' &&
        see '^EPOCH: ([3-9]|[1-9][0-9])' && keys C-c && left 130 || return 1
    awk '/^Loss=/ { if (bar) exit 1 } { bar = /^Loss=/ }' "$scratch/screen" && return 0
    echo "a bar below a bar:"
    cat "$scratch/screen"
    return 1
}

# No byte outside of printable ASCII.
only_ascii() {
    see "$1" && ! LC_ALL=C grep -n '[^ -~]' "$scratch/screen"
}

row_61() {
    start 80 24 "$many --paused" LC_ALL=C && only_ascii PAUSED && see '^\+-.* Loss' &&
        see '^\|Conv2d-1 ' && see '^\|epoch\+-+' && keys 3n && only_ascii 'PAUSED .*epoch 4' &&
        see '^\|.*o.*\|\|.*o.*\|$'
}

ascii_asked() {
    start 80 24 "$many --paused --glyphs=ascii" && only_ascii PAUSED && see '^\+-.* Loss' &&
        see '^\|[ .:=+*#%@-]*[.:=+*#%@]+.*|\|\|[ .:=+*#%@-]{14} '
}

blocks_asked() {
    start 80 24 "$many --paused --glyphs=block" && see PAUSED && keys 2n &&
        see 'PAUSED .*epoch 3/' && see '[▀▄█]' && panes && ! braille
}

colored() {
    start 80 24 "$many --paused" "NO_COLOR=" && see PAUSED && eventually colorful
}

no_color() {
    start 80 24 "$many --paused ${2-}" "$1" && see PAUSED && panes && eventually key_line && found=$(colors)
    [ "$found" -eq 0 ] || { echo "$found lines with colours"; return 1; }
}

color_always() {
    start 80 24 "$many --paused --color=always" NO_COLOR=1 && see PAUSED && eventually colorful
}

row_63() {
    start 80 24 "$many --paused" TERM=vt100 && see PAUSED && eventually key_line && [ "$(colors)" -eq 0 ] && keys b &&
        see 'PAUSED .*batch 1/40' && see 'true 7' && keys q && left 0
}

check "row 59: TERM unset: exit 5, suggests --headless" refused '-u TERM'
check "row 59: TERM empty: exit 5, suggests --headless" refused 'TERM='
check "row 59: TERM unknown: exit 5, suggests --headless" refused 'TERM=no-such-terminal'
check "row 59: TERM=dumb: headless" dumb
check "--headless on a terminal: the bar stays on its line" headless_bar
check "row 61: in the C locale everything is ASCII" row_61
check "--glyphs=ascii" ascii_asked
check "--glyphs=block" blocks_asked
check "colours where the terminal has them" colored
check "NO_COLOR: none" no_color NO_COLOR=1
check "--color=never: none" no_color '' --color=never
check "--color=always wins over NO_COLOR" color_always
check "row 63: a monochrome terminal" row_63
done_testing
