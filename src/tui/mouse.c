#include "tui/mouse.h"

enum {
    NUMBERS = 3,
    NUMBER_MAX = 9999,
    FIRST_BYTE = 32,
    NO_BUTTON = 3,
    MODIFIERS = 4 | 8 | 16,
    MOTION = 32,
    WHEEL = 64,
};

const char MOUSE_ON[] = "\033[?1000h\033[?1002h\033[?1006h";
const char MOUSE_OFF[] = "\033[?1000l\033[?1002l\033[?1006l";
const char MOUSE_SGR_START[] = "\033[<", MOUSE_BYTES_START[] = "\033[M";

void mouse_begin(struct mouse_reader *reader, enum mouse_kind kind)
{
    *reader = (struct mouse_reader){.kind = kind};
}

static enum mouse_result end(struct mouse_reader *reader, enum mouse_result result)
{
    reader->kind = MOUSE_NONE;
    return result;
}

static enum mouse_result understand(const struct mouse_reader *reader, bool released,
                                    struct pointer *pointer)
{
    const int button = reader->numbers[0] & ~MODIFIERS;

    pointer->x = reader->numbers[1] - 1;
    pointer->y = reader->numbers[2] - 1;
    if (pointer->x < 0 || pointer->y < 0)
        return MOUSE_IGNORED;
    if (button == WHEEL || button == (WHEEL | 1))
        pointer->act = button == WHEEL ? POINTER_UP : POINTER_DOWN;
    else if (button == 0)
        pointer->act = released ? POINTER_RELEASE : POINTER_PRESS;
    else if (button == MOTION)
        pointer->act = POINTER_DRAG;
    else if (button == NO_BUTTON && reader->kind == MOUSE_BYTES)
        pointer->act = POINTER_RELEASE;
    else
        return MOUSE_IGNORED;
    return MOUSE_POINTER;
}

static enum mouse_result read_sgr(struct mouse_reader *reader, int byte, struct pointer *pointer)
{
    int *number = &reader->numbers[reader->count];

    if (byte >= '0' && byte <= '9') {
        *number = *number * 10 + byte - '0';
        return *number <= NUMBER_MAX ? MOUSE_MORE : end(reader, MOUSE_INVALID);
    }
    if (byte == ';' && reader->count < NUMBERS - 1) {
        reader->count++;
        return MOUSE_MORE;
    }
    if ((byte != 'M' && byte != 'm') || reader->count != NUMBERS - 1)
        return end(reader, MOUSE_INVALID);
    return end(reader, understand(reader, byte == 'm', pointer));
}

static enum mouse_result read_bytes(struct mouse_reader *reader, int byte, struct pointer *pointer)
{
    if (byte < FIRST_BYTE || byte > 255)
        return end(reader, MOUSE_INVALID);
    reader->numbers[reader->count++] = byte - FIRST_BYTE;
    return reader->count < NUMBERS ? MOUSE_MORE : end(reader, understand(reader, false, pointer));
}

enum mouse_result mouse_read(struct mouse_reader *reader, int byte, struct pointer *pointer)
{
    return reader->kind == MOUSE_SGR ? read_sgr(reader, byte, pointer)
                                     : read_bytes(reader, byte, pointer);
}
