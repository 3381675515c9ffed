/*
 * frames.h -- frames as text, compared with the ones in tests/frames/. To accept new ones: run the
 * test with MNIST_TUI_FRAMES=write, then read the difference.
 */
#ifndef FRAMES_H
#define FRAMES_H

#include "check.h"

#include "tui/canvas.h"

/* The canvas as text, to be released with free(); releases the canvas. */
static inline char *frame_text(struct canvas *canvas)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    assert_non_null(file);
    canvas_dump(canvas, file);
    fclose(file);
    canvas_free(canvas);
    return text;
}

/* Compares the text with the stored frame, or stores it; releases the text. */
static inline void frame_compare(char *text, const char *name, int width, int height,
                                 enum glyphs glyphs)
{
    static const char *const sets[] = {"ascii", "block", "braille"};
    char file_name[128], path[PATH_MAX], stored[65536];
    const char *wish = getenv("MNIST_TUI_FRAMES");
    const bool write = wish != NULL && strcmp(wish, "write") == 0;

    snprintf(file_name, sizeof file_name, "tests/frames/%s-%dx%d-%s.txt", name, width, height,
             sets[glyphs]);
    check_source(path, file_name);
    FILE *file = fopen(path, write ? "w+" : "r");
    if (file == NULL)
        fail_msg("%s is missing", path);
    if (write) {
        fputs(text, file);
        rewind(file);
    }
    stored[fread(stored, 1, sizeof stored - 1, file)] = '\0';
    fclose(file);
    if (strcmp(text, stored) != 0)
        fail_msg("%s differs from this frame:\n%s", path, text);
    free(text);
}

#endif
