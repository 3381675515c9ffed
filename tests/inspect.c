/*
 * inspect.c -- what the test scripts need and a shell cannot do:
 *
 *   inspect json FILE         prints a line for each JSON value in the file: for an object
 *                             KEY=VALUE for each member, in the file's order; numbers with all
 *                             their digits
 *   inspect tensors FILE      prints a line for each tensor of a safetensors file: NAME SIZE
 *                             CHECKSUM
 *   inspect unnamed PROGRAM   runs the program without any argument, not even its name, and with
 *                             nothing but MNIST_TUI_DATA=/nowhere in its environment
 *
 * Exits with 1 and a line on stderr when the file is not what it should be.
 */
#include "support/checksum.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fail(const char *path, const char *problem)
{
    fprintf(stderr, "inspect: %s: %s\n", path, problem);
    return EXIT_FAILURE;
}

static void print_value(const json_t *value)
{
    char *text;

    if (json_is_string(value)) {
        fputs(json_string_value(value), stdout);
    } else if (json_is_real(value)) {
        printf("%.17g", json_real_value(value));
    } else {
        text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        fputs(text != NULL ? text : "?", stdout);
        free(text);
    }
}

static void print_line(json_t *value)
{
    const char *key, *space = "";
    json_t *member;

    if (!json_is_object(value))
        print_value(value);
    json_object_foreach (value, key, member) {
        printf("%s%s=", space, key);
        print_value(member);
        space = " ";
    }
    putchar('\n');
}

/* Whether anything except white space is left. */
static bool more(FILE *file)
{
    int byte;

    do
        byte = fgetc(file);
    while (byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r');
    return byte != EOF && ungetc(byte, file) != EOF;
}

static int print_json(const char *path, FILE *file)
{
    json_error_t error;

    while (more(file)) {
        json_t *value = json_loadf(file, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &error);
        if (value == NULL)
            return fail(path, error.text);
        print_line(value);
        json_decref(value);
    }
    return EXIT_SUCCESS;
}

/* The tensor's bytes are at its offsets, counted from the end of the header. */
static bool print_tensor(const char *name, json_t *tensor, const unsigned char *bytes, size_t size)
{
    json_int_t from, to;

    if (json_unpack(tensor, "{s: [I, I]}", "data_offsets", &from, &to) != 0 || from < 0 ||
        to < from || (size_t)to > size)
        return false;
    printf("%s %" JSON_INTEGER_FORMAT " %016" PRIx64 "\n", name, to - from,
           checksum_add(0, bytes + from, (size_t)(to - from)));
    return true;
}

static int print_tensors(const char *path, FILE *file)
{
    static unsigned char bytes[1 << 20];
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    uint64_t length = 0;
    const char *name;
    json_t *tensor;

    for (int i = 7; i >= 0 && size >= 8; i--)
        length = length << 8 | bytes[i];
    if (size < 8 || length > size - 8)
        return fail(path, "not a safetensors file, or too large");
    json_t *header = json_loadb((const char *)bytes + 8, (size_t)length, 0, NULL);
    json_object_foreach (header, name, tensor) {
        if (strcmp(name, "__metadata__") != 0 &&
            !print_tensor(name, tensor, bytes + 8 + length, size - 8 - (size_t)length))
            return fail(path, name);
    }
    json_decref(header);
    return header != NULL ? EXIT_SUCCESS : fail(path, "its header is not JSON");
}

static int run_unnamed(const char *program)
{
    char *none[] = {NULL}, data[] = "MNIST_TUI_DATA=/nowhere", *environment[] = {data, NULL};

    execve(program, none, environment);
    return fail(program, "cannot be run");
}

int main(int argc, char *argv[])
{
    if (argc == 3 && strcmp(argv[1], "unnamed") == 0)
        return run_unnamed(argv[2]);
    FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
    if (file == NULL)
        return fail(argc == 3 ? argv[2] : "usage", "inspect json|tensors|unnamed FILE");
    int status =
        strcmp(argv[1], "tensors") == 0 ? print_tensors(argv[2], file) : print_json(argv[2], file);
    fclose(file);
    return status;
}
