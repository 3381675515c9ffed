#include "export/protobuf.h"

#include <stdlib.h>
#include <string.h>

enum wire { WIRE_NUMBER = 0, WIRE_BYTES = 2, WIRE_FLOAT = 5 };

void proto_fini(struct proto *proto)
{
    free(proto->bytes);
    *proto = (struct proto){0};
}

/* Room for `size` more bytes, which count as written; NULL if memory is short. */
static uint8_t *extend(struct proto *proto, size_t size)
{
    if (proto->failed)
        return NULL;
    if (size > proto->room - proto->size) {
        const size_t room = 2 * proto->room + size + 64;
        uint8_t *bytes = realloc(proto->bytes, room);
        proto->failed = bytes == NULL;
        if (bytes == NULL)
            return NULL;
        proto->bytes = bytes;
        proto->room = room;
    }
    proto->size += size;
    return proto->bytes + proto->size - size;
}

static void put_number(struct proto *proto, uint64_t value)
{
    do {
        uint8_t *byte = extend(proto, 1);
        if (byte != NULL)
            *byte = (uint8_t)((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
        value >>= 7;
    } while (value > 0);
}

static void put_key(struct proto *proto, int field, enum wire wire)
{
    put_number(proto, (uint64_t)field << 3 | (uint64_t)wire);
}

static void put_float(uint8_t *to, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(bits >> 8 * i);
}

static void copy(struct proto *proto, const void *bytes, size_t size)
{
    uint8_t *to = extend(proto, size);

    if (to != NULL && size > 0)
        memcpy(to, bytes, size);
}

static void put_bytes(struct proto *proto, int field, const void *bytes, size_t size)
{
    put_key(proto, field, WIRE_BYTES);
    put_number(proto, size);
    copy(proto, bytes, size);
}

void proto_number(struct proto *proto, int field, uint64_t value)
{
    put_key(proto, field, WIRE_NUMBER);
    put_number(proto, value);
}

void proto_float(struct proto *proto, int field, float value)
{
    put_key(proto, field, WIRE_FLOAT);
    uint8_t *to = extend(proto, 4);
    if (to != NULL)
        put_float(to, value);
}

void proto_text(struct proto *proto, int field, const char *text)
{
    put_bytes(proto, field, text, strlen(text));
}

void proto_floats(struct proto *proto, int field, const float *values, size_t count)
{
    put_key(proto, field, WIRE_BYTES);
    put_number(proto, 4 * count);
    uint8_t *to = extend(proto, 4 * count);
    for (size_t i = 0; to != NULL && i < count; i++)
        put_float(to + 4 * i, values[i]);
}

void proto_message(struct proto *proto, int field, struct proto *message)
{
    proto->failed = proto->failed || message->failed;
    put_bytes(proto, field, message->bytes, message->size);
    proto_fini(message);
}

void proto_append(struct proto *proto, struct proto *fields)
{
    proto->failed = proto->failed || fields->failed;
    copy(proto, fields->bytes, fields->size);
    proto_fini(fields);
}
