#include "tui/prompt.h"

#include "tui/term.h"

#include <string.h>

void prompt_open(struct prompt *prompt, const char *label, prompt_function *done)
{
    *prompt = (struct prompt){.label = label, .done = done};
}

enum prompt_result prompt_key(struct prompt *prompt, int key)
{
    const size_t length = strlen(prompt->text);

    if (key == TERM_ENTER || key == TERM_ESCAPE) {
        prompt->label = NULL;
        return key == TERM_ENTER ? PROMPT_DONE : PROMPT_CANCELLED;
    }
    if (key == TERM_BACKSPACE && length > 0)
        prompt->text[length - 1] = '\0';
    else if (key >= ' ' && key < 0x7F && length < PROMPT_SIZE - 1)
        prompt->text[length] = (char)key; /* what follows is 0 */
    return PROMPT_MORE;
}
