#!/bin/sh
# tui.sh -- tests the dashboard: the real program runs in a real terminal emulator, the script sends
# keys and reads the screen. It also tests the effect of signals, sizes, locales and kinds of
# terminals, and that the terminal is restored.

. "$(dirname "$0")/pane.sh"

# answers: the dashboard reacts to keys in any state: the help opens and closes.
answers() {
    keys Escape && keys '?' && see 'Keys [0-9]' && keys Escape && see_no 'Keys [0-9]'
}

# ---- the first look ----

header() {
    see '^ ‖ PAUSED +epoch 1/100000 +batch 0/40 .* 0% +ETA -' && see '^ 1 Overview 2 Plots .* lr 0\.01 +0/s *$'
}

panes() {
    see '^╭─ Loss.*╮╭─ (Sample|Mistake)  test [0-9]+ ─+╮$' && see '^╭─ Accuracy %.*╮' &&
        see '╭─ Model  basic ─+ 9,902 ─╮$'
}

axes() {
    see '^│ *[0-9.]+┤' && [ "$(grep -c '^│epoch└─.*─│' "$scratch/screen")" -eq 2 ]
}

layers() {
    see '│ Conv2d-1 \+2 +4×28×28 +44 │$' && see '│ Conv2d-4 \+2 +8×28×28 +304 │$' &&
        see '│ MaxPool2d-7 +8×14×14 +│$'
}

samples() {
    see '(read as|is) 7 +(✓|✗|loss)' && see 'loss [0-9]+\.[0-9][0-9] *│$' && eventually shares
}

shares() {
    [ "$(grep -Ec '[0-9] [ ✓✗] [█▏▎▍▌▋▊▉]+ +(\.[0-9][0-9]|1\.0)│$' "$scratch/screen")" -ge 3 ]
}

key_line() {
    sed -n 24p "$scratch/screen" |
        grep -E '^ Space go on +n epoch +b batch +│ +Arrows .*│ +\? help +q quit'
}

# framed WIDTH HEIGHT: between the header and the key line every row has a border in the first and
# in the last column.
framed() {
    [ "$(wc -l <"$scratch/screen")" -eq "$2" ] && seen '^╭─ Loss.*╮╭─ .*╮$' && seen '╭─ Accuracy %.*╮' &&
        seen '╭─ Model  basic .*╮' && seen '╭─ (Sample|Mistake) .*╮$' &&
        sed -n "$(($2))p" "$scratch/screen" | grep 'q quit' &&
        ! sed -n "3,$(($2 - 2))p" "$scratch/screen" | grep -vE "^[╭│╰].{$(($1 - 2))}[╮│╯]\$"
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
check "--paused: the header shows it, and the moment of the run" header
check "the plots, the model and the samples have panes" panes
check "the plots' axes have numbers" axes
check "the network has a row a block" layers
check "a sample has its label, the prediction and the likeliest classes" samples
check "the last line shows the keys" eventually key_line

# ---- stepping and pausing ----

step_batch() {
    keys b && see 'PAUSED .*epoch 1/.* batch 1/40'
}

step_batches() {
    keys B 20 Enter && see 'PAUSED .*epoch 1/.* batch 21/40' && keys B 2 Enter &&
        see 'PAUSED .*epoch 1/.* batch 23/40'
}

# Beyond the end of an epoch.
step_over() {
    keys B 20 Enter && see 'PAUSED .*epoch 2/.* batch 3/40'
}

step_epoch() {
    keys n && see 'PAUSED .*epoch 3/.* batch 0/40'
}

step_epochs() {
    keys N 2 Enter && see 'PAUSED .*epoch 5/.* batch 0/40'
}

# A plot of test results, and numbers in the titles.
plotted() {
    see 'Loss +━ train [0-9.]+ +● test [0-9.]+' && see 'Accuracy % .*━ [0-9.]+ +● [0-9.]+' &&
        see '^│[^●]*●.*││' && eventually braille
}

# Braille is U+2800 to U+28FF. Collation has no range for it, so the bytes are matched.
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
    keys "$1" && see 'TRAIN' && goes_on
}

pause() {
    keys "$1" && see PAUSED && old=$(moment) && keys y && keys y && sleep 0.3 && look &&
        [ "$(moment)" = "$old" ]
}

# Two presses during one batch: the second cancels the first.
double_press() {
    start 80 24 '-e 100000 -b 640' && see 'TRAIN' && keys Space Space && eventually moment &&
        first=$(moment) && eventually later $((first + 5))
}

# However it ends, what is typed is no key.
counts() {
    start 80 24 "$many --paused" && see PAUSED && keys B && see 'Batches to train' && keys 3q BSpace &&
        see 'pause: 3_' && keys Escape && see_no 'Batches to train' && keys b &&
        see 'PAUSED .*batch 1/40' && keys N 99999999999999999999 Enter && see 'not a number of epochs' &&
        keys B Enter && see 'not a number of batches' && keys B 2 Enter && see 'PAUSED .*batch 3/40'
}

check "b trains one batch" step_batch
check "B asks for a number of batches to train" step_batches
check "B continues in the next epoch" step_over
check "n trains to the end of the epoch" step_epoch
check "N asks for a number of epochs to train" step_epochs
check "the plots show training and test results" plotted
check "y makes both axes logarithmic, and linear again" log_axis
check "Space resumes" resume Space
check "Space pauses" pause Space
check "p resumes" resume p
check "p pauses" pause p

# ---- panes ----

# In the model's table. Afterwards the network of the overview is focused.
select_layers() {
    keys 3 && see '^│▸Conv2d-1 +\[-1, 4, 28, 28\] +36 +3x3' && keys Down &&
        see '^│▸BatchNorm2d-2 ReLU-3 ' && keys j && see '^│▸Conv2d-4 ' && keys k &&
        see '^│▸BatchNorm2d-2 ' && keys Up Up && see '^│▸Conv2d-1 ' && keys End &&
        see '^│▸Linear-17 +\[-1, 10\] +330 ' && keys Home && see '^│▸Conv2d-1 ' &&
        keys Down Down Enter && see '─ Conv2d-4 kernels' && keys Escape && see '^│▸Conv2d-4 ' &&
        keys Home 1 Tab Tab
}

# In the samples' pane.
move_samples() {
    keys Tab Right && see 'test 1 ' && keys l && see 'test 2 ' && see '(read as|is) 1 ' &&
        keys h && see 'test 1 ' && keys Left && see 'test 0 ' && keys Left && see 'test 159 ' &&
        keys Right && see 'test 0 ' && keys Down && see 'test 10 ' && keys j && see 'test 20 ' &&
        keys k && see 'test 10 ' && keys Up && see 'test 0 ' && keys PageDown &&
        see 'test 100 ' && keys PageUp && see 'test 0 ' && keys End && see 'test 159 ' &&
        keys Home && see 'test 0 '
}

# The focused pane is bold, so that it is recognized without colours.
focus_shows() {
    old=$(title)
    keys BTab && eventually title_is != "$old" && keys Tab && eventually title_is = "$old"
}

# The row of the first titles, with its escape sequences.
title() {
    tmux capture-pane -e -p -t main | grep -E ' (Sample|Mistake) '
}

title_is() {
    [ "$(title)" "$1" "$2" ]
}

help_opens() {
    keys '?' && see 'Everywhere' && see 'Space, p +pause' && keys Escape &&
        see_no 'Space, p' && see '(Sample|Mistake) +test 0' && keys F1 && see 'Space, p +pause' &&
        keys '?' && see_no 'Space, p' && see '(Sample|Mistake) +test 0'
}

# In a terminal too small for the whole help.
help_scrolls() {
    tmux resize-window -t main -x 60 -y 10 && keys '?' && see 'logarithmic or linear' &&
        unseen 'class alone' && keys $(printf 'Down %.0s' $(seq 60)) &&
        see 'F +the .* class alone'
}

# One key up from the end, after more presses of down than there are lines.
help_scrolls_back() {
    see 'class alone' && keys Up && see_no 'class alone'
}

help_ends() {
    keys Home && see 'logarithmic or' && keys End && see 'class alone' && keys Home && see 'logarithmic or'
}

escape_stays() {
    keys Escape && sleep 0.1 && keys Escape && sized 80 24 && see PAUSED &&
        see '(Sample|Mistake) +test 0' && [ ! -e "$scratch/status" ]
}

redraw() {
    printf '\033[5;5HLITTER' >"$(tmux display-message -p -t main '#{pane_tty}')" && see LITTER &&
        keys C-l && see_no LITTER && panes
}

check "arrows select a layer, and Enter shows its weights" select_layers
check "Tab and the arrows select samples" move_samples
check "the focused pane looks different" focus_shows
check "? and F1 open the help, Esc and ? close it" help_opens
check "the arrows scroll the help to its end" help_scrolls
check "at its end the help scrolls back at the first key" help_scrolls_back
check "Home and End go to the ends of the help" help_ends
check "Esc goes back and never quits" escape_stays
check "Ctrl-L redraws the screen" redraw
check "row 60: frames fit at sizes from 80x22 to 300x100" every_frame

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
        see 'Params +Kern +.w. .grad. .dw/w. +dead' && keys 4 && see 'Activations +test #?0' &&
        keys 5 && see 'Confusion' && keys 6 && see 'Draw  pen up' && keys 7 && see 'Map  .* values' && keys 1 && panes
}

# A message stands in the place of the view's hint for a while. A second is enough for it to appear,
# and if the machine is too slow for that, the hint is seen twice.
messages_go() {
    keys 4 && see 'Activations' && see '^ Samples\. ' && keys + && sleep 1 && see '^ Samples\. ' && keys -
}

zooms() {
    keys 1 Enter && see '^╭─ Loss.{70,}╮$' && keys Tab && see '^╭─ Accuracy.{65,}╮$' &&
        keys Escape && panes
}

confusion_opens() {
    keys n 5 && see 'Confusion +[0-9.]+ %' && keys Down Right Right && see '1s? read as 2' &&
        keys Enter && see '(Sample|Mistake)  test [0-9]+  1 of [0-9]+ |no such image' && keys f &&
        see '(Sample|Mistake)  test [0-9]+  1 of [0-9]+ ' && keys w f w &&
        see '(Sample|Mistake)  test [0-9]+ ─'
}

draws() {
    keys 6 && see 'pen up' && keys Enter && see 'pen down' &&
        keys Down Down Down Down Down Down Down Down Enter && see '[0-9] [█▏▎▍▌▋▊▉]' &&
        keys BSpace && see_no '[0-9] [█▏▎▍▌▋▊▉]'
}

# press COLUMN ROW BUTTON: sends a mouse press in the oldest protocol.
press() {
    tmux send-keys -l -t main "$(printf '\033[M%b%b%b' "$(printf '\\%o' $(($3 + 32)))" \
        "$(printf '\\%o' $(($1 + 32)))" "$(printf '\\%o' $(($2 + 32)))")"
}

mouse_draws() {
    press 8 8 0 && press 12 14 32 && press 12 14 3 && see '[0-9] [█▏▎▍▌▋▊▉]' && keys d
}

mouse_scrolls() {
    keys 3 Home && press 10 18 65 && see '^│▸BatchNorm2d-2 ' && press 10 18 64 &&
        see '^│▸Conv2d-1 ' && keys 1
}

travels() {
    keys N 2 Enter && see 'PAUSED .*epoch [3-9]/.* batch 0/40' && keys '<' && see 'REPLAY +epoch' &&
        keys Home && see 'REPLAY +epoch 1, batch 0' && keys '}' && see 'REPLAY +epoch 1, batch 40' &&
        keys '{' && see 'REPLAY +epoch 1, batch 0' && keys End && see_no 'REPLAY'
}

plays() {
    keys Home && keys '<' && see 'REPLAY' && keys Home && see 'batch 0' && keys Space && see 'playing 1x' &&
        keys Space && see 'playing 4x' && keys Space && see 'playing 16x' && see_no REPLAY &&
        see 'PAUSED'
}

# The second number is taken by one of the two files.
exported() {
    keys 2 && see '^╭─ Loss.{70,}╮$' && keys e &&
        see 'Screen saved to mnist-tui-plots-1\.svg and \.txt' &&
        says "$scratch/mnist-tui-plots-1.txt" '^╭─ Loss.{70,}╮$' &&
        says "$scratch/mnist-tui-plots-1.svg" '>Loss' && touch "$scratch/mnist-tui-plots-2.txt" &&
        keys e && see 'Screen saved to mnist-tui-plots-3\.svg' &&
        absent "$scratch/mnist-tui-plots-2.svg" && [ ! -s "$scratch/mnist-tui-plots-2.txt" ]
}

glyphs_cycle() {
    keys 1 && eventually braille && keys u && see 'blocks' && keys u && see 'ASCII' && keys u && see 'braille'
}

colors_switch() {
    eventually colorful && keys c && see 'Colours off' && [ "$(colors)" -eq 0 ] && keys c &&
        see 'Colours on' && eventually colorful
}

rate_changes() {
    tmux resize-window -t main -x 120 -y 30 && keys + && see 'lr 0\.0125 ' && keys - - &&
        see 'lr 0\.008 ' && keys + && see 'lr 0\.01 ' && sized 80 24
}

no_place_to_save() {
    keys s && see 'No run directory to save to'
}

saves() {
    start 80 24 "$many --paused -o \"\$scratch/saves\"" && see PAUSED && keys B 3 Enter && see 'batch 3/40' &&
        keys s && see 'Checkpoint written: epoch 1, batch 3' &&
        run 0 -d "$data" --eval="$scratch/saves/last.safetensors" && keys n && see 'epoch 2/'
}

check "1 to 7 open the views" opens_views
check "a message goes after a while, and the hint of the view comes back" messages_go
check "Enter enlarges a pane, Tab goes to the next, Esc shrinks it" zooms
check "the confusion matrix opens a cell's images; f and w list mistakes and the worst" \
    confusion_opens
check "a digit is drawn with keys, classified, and undone" draws
check "a digit is drawn with the mouse" mouse_draws
check "the wheel scrolls the pane under the pointer" mouse_scrolls
check "< replays an earlier moment, { an epoch, Home the start, End the present" travels
check "Space plays the past up to the present, faster with each press" plays
check "e writes the screen to a file" exported
check "u changes the glyph set" glyphs_cycle
check "c switches colours off and on" colors_switch
check "+ and - change the learning rate" rate_changes
check "s reports that there is no run directory" no_place_to_save
check "s saves a checkpoint" saves

# ---- leaving ----

results() {
    see '^Total parameters: 9,902$' && see '^Best train accuracy: [0-9]+\.[0-9][0-9]%$' &&
        see '^Best test accuracy: [0-9]+\.[0-9][0-9]% \(epoch [0-9]+\)$' &&
        see '^Images per second: [0-9,]+$'
}

quit_paused() {
    keys q && see 'Quit\? Saved' && keys y && left 0 && restored
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

check "q asks while paused, too; then the terminal is as before" quit_paused
check "quitting prints the results on the normal screen" results
check "q asks while training, and training goes on" quit_asks
check "q: any other key stays, and does nothing else" quit_declined
check "q, y leaves; terminal and results as they should be" quit_confirmed

# ---- the end of a run ----

finished() {
    start 80 24 '-e 2 -b 16' && see 'FINISHED +epoch 2/2' &&
        see 'best test accuracy [0-9.]+ %'
}

finished_looks() {
    keys BTab Right && see 'test 1 ' && keys 3 End && see '^│▸Linear-17 ' && keys 1 y && answers &&
        see 'FINISHED'
}

finished_steps() {
    keys b && see 'no batch left' && keys N && see 'no epoch left' && keys Space &&
        see 'nothing to pause' && see 'FINISHED +epoch 2/2'
}

# The whole message, at the most common size.
finished_message() {
    start 80 24 '-e 1 -b 64' && see 'FINISHED' && see 'q quits and prints the *results'
}

finished_quits() {
    keys q && left 0 && restored && results
}

# The run ends while the question is shown: no training is left that could continue.
question_ends() {
    asked_in_run_of 4 || asked_in_run_of 40 || asked_in_run_of 400 || asked_in_run_of 4000
    see FINISHED && see_no 'Not saved'
}

# asked_in_run_of EPOCHS: fails if the machine is so fast that the run ended before the question.
asked_in_run_of() {
    start 80 24 "-e $1 -b 16" && see 'TRAIN|TEST|FINISHED' && keys q &&
        eventually asked_or_over && seen 'Quit\?'
}

asked_or_over() {
    seen 'Quit\?|FINISHED' || [ -s "$scratch/status" ]
}

# The answer's key does nothing else: y would change the plots' axes.
question_answered() {
    see 'Training has finished. Quit\?' && before=$(ticks) && keys n && see 'q quits and prints the results' &&
        see_no 'Quit\?' && [ "$(ticks)" = "$before" ] && keys q && left 0 && restored && results &&
        question_ends && keys y && left 0 && restored && results
}

every_key() {
    keys Space p n b N 3 Enter B 2 Enter i Tab BTab Left h Right l Up k Down j PageUp PageDown Home End y '?' F1 \
        Escape C-l Enter x z '[' ']' , . 0 f w '<' '>' '{' '}' g G C-d C-u = + - s e m c u F5 F12 BSpace DC IC C-a C-t
}

# It reacts after every key, while training, paused and finished.
row_82() {
    start 80 24 "$many" && see 'TRAIN' && every_key && answers && keys p p Space &&
        every_key && answers && start 80 24 '-e 1 -b 64' && see FINISHED && every_key && answers &&
        see FINISHED
}

# In every view, at one size of every tier.
row_82_views() {
    start 80 24 "$many" && see TRAIN || half=0
    for size in '40 10' '80 24' '140 44'; do
        tmux resize-window -t main -x ${size% *} -y ${size#* }
        for view in 1 2 3 4 5 6 7; do
            keys Escape "$view" && every_key && answers || { echo "view $view at $size"; return 1; }
        done
    done
    tmux resize-window -t main -x 80 -y 24 && keys Escape p && answers && [ ! -e "$scratch/status" ]
}

check "the end of a run keeps the screen and says FINISHED" finished
check "after the end every view still works" finished_looks
check "row 85: stepping after the last epoch says that training has finished" finished_steps
check "after the end q leaves at once and prints the results" finished_quits
check "the last message fits into 80 columns" finished_message
check "the question whether to quit changes when the run ends" question_ends
check "after the run's end an answer to that question quits or closes it" question_answered
check "row 82: every key is safe in every state" row_82
check "row 82: every key is safe in every view and tier" row_82_views
check "two presses of Space within a batch cancel each other" double_press
check "a number that is typed can be corrected, cancelled and wrong" counts

# ---- sizes ----

small_sizes() {
    start 30 8 "$many --paused" && see 'PAUSED' && see 'e1/100000' && keys b &&
        see '^.{0,4}e1/100000 2%' && tmux resize-window -t main -x 12 -y 1 &&
        see '^\| e1/100000' && keys b && sized 80 24 && see 'PAUSED .*batch 2/40'
}

one_cell() {
    start 1 1 "$many --paused" && eventually on_its_screen && keys B 3 Enter && sized 80 24 && see 'PAUSED .*batch 3/40'
}

# The program controls the terminal: it gets the keys from now on.
on_its_screen() {
    [ "$(tmux display-message -p -t main '#{alternate_on}')" = 1 ]
}

# At every size the state is in the first column, or in the header. (A single cell cannot be tested:
# terminals like this one cannot draw in the last cell.)
row_60() {
    start 80 24 "$many" && see TRAIN || half=0
    for size in '2 1' '1 2' '5 2' '10 3' '30 8' '39 9' '40 10' '79 21' '79 22' '80 21' '80 22' \
        '100 30' '140 44' '160 50' '300 100' '300 1' '1 100'; do
        tmux resize-window -t main -x ${size% *} -y ${size#* }
        see '^ ?[>~▶]' || { echo "at $size"; return 1; }
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

check "row 60: at 30x8 and 12x1 the state is shown and keys work" small_sizes
check "row 60: it starts in one cell and can be resized" one_cell
check "row 60: training survives sizes from 1x1 to 300x100" row_60
check "row 60: training survives a storm of resizes" resize_storm

# Unlikely keys: every byte except those that quit, stop or signal.
row_64() {
    head -c 6000 "$data/train-images-idx3-ubyte.gz" |
        LC_ALL=C tr -d 'qyY\003\017\021\023\026\032\034' | head -c 4000 >"$scratch/bytes"
    tmux load-buffer "$scratch/bytes" && tmux paste-buffer -r -t main || return 1
    keys Escape Escape p && answers && [ ! -e "$scratch/status" ]
}

# An incomplete mouse report blocks nothing, and other bytes after it make it invalid.
unfinished_report() {
    trained "unfinished$1" || return 1
    shift
    tmux send-keys -t main -H "$@" && goes_on && sleep 1 && keys Space && see PAUSED && keys Space && goes_on &&
        tmux send-keys -t main -H "$@" && kill -TERM "$(cat "$scratch/pid")" && left 143 && restored &&
        valid_checkpoint
}

# keys_without_end KEY: a steady stream of keys does not keep a signal from ending the program.
keys_without_end() {
    directory=$scratch/keys
    export directory
    start 200 60 "$many -o \"\$directory\"" && see 'batch [1-9]' &&
        tmux send-keys -t main -N 4000 "$1" && sleep 0.1 && kill -TERM "$(cat "$scratch/pid")" &&
        left 143 && valid_checkpoint
}

check "row 64: random bytes as keys do no harm" row_64
check "row 64: an incomplete mouse report blocks nothing" unfinished_report 1 1b 5b 4d
check "row 64: an incomplete decimal mouse report blocks nothing" \
    unfinished_report 2 1b 5b 3c 33 3b 31
check "row 65: SIGTERM ends the program while keys keep coming" keys_without_end C-l

# ---- suspending ----

# In a shell with job control.
suspend() {
    rm -f "$scratch/pid"
    terminal 80 24 'env TERM=screen-256color PS1="READY " sh -i' && see 'READY' &&
        keys '"$PROGRAM" -d "$data" -e 100000 -b 16' Enter && see 'TRAIN' && goes_on &&
        keys C-z && see 'READY.*$' || return 1
    flags=$(tmux display-message -p -t main '#{alternate_on} #{cursor_flag}')
    [ "$flags" = '0 1' ] || { echo "alternate screen, cursor: $flags"; return 1; }
}

continues() {
    keys fg Enter && see 'TRAIN' && goes_on && answers
}

# The mouse mode includes drags, which drawing a digit needs, and is set only after the program has
# the terminal again.
mouse_reported() {
    [ "$(tmux display-message -p -t main '#{mouse_button_flag} #{mouse_sgr_flag}')" = "$1" ]
}

mouse_suspended() {
    eventually mouse_reported '1 1' && keys C-z && see 'READY' && eventually mouse_reported '0 0' &&
        keys 'bg; sleep 1; echo $((41 + 1))' Enter && see '^42' && mouse_reported '0 0' &&
        keys fg Enter && see 'TRAIN' && eventually mouse_reported '1 1'
}

# The terminal has another size when the program continues.
suspend_resize() {
    keys C-z && see 'READY' && tmux resize-window -t main -x 100 -y 30 && keys fg Enter &&
        see '^.{99}╮$' && goes_on && sized 80 24
}

# Also pressed while the first frame is being sent.
row_67() {
    for round in $(seq 60); do
        keys C-z && see 'READY' && keys fg Enter && see 'TRAIN|TEST' || return 1
    done
    answers && goes_on && keys q y && see 'READY' &&
        [ "$(tmux display-message -p -t main '#{alternate_on} #{cursor_flag}')" = '0 1' ]
}

check "row 67: Ctrl-Z gives the terminal back and stops" suspend
check "row 67: fg continues where it was" continues
check "row 67: mouse reports are off while stopped, and on again afterwards" mouse_suspended
check "row 67: a resize while stopped is noticed" suspend_resize
check "row 67: it can be suspended again and again" row_67

# ---- signals ----

ctrl_c() {
    trained ctrl_c && keys C-c && left 130 && restored && valid_checkpoint
}

ctrl_c_paused() {
    trained ctrl_c_paused && keys p && see PAUSED && keys C-c && left 130 && restored &&
        valid_checkpoint
}

# The output is stopped by Ctrl-S: epochs are still logged, and after Ctrl-Q the screen is up to
# date.
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

# blocked_end RUN SIGNAL...: a run that is told to end does not wait for Ctrl-Q.
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

# unread RUN SIGNAL...: nobody reads the output, as when a terminal or a connection hangs.
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

# The run directory is removed during the run. Its name has letters that are not ASCII.
named_in_utf8() {
    start 100 24 "$many -o \"\$scratch/größe\"" && see 'epoch ([2-9]|[1-9][0-9])' || return 1
    until rm -rf "$scratch/größe"; do :; done 2>/dev/null # a save in between puts a file back
    see 'FAILED' && see 'größe.*: cannot be' && keys q && left 5 && restored &&
        see '^mnist-tui: .*größe.*: cannot be'
}

# Losses that are NaN.
diverges() {
    start 80 24 '-e 100000 -b 16 --lr=1e30 --momentum=0' && see '! FAILED' && see 'diverged' &&
        answers && keys q && left 6 && restored && see '^mnist-tui: .*diverged'
}

# settled: the screen no longer changes.
settled() {
    cp "$scratch/screen" "$scratch/screen.before" && sleep 0.2 && look &&
        cmp "$scratch/screen" "$scratch/screen.before"
}

# undisturbed: the screen shows only what the program drew. Anything that others wrote would
# disappear when it is redrawn.
undisturbed() {
    eventually settled && keys C-l && answers &&
        eventually cmp "$scratch/screen" "$scratch/screen.before"
}

# During saves, when a thread cannot be started, and when a run ends with an error.
row_71() {
    directory=$scratch/quiet
    start 80 24 "$many --paused -j 2 -o '$directory' --checkpoint-every=0 2>'$scratch/aside'" \
        "${FAULT_SHIM:+LD_PRELOAD='$FAULT_SHIM' FAULTS=thread:1:once:EAGAIN}" && see PAUSED &&
        keys B 50 Enter && see 'PAUSED .*epoch 2/.* batch 10/' && undisturbed && [ ! -s "$scratch/aside" ] ||
        return 1
    until rm -rf "$directory"; do :; done 2>/dev/null
    keys b && see FAILED && undisturbed && [ ! -s "$scratch/aside" ] && keys q && left 5 && restored &&
        one_line "$scratch/aside"
}

check "row 65: Ctrl-C saves, ends by SIGINT, terminal restored" ctrl_c
check "row 84: Ctrl-C while paused saves" ctrl_c_paused
check "row 70: training goes on while the output is stopped" row_70
check "row 70: SIGTERM ends the program while the output is stopped" blocked_term
check "row 70: a second SIGTERM ends it while the output is stopped" \
    blocked_end blocked_twice TERM TERM
# The shim exists only in builds without a sanitizer.
if [ -n "${FAULT_SHIM-}" ]; then
    check "row 70: SIGTERM ends the program while nobody reads the output" unread_term
    check "row 70: a second SIGTERM ends it while nobody reads the output" unread_twice
    check "row 68: SIGSEGV while nobody reads the output restores the terminal" row_68_unread
else
    skip "rows 68 and 70: nobody reads the output" \
        "ThreadSanitizer holds a signal back until the call that it is to end has returned"
fi
check "row 71: nothing else writes on the screen" row_71
check "a path in an error message is shown in UTF-8" named_in_utf8
check "row 86: divergence is shown, q exits 6" diverges

# ---- a long run ----

# glibc maps each large block alone here and gives it back at once. In its heaps the weights of the
# stored moments leave gaps, which would look like a leak.
row_81() {
    data=$scratch/tiny
    directory=$scratch/long
    make_data "$data" 64 32 && start 80 24 "-e 1000000 -b 64 -o '$directory'" \
        MALLOC_MMAP_THRESHOLD_=16384 && see TRAIN
    flat=$?
    # The timeline grows until it has all its moments. How many epochs that takes depends on how many
    # end between two looks at the training.
    for half in 50 200 800 3200 12800; do
        [ "$flat" -eq 0 ] || break
        stays_flat "$(cat "$scratch/pid")" "$directory" "$half" && break
        [ "$half" -lt 12800 ] || flat=1
    done
    data=$scratch/small
    return $flat
}

# A sanitizer keeps freed memory for a while; the shim exists only in builds without one.
if [ -d /proc/self/fd ] && [ -n "${FAULT_SHIM-}" ]; then
    check "row 81: memory and descriptors of the dashboard stay flat" row_81
fi

# ---- kinds of terminals ----

# refused ENVIRONMENT: exit status 5, advice, and nothing is created.
refused() {
    start 80 24 "$many -o \"\$scratch/never\"" "$1" && left 5 &&
        tmux resize-window -t main -x 200 -y 24 && see '^mnist-tui: .*TERM.*--headless' && restored &&
        [ ! -e "$scratch/never" ]
}

dumb() {
    start 120 24 '-e 1 -b 64' TERM=dumb && left 0 && see '^Test set: Average loss: ' &&
        see '^EPOCH: 0$' && results
}

# The bar stays on one line even if the terminal is narrower than the bar.
headless_bar() {
    start 80 24 "$many --headless" && see '^Loss=[0-9.]+ Batch_id=[0-9]+ Accuracy=[0-9.]+: +[0-9]+%' &&
        see '^EPOCH: ([3-9]|[1-9][0-9])' && keys C-c && left 130 || return 1
    awk '/^Loss=/ { if (bar) exit 1 } { bar = /^Loss=/ }' "$scratch/screen" && return 0
    echo "a bar below a bar:"
    cat "$scratch/screen"
    return 1
}

# No byte outside printable ASCII.
only_ascii() {
    see "$1" && ! LC_ALL=C grep -n '[^ -~]' "$scratch/screen"
}

row_61() {
    start 80 24 "$many --paused" LC_ALL=C && only_ascii PAUSED && see '^\+-.* Loss' &&
        see '\| Conv2d-1 ' && see '^\|epoch\+-+' && keys N 3 Enter && only_ascii 'PAUSED .*epoch 4' &&
        see '^\|.*o.*\|\|.*o.*\|$'
}

ascii_asked() {
    start 80 24 "$many --paused --glyphs=ascii" && only_ascii PAUSED && see '^\+-.* Loss' &&
        see '^\|[ .:=+*#%@-]*[.:=+*#%@]+.*|\|\|[ .:=+*#%@-]{14} '
}

blocks_asked() {
    start 80 24 "$many --paused --glyphs=block" && see PAUSED && keys N 2 Enter &&
        see 'PAUSED .*epoch 3/' && see '[▀▄█]' && see '^┌─ Loss.*┐┌─ (Sample|Mistake) .*┐$' && ! braille
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
        see 'PAUSED .*batch 1/40' && see '(as|is) 7' && keys q y && left 0
}

check "row 59: TERM unset: exit 5, suggests --headless" refused '-u TERM'
check "row 59: TERM empty: exit 5, suggests --headless" refused 'TERM='
check "row 59: TERM unknown: exit 5, suggests --headless" refused 'TERM=no-such-terminal'
check "row 59: TERM=dumb runs headless" dumb
check "the bar of --headless stays on its line" headless_bar
check "row 61: in the C locale everything is ASCII" row_61
check "--glyphs=ascii draws with ASCII" ascii_asked
check "--glyphs=block draws with blocks" blocks_asked
check "colours are used if the terminal has them" colored
check "NO_COLOR switches colours off" no_color NO_COLOR=1
check "--color=never switches colours off" no_color '' --color=never
check "--color=always wins over NO_COLOR" color_always
check "row 63: a monochrome terminal works" row_63
done_testing
