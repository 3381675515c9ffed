/*
 * protobuf.h -- writes messages of the Protocol Buffers wire format, as far as ONNX needs it.
 *
 * A message is a list of fields, each a number and a value: a whole number in 7 bits a byte, a
 * float in 4 bytes, or bytes with their length, which may be a text or another message
 * (developers.google.com/protocol-buffers/docs/encoding).
 *
 * If memory is short a message is marked as failed, and so is the one that it becomes part of: the
 * caller checks the outermost. Ownership: proto_fini releases a message; proto_message and
 * proto_append do so with the one that they add. Threads: no shared state.
 */
#ifndef EXPORT_PROTOBUF_H
#define EXPORT_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct proto {
    uint8_t *bytes;
    size_t size, room;
    bool failed;
};

void proto_fini(struct proto *proto);

/* Each adds a field with this number. */
void proto_number(struct proto *proto, int field, uint64_t value);
void proto_float(struct proto *proto, int field, float value);
void proto_text(struct proto *proto, int field, const char *text);

/* Adds floats as bytes, little-endian. */
void proto_floats(struct proto *proto, int field, const float *values, size_t count);

/* Adds the message as a field, or only its fields, and releases it. */
void proto_message(struct proto *proto, int field, struct proto *message);
void proto_append(struct proto *proto, struct proto *fields);

#endif
