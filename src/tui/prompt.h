/*
 * prompt.h -- a line that the user types: a number, a name.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include <stdbool.h>

enum { PROMPT_SIZE = 256 };

struct frame;

/* What is done with the text when Enter is pressed; message is "" at first, and may get a text for
 * the user. */
typedef void prompt_function(struct frame *frame, const char *text, char message[]);

struct prompt {
    const char *label;     /* before the text: "Epochs to train: "; NULL: nothing is typed */
    prompt_function *done; /* NULL: whoever opened it looks at the text */
    char text[PROMPT_SIZE];
};

enum prompt_result { PROMPT_MORE, PROMPT_DONE, PROMPT_CANCELLED };

void prompt_open(struct prompt *prompt, const char *label, prompt_function *done);

/* Takes a key (see term.h): a character is added, Backspace removes one, Enter and Esc end the
 * prompt. After that `text` is still there. */
enum prompt_result prompt_key(struct prompt *prompt, int key);

#endif
