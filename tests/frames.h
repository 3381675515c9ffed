/*
 * frames.h -- frames as text, compared with the ones in tests/frames/. To accept new ones: run the
 * test with MNIST_TUI_FRAMES=write, then read the difference.
 *
 * A file is named after the frame, its size and its glyphs. A frame that is the same with poorer
 * glyphs is stored with those alone: braille falls back to block, and block to ASCII. The looks of
 * a frame's cells (see canvas_dump_styles) are in a file of their own, which ends in "-styles".
 */
#ifndef FRAMES_H
#define FRAMES_H

#include "check.h"

#include "tui/canvas.h"

typedef void frame_dump(const struct canvas *canvas, FILE *file);

/* What a function writes of the canvas, to be released with free(). */
static inline char *frame_dumped(const struct canvas *canvas, frame_dump *dump)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    assert_non_null(file);
    dump(canvas, file);
    fclose(file);
    return text;
}

/* The canvas as text, to be released with free(); releases the canvas. */
static inline char *frame_text(struct canvas *canvas)
{
    char *text = frame_dumped(canvas, canvas_dump);

    canvas_free(canvas);
    return text;
}

/* Where the frame with these glyphs is stored; false when there is no such file. */
static inline bool frame_path(char path[PATH_MAX], const char *name, int width, int height,
                              enum glyphs glyphs)
{
    static const char *const sets[] = {"ascii", "block", "braille"};
    char file_name[128];

    snprintf(file_name, sizeof file_name, "tests/frames/%s-%dx%d-%s.txt", name, width, height,
             sets[glyphs]);
    check_source(path, file_name);
    return access(path, F_OK) == 0;
}

static inline bool frame_is(const char *text, const char *path)
{
    char stored[65536];
    FILE *file = fopen(path, "r");

    if (file == NULL)
        return false;
    stored[fread(stored, 1, sizeof stored - 1, file)] = '\0';
    fclose(file);
    return strcmp(text, stored) == 0;
}

/* The stored frame with these glyphs, or else with the next poorer ones. */
static inline void frame_find(char path[PATH_MAX], const char *name, int width, int height,
                              enum glyphs glyphs)
{
    while (!frame_path(path, name, width, height, glyphs) && glyphs > GLYPHS_ASCII)
        glyphs--;
}

static inline bool frame_rewrites(void)
{
    const char *wish = getenv("MNIST_TUI_FRAMES");

    return wish != NULL && strcmp(wish, "write") == 0;
}

static inline void frame_store(const char *text, const char *path)
{
    FILE *file = fopen(path, "w");

    if (file == NULL)
        fail_msg("%s cannot be written", path);
    fputs(text, file);
    fclose(file);
}

/* Stores the frame, unless it is the same with poorer glyphs. */
static inline void frame_write(const char *text, const char *name, int width, int height,
                               enum glyphs glyphs)
{
    char path[PATH_MAX], poorer[PATH_MAX];

    frame_path(path, name, width, height, glyphs);
    remove(path);
    frame_find(poorer, name, width, height, glyphs);
    if (!frame_is(text, poorer))
        frame_store(text, path);
}

/* Compares the text with the stored frame, or stores it; releases the text. */
static inline void frame_compare(char *text, const char *name, int width, int height,
                                 enum glyphs glyphs)
{
    char path[PATH_MAX];

    if (frame_rewrites())
        frame_write(text, name, width, height, glyphs);
    frame_find(path, name, width, height, glyphs);
    if (!frame_is(text, path))
        fail_msg("%s is missing or differs from this frame:\n%s", path, text);
    free(text);
}

/* Compares the looks of the canvas' cells with the stored ones, or stores them. */
static inline void frame_compare_styles(const struct canvas *canvas, const char *name)
{
    char path[PATH_MAX], file_name[128];
    char *text = frame_dumped(canvas, canvas_dump_styles);

    snprintf(file_name, sizeof file_name, "tests/frames/%s-%dx%d-styles.txt", name, canvas->width,
             canvas->height);
    check_source(path, file_name);
    if (frame_rewrites())
        frame_store(text, path);
    if (!frame_is(text, path))
        fail_msg("%s is missing or differs from these looks:\n%s", path, text);
    free(text);
}

#endif
