#include "tui/card.h"

#include "support/glyph.h"
#include "tui/bars.h"
#include "tui/image.h"

#include <math.h>
#include <string.h>

enum {
    PICTURE_WIDTH = MNIST_SIDE, /* cells of a picture: a pixel is half a cell high */
    PICTURE_HEIGHT = MNIST_SIDE / 2,
    LEAST_BARS = 2,    /* below a verdict of several rows */
    BESIDE_WIDTH = 14, /* cells of the text beside a picture */
    PIECES = 5,
};

/* ---- what is known ---- */

/* The place of an image among the predictions; -1: nothing has been predicted of it. */
static int find_prediction(const struct predictions *predictions, int image)
{
    for (int i = 0; i < predictions->count; i++)
        if (predictions->images[i] == (uint32_t)image)
            return i;
    return -1;
}

struct card card_of(const struct frame *frame, int image)
{
    const struct predictions *predictions = frame->predictions;
    const int at = find_prediction(predictions, image);
    struct card card = {.pixels = split_image(frame->test, (uint32_t)image),
                        .width = frame->test->width,
                        .height = frame->test->height,
                        .classes = frame->classes,
                        .label = frame->test->labels[image]};

    if (at >= 0) {
        card.probabilities = predictions_of(predictions, at);
        card.predicted = predictions->predicted[at];
        card.loss = predictions->losses[at];
    }
    return card;
}

bool card_wrong(const struct card *card)
{
    return card->probabilities != NULL && card->label >= 0 && card->predicted != card->label;
}

static bool card_right(const struct card *card)
{
    return card->probabilities != NULL && card->predicted == card->label;
}

/* ---- the verdict ---- */

/* A part of a verdict: some words, a name or figure, and perhaps the mark after it. */
struct piece {
    const char *words;
    enum style style;
    char text[CLASS_NAME_MAX + 1];
    bool mark;
};

struct verdict {
    int count;
    bool right;
    struct piece pieces[PIECES];
};

static struct piece *add(struct verdict *verdict, const char *words, enum style style,
                         const char *text)
{
    struct piece *piece = &verdict->pieces[verdict->count++];

    *piece = (struct piece){.words = words, .style = style};
    snprintf(piece->text, sizeof piece->text, "%s", text);
    return piece;
}

static void make_verdict(struct verdict *verdict, const struct card *card)
{
    const bool wrong = card_wrong(card);
    char loss[CLASS_NAME_MAX];

    *verdict = (struct verdict){.right = card_right(card)};
    if (card->probabilities == NULL) {
        if (card->label >= 0)
            add(verdict, "is ", STYLE_BOLD, card->classes->names[card->label]);
        return;
    }
    struct piece *read = add(verdict, "read as ",
                             card->label < 0 ? STYLE_KEY
                             : wrong         ? STYLE_BAD
                                             : STYLE_GOOD,
                             card->classes->names[card->predicted]);
    if (wrong)
        read = add(verdict, ", is ", STYLE_GOOD, card->classes->names[card->label]);
    if (card->label < 0)
        return;
    read->mark = true;
    snprintf(loss, sizeof loss, "%.*f", card->loss < 10.0 ? 2 : 1, card->loss);
    add(verdict, "  loss ", STYLE_BOLD, loss);
}

int card_mark(struct canvas *canvas, int x, int y, bool right)
{
    const enum style style = right ? STYLE_GOOD : STYLE_BAD;

    if (canvas->glyphs == GLYPHS_ASCII)
        return canvas_text(canvas, x, y, style, right ? "ok" : "x");
    canvas_put(canvas, x, y, right ? 0x2713 : 0x2717, style);
    return x + 1;
}

/* The bytes of the punctuation with which the words begin, which the first piece of a row lacks. */
static size_t skipped(const struct piece *piece, bool first)
{
    return first ? strspn(piece->words, ", ") : 0;
}

static int width_of(const struct verdict *verdict, const struct canvas *canvas, int from, int to)
{
    const int mark = canvas->glyphs == GLYPHS_ASCII && verdict->right ? 2 : 1;
    int width = 0;

    for (int i = from; i < to; i++) {
        const struct piece *piece = &verdict->pieces[i];
        width += (int)(strlen(piece->words) - skipped(piece, i == from));
        width += glyph_width(piece->text);
        width += piece->mark ? 2 + mark : 0;
    }
    return width;
}

/* Writes pieces; the first one without the punctuation that begins it. */
static void write_pieces(struct canvas *canvas, int y, const struct verdict *verdict, int from,
                         int to)
{
    int x = 0;

    for (int i = from; i < to; i++) {
        const struct piece *piece = &verdict->pieces[i];
        x = canvas_text(canvas, x, y, STYLE_DIM, "%s", piece->words + skipped(piece, i == from));
        x = canvas_text(canvas, x, y, piece->style, "%s", piece->text);
        if (piece->mark)
            x = card_mark(canvas, x + 2, y, verdict->right);
    }
}

int card_verdict_width(const struct canvas *canvas, const struct card *card)
{
    struct verdict verdict;

    make_verdict(&verdict, card);
    return width_of(&verdict, canvas, 0, verdict.count);
}

int card_verdict(struct canvas *canvas, int y, int rows, const struct card *card)
{
    struct verdict verdict;
    int row = 0;

    make_verdict(&verdict, card);
    for (int from = 0, to; from < verdict.count && row < rows; from = to, row++) {
        to = row < rows - 1 ? from + 1 : verdict.count;
        while (to < verdict.count && width_of(&verdict, canvas, from, to + 1) <= canvas->width)
            to++;
        write_pieces(canvas, y + row, &verdict, from, to);
    }
    return row;
}

/* ---- the card ---- */

struct canvas card_picture(const struct canvas *canvas, const struct card *card)
{
    int columns = canvas->width, rows = canvas->height;

    if (columns < 1 || rows < 1)
        return canvas_inside(canvas, 0, 0, 0, 0);
    image_fit(card->width, card->height, &columns, &rows);
    struct canvas picture = canvas_inside(canvas, (canvas->width - columns) / 2,
                                          (canvas->height - rows) / 2, columns, rows);
    image_draw(&picture, card->pixels, card->width, card->height);
    return picture;
}

/* The verdict and the bars. */
static void draw_text(struct canvas *canvas, const struct card *card)
{
    const int spare = canvas->height - LEAST_BARS;
    const int y = card_verdict(canvas, 0, spare > 1 ? spare : 1, card);
    struct canvas bars = canvas_inside(canvas, 0, y, canvas->width, canvas->height);

    if (card->probabilities != NULL)
        bars_draw(&bars, card->probabilities, card->classes, card->label);
}

/* Rows of a picture above its text: as many as leave room for all bars, or else for a few. */
static int rows_above(const struct canvas *canvas, const struct card *card)
{
    const int text = 1 + bars_most(card->classes), left = canvas->height - text;
    const int rows = left < PICTURE_HEIGHT ? PICTURE_HEIGHT : left;

    return rows < canvas->width / 2 ? rows : canvas->width / 2;
}

void card_draw(struct canvas *canvas, const struct card *card)
{
    const bool below =
        canvas->width >= PICTURE_WIDTH && canvas->height > PICTURE_HEIGHT + LEAST_BARS;
    const int wide = canvas->width - BESIDE_WIDTH - 1;
    struct canvas picture, text;

    if (below) {
        const int rows = rows_above(canvas, card);
        picture = canvas_inside(canvas, 0, 0, canvas->width, rows);
        text = canvas_inside(canvas, 0, rows, canvas->width, canvas->height);
    } else {
        int columns = canvas->height * 2 < wide ? canvas->height * 2 : wide, rows = canvas->height;
        if (columns > 0 && rows > 0)
            image_fit(card->width, card->height, &columns, &rows);
        picture = canvas_inside(canvas, 0, 0, columns, rows);
        text =
            canvas_inside(canvas, columns > 0 ? columns + 1 : 0, 0, canvas->width, canvas->height);
    }
    card_picture(&picture, card);
    draw_text(&text, card);
}
