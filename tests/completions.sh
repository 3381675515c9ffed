#!/bin/sh
# completions.sh -- tests the completions in the shells themselves: every option and word that the
# program knows is offered, and Tab completes them in a terminal.

. "$(dirname "$0")/lib.sh"
end_terminals_at_exit

home=$scratch/home
mkdir "$home" "$home/run dir" "$home/other" && touch "$home/best.safetensors" "$home/my.net" \
    "$home/digit.png" "$home/notes.txt"
cp "$BUILDDIR/completions/mnist-tui" "$BUILDDIR/completions/_mnist-tui" \
    "$BUILDDIR/completions/mnist-tui.fish" "$scratch"

# ---- what each shell offers for a command line that ends at the cursor, a word a line ----

# bash calls the function as readline does: '=' separates words.
in_bash() {
    (cd "$home" && bash --norc -c '
        . "$1"
        compopt() { :; }
        line=${2//=/ = }
        read -ra COMP_WORDS <<<"$line"
        [[ $2 != *" " ]] || COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _mnist_tui
        printf "%s\n" "${COMPREPLY[@]}"' bash "$scratch/mnist-tui" "$1")
}

in_fish() {
    (cd "$home" && HOME=$home XDG_CONFIG_HOME=$home/.config XDG_DATA_HOME=$home/.local fish --no-config -c '
        source $argv[1]
        complete -C $argv[2]' "$scratch/mnist-tui.fish" "$1" 2>&1 | cut -f1 | sed 's/^--*[a-z-]*=\(.\)/\1/')
}

# zsh completes only in a terminal: all words that are on the screen after Tab.
in_zsh() {
    keys C-c
    keys C-l
    see '^> *$' >/dev/null
    keys -l "$1"
    keys Tab Tab
    before=none
    for try in $(seq 100); do
        sleep 0.1
        look
        now=$(cat "$scratch/screen")
        [ "$now" = "$before" ] && [ "$try" -gt 4 ] && break
        before=$now
    done
    tr -s ' =' '\n' <"$scratch/screen"
}

# ---- what the program knows ----

# The options in --help: --data=, --nesterov, -d
known_options() {
    "$PROGRAM" --help | awk '
        /^  -., --/ { print substr($1, 1, 2); print $2 }
        /^      --/ { print $1 }' | sed 's/=.*/=/; s/\[$//; s/\[=.*//' | sort -u
}

# The words that a wrong one is told of: expected A, B, C, got ...
known_words() {
    "$PROGRAM" "--$1=none of these" 2>&1 | sed -n 's/.*(expected \(.*\), got .*/\1/p' | tr -d ' ' |
        tr ',' '\n' | sort
}

known_networks() {
    { echo list && "$PROGRAM" --model=list | awk '{ print $1 }'; } | sort
}

known_data() {
    { echo list && "$PROGRAM" --data=list | sed -n 's/^\([a-z][a-z-]*\) .*/\1/p'; } | sort -u
}

# offers SHELL LINE FILE: all of the file's lines
offers() {
    "in_$1" "$2" | sort -u >"$scratch/offered"
    missing=$(sort -u "$3" | comm -23 - "$scratch/offered")
    [ -s "$3" ] && [ -z "$missing" ] && return 0
    echo "$1 does not offer for '$2':" $missing
    cat "$scratch/offered"
    return 1
}

# offers_only SHELL LINE FILE
offers_only() {
    offers "$1" "$2" "$3" && extra=$(sort -u "$3" | comm -13 - "$scratch/offered" | grep .) || return 0
    echo "$1 offers for '$2', too:" $extra
    return 1
}

known_options >"$scratch/options"
known_networks >"$scratch/networks"
known_data >"$scratch/data_sets"

# Only bash shows that an argument follows.
every_option() {
    grep '^--' "$scratch/options" | if [ "$1" = bash ]; then cat; else sed 's/=$//'; fi >"$scratch/wanted"
    offers "$1" 'mnist-tui --' "$scratch/wanted"
}

every_word() {
    for option in recipe optimizer schedule augment glyphs color theme view format kernels; do
        known_words $option >"$scratch/wanted"
        if [ "$1" = zsh ]; then offers zsh "mnist-tui --$option=" "$scratch/wanted"
        else offers_only "$1" "mnist-tui --$option=" "$scratch/wanted"; fi || return 1
    done
    offers "$1" 'mnist-tui --model=' "$scratch/networks" &&
        offers "$1" 'mnist-tui --data=' "$scratch/data_sets"
}

files() {
    offer() { # LINE WORD...
        line=$1
        shift
        printf '%s\n' "$@" >"$scratch/wanted"
        offers "$shell" "$line" "$scratch/wanted"
    }
    shell=$1
    offer 'mnist-tui --model=my' my.net && offer 'mnist-tui --eval=be' best.safetensors &&
        offer 'mnist-tui --predict=best.safetensors di' digit.png
}

# In a terminal, after Tab: types $1 and sees $2.
typed() {
    keys C-e C-u
    see '^> *$' && keys -l "$1" && see "^> $1 *\$" && keys Tab && see "$2"
}

# Runs $1 in the shell and clears the screen: then it has a prompt alone.
runs() {
    see '^> *$' && keys "$1 && echo ready" Enter && see '^ready' && keys C-l && see_no ready && see '^> *$'
}

# A shell in a terminal, whose prompt is "> ".
open_shell() {
    case $1 in
    bash) terminal 160 200 "cd '$home' && PS1='> ' bash --norc" && runs ". '$scratch/mnist-tui'" ;;
    zsh) terminal 160 200 "cd '$home' && HOME='$home' PS1='> ' zsh -f" &&
        runs "fpath=('$scratch' \$fpath); autoload -U compinit; compinit -u -D" ;;
    fish)
        {
            echo "function fish_prompt; echo -n '> '; end"
            echo 'function fish_right_prompt; end'
            echo 'set -g fish_autosuggestion_enabled 0'
            echo "source '$scratch/mnist-tui.fish'"
        } >"$scratch/start.fish"
        terminal 160 200 "cd '$home' && HOME='$home' XDG_CONFIG_HOME='$home/.config' \
            XDG_DATA_HOME='$home/.local' fish --no-config -C \"source '$scratch/start.fish'\"" && runs true ;;
    esac
}

in_terminal() {
    open_shell "$1" && typed 'mnist-tui --summ' '> mnist-tui --summary' &&
        typed 'mnist-tui --recipe=ref' '> mnist-tui --recipe=reference' &&
        typed 'mnist-tui --model=convn' '> mnist-tui --model=convnetjs' &&
        typed 'mnist-tui -m convn' '> mnist-tui -m convnetjs' &&
        typed 'mnist-tui --view conf' '> mnist-tui --view confusion' &&
        typed 'mnist-tui --data=fash' '> mnist-tui --data=fashion' &&
        typed 'mnist-tui --resume=run' '> mnist-tui --resume=run\\ dir/' &&
        typed 'mnist-tui --init=be' '> mnist-tui --init=best.safetensors' &&
        typed 'mnist-tui --report oth' '> mnist-tui --report other/' &&
        typed 'mnist-tui --predict=best.safetensors d' '> mnist-tui --predict=best.safetensors digit.png'
}

for shell in bash zsh fish; do
    if ! command -v $shell >/dev/null; then
        for what in 'offers every option' 'offers every word' 'offers files' 'completes in a terminal'; do
            skip "$shell $what" "no $shell"
        done
        continue
    fi
    [ $shell != zsh ] || open_shell zsh >/dev/null
    check "$shell offers every option" every_option $shell
    check "$shell offers every word that an option takes" every_word $shell
    check "$shell offers files with the suffixes that an option takes" files $shell
    if [ -n "${TMUX_PROGRAM-}" ]; then
        check "$shell completes in a terminal" in_terminal $shell
    else
        skip "$shell completes in a terminal" "no tmux"
    fi
done
done_testing
