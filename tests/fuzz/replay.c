/*
 * replay.c -- gives a fuzzer the files named on the command line, one after the other. The last
 * name printed is the file on which it failed.
 */
#include "fuzz.h"

int main(int argc, char *argv[])
{
    for (int i = 1; i < argc; i++) {
        struct error error;
        size_t size;
        printf("%s\n", argv[i]);
        fflush(stdout);
        unsigned char *data = file_read(argv[i], 1 << 24, &size, ERROR_SYSTEM, &error);
        if (data == NULL) {
            fprintf(stderr, "%s\n", error.text);
            return EXIT_FAILURE;
        }
        LLVMFuzzerTestOneInput(data, size);
        free(data);
    }
    return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
