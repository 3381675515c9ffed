#include "nn/model_tokens.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The C locale's, whatever the locale is. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.' || (unsigned char)c >= 0x80; /* no name has it, but messages show it whole */
}

static void skip(struct tokens *tokens)
{
    bool comment = false;

    for (; *tokens->at != '\0'; tokens->at++) {
        comment = *tokens->at != '\n' && (comment || *tokens->at == '#');
        if (!comment && !is_space(*tokens->at))
            break;
        tokens->now.apart = true;
        if (*tokens->at == '\n') {
            tokens->line++;
            tokens->column = 1;
        } else {
            tokens->column++;
        }
    }
}

/* How long the word is that begins at `text`; 0: none does. */
static int word_length(const char *text)
{
    const bool sign = (*text == '-' || *text == '+') && (is_digit(text[1]) || text[1] == '.');
    const bool number = sign || is_digit(*text) || *text == '.';
    int length = sign;

    while (is_word(text[length]) ||
           (number && length > 0 && (text[length] == '-' || text[length] == '+') &&
            (text[length - 1] == 'e' || text[length - 1] == 'E')))
        length++;
    return length;
}

/* How long the string is that begins at `text`, quotes and all; 0: none does. */
static int string_length(const char *text)
{
    if (*text != '\'' && *text != '"')
        return 0;
    const char *end = strpbrk(text + 1, *text == '"' ? "\"\n" : "'\n");
    return end != NULL && *end == *text ? (int)(end - text) + 1 : 0;
}

void tokens_next(struct tokens *tokens)
{
    struct token *now = &tokens->now;
    int length;

    now->apart = false;
    skip(tokens);
    now->text = tokens->at;
    now->line = tokens->line;
    now->column = tokens->column;
    if (*tokens->at == '\0') {
        now->kind = TOKEN_END;
        length = 0;
    } else if ((length = word_length(tokens->at)) > 0) {
        now->kind = TOKEN_WORD;
    } else if ((length = string_length(tokens->at)) > 0) {
        now->kind = TOKEN_STRING;
    } else {
        now->kind = TOKEN_SIGN;
        length = 1;
    }
    tokens->at += length;
    tokens->column += length;
    now->length = length;
    if (now->kind == TOKEN_STRING) {
        now->text++;
        now->length -= 2;
    }
}

void tokens_init(struct tokens *tokens, const char *text, const char *origin, enum error_kind fault)
{
    *tokens = (struct tokens){.origin = origin, .fault = fault, .at = text, .line = 1, .column = 1};
    tokens_next(tokens);
    tokens->now.apart = true;
}

bool token_is_sign(const struct token *token, char sign)
{
    return token->kind == TOKEN_SIGN && *token->text == sign;
}

bool token_is_word(const struct token *token, const char *word)
{
    return token->kind == TOKEN_WORD && strlen(word) == (size_t)token->length &&
           memcmp(token->text, word, strlen(word)) == 0;
}

const char *token_show(const struct token *token, char text[TOKEN_TEXT_SIZE])
{
    enum { MOST = TOKEN_TEXT_SIZE - 8 };
    const char *quote = token->kind == TOKEN_STRING ? "'" : "";

    if (token->kind == TOKEN_END)
        snprintf(text, TOKEN_TEXT_SIZE, "the end of the text");
    else if (token->length <= MOST)
        snprintf(text, TOKEN_TEXT_SIZE, "%s%.*s%s", quote, token->length, token->text, quote);
    else
        snprintf(text, TOKEN_TEXT_SIZE, "%.*s...", MOST, token->text);
    return text;
}

bool tokens_refuse(const struct tokens *tokens, const struct token *token, struct error *error,
                   const char *format, ...)
{
    char sentence[ERROR_TEXT_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    return error_set(error, tokens->fault, "%s: line %d, column %d: %s", tokens->origin,
                     token->line, token->column, sentence);
}
