/*
 * model_tokens.h -- the words and signs of a network's text, in turn, with their places.
 *
 * Comments (from # to the end of the line) and white space are skipped. The text must outlive the
 * tokens, which point into it. A struct tokens is plain data: a copy of it looks ahead.
 */
#ifndef NN_MODEL_TOKENS_H
#define NN_MODEL_TOKENS_H

#include "support/error.h"

enum token_kind {
    TOKEN_WORD,   /* letters, digits, _ and .; in a number also + and -: Conv2d, 16k3p, 1e-05 */
    TOKEN_STRING, /* 'zeros': the text is without the quotes */
    TOKEN_SIGN,   /* one other character */
    TOKEN_END,
};

enum { TOKEN_TEXT_SIZE = 48 };

struct token {
    enum token_kind kind;
    const char *text;
    int length;
    int line, column; /* from 1, in bytes */
    bool apart;       /* white space, a comment or nothing is before it */
};

struct tokens {
    const char *origin;    /* what messages begin with: "--model" or a path */
    enum error_kind fault; /* the kind of error that a wrong text is */
    const char *at;
    int line, column;
    struct token now;
};

/* Begins at the text's first token. */
void tokens_init(struct tokens *tokens, const char *text, const char *origin,
                 enum error_kind fault);

/* Goes on to the next token; stays at the end. */
void tokens_next(struct tokens *tokens);

bool token_is_sign(const struct token *token, char sign);
bool token_is_word(const struct token *token, const char *word);

/* The token as a message shows it: a long one is cut, the end is "the end of the text". */
const char *token_show(const struct token *token, char text[TOKEN_TEXT_SIZE]);

/* Sets the error: where the token is, and what the format says. Returns false. */
bool tokens_refuse(const struct tokens *tokens, const struct token *token, struct error *error,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
