#include "tui/capture.h"

#include "tui/svg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NUMBER_MAX = 10000, PATH_SIZE = CAPTURE_NAME_SIZE + 8 };

static const char *const suffixes[] = {".svg", ".txt"};

/* The two files, which are being written. */
struct capture {
    char paths[2][PATH_SIZE];
    FILE *files[2];
};

static void discard(struct capture *capture)
{
    for (int i = 0; i < 2; i++)
        if (capture->files[i] != NULL) {
            fclose(capture->files[i]);
            unlink(capture->paths[i]);
        }
}

/* Creates both files, which must not exist. False with errno, and without a file. */
static bool create(struct capture *capture, const char *name)
{
    *capture = (struct capture){0};
    for (int i = 0; i < 2; i++) {
        snprintf(capture->paths[i], PATH_SIZE, "%s%s", name, suffixes[i]);
        capture->files[i] = fopen(capture->paths[i], "wxe");
        if (capture->files[i] == NULL) {
            const int problem = errno;
            discard(capture);
            errno = problem;
            return false;
        }
    }
    return true;
}

/* Ends both files; without an error only if all of both is written. */
static bool finish(struct capture *capture, struct error *error)
{
    bool written = true;

    for (int i = 0; i < 2; i++) {
        const bool failed = ferror(capture->files[i]) != 0;
        if ((fclose(capture->files[i]) != 0 || failed) && written)
            written = error_set(error, ERROR_SYSTEM, "%s cannot be written: %s", capture->paths[i],
                                strerror(errno));
    }
    for (int i = 0; i < 2 && !written; i++)
        unlink(capture->paths[i]);
    return written;
}

bool capture_screen(const struct canvas *canvas, enum theme theme, const char *view,
                    char name[CAPTURE_NAME_SIZE], struct error *error)
{
    struct capture capture;
    bool created = false;

    for (int i = 1; !created && i <= NUMBER_MAX; i++) {
        snprintf(name, CAPTURE_NAME_SIZE, "mnist-tui-%s-%d", view, i);
        created = create(&capture, name);
        if (!created && errno != EEXIST)
            break;
    }
    if (!created)
        return error_set(error, ERROR_SYSTEM, "%s cannot be written: %s", name, strerror(errno));
    svg_write(capture.files[0], canvas, theme);
    canvas_dump(canvas, capture.files[1]);
    return finish(&capture, error);
}
