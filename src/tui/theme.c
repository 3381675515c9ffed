#include "tui/theme.h"

#include <string.h>

enum {
    D = LOOK_DEFAULT,
    GREY_FIRST = 232, /* of the 256 colours: 24 greys */
    BLUE = 4,         /* of the first eight */
    RED = 1,
    GREEN = 2,
    YELLOW = 3,
    MAGENTA = 5,
    CYAN = 6,
    REVERSE_TEXT = 8, /* reverse, except for blocks and dots: they would show what they are not */
};

/* The looks of a style. */
struct style_looks {
    struct look looks[THEME_COUNT];
};

#define B LOOK_BOLD
#define R LOOK_REVERSE

/* clang-format off */
static const struct style_looks styles[STYLE_COUNT] = {
    /*                   dark           light          16 colours         monochrome */
    [STYLE_PLAIN]    = {{{0, D, D},     {0, D, D},     {0, D, D},         {0, D, D}}},
    [STYLE_DIM]      = {{{0, 245, D},   {0, 242, D},   {LOOK_DIM, D, D},  {LOOK_DIM, D, D}}},
    [STYLE_BOLD]     = {{{B, D, D},     {B, D, D},     {B, D, D},         {B, D, D}}},
    [STYLE_REVERSE]  = {{{R, D, D},     {R, D, D},     {R, D, D},         {R, D, D}}},
    [STYLE_SELECTED] = {{{0, 16, 39},   {0, 231, 25},  {R, D, D},         {R, D, D}}},
    [STYLE_KEY]      = {{{B, 45, D},    {B, 25, D},    {B, CYAN, D},      {B, D, D}}},
    [STYLE_BORDER]   = {{{0, 239, D},   {0, 250, D},   {LOOK_DIM, D, D},  {LOOK_DIM, D, D}}},
    [STYLE_FOCUS]    = {{{0, 39, D},    {0, 25, D},    {B, CYAN, D},      {B, D, D}}},
    [STYLE_TITLE]    = {{{B, 39, D},    {B, 25, D},    {B, CYAN, D},      {B, D, D}}},
    [STYLE_RAW]      = {{{0, 31, D},    {0, 74, D},    {0, BLUE, D},      {0, D, D}}},
    [STYLE_SMOOTH]   = {{{B, 45, D},    {B, 25, D},    {B, CYAN, D},      {B, D, D}}},
    [STYLE_TEST]     = {{{B, 208, D},   {B, 166, D},   {B, YELLOW, D},    {B, D, D}}},
    [STYLE_GHOST]    = {{{0, 245, D},   {0, 242, D},   {LOOK_DIM, D, D},  {LOOK_DIM, D, D}}},
    [STYLE_SECOND]   = {{{0, 146, D},   {0, 97, D},    {0, MAGENTA, D},   {0, D, D}}},
    [STYLE_GOOD]     = {{{0, 78, D},    {0, 28, D},    {B, GREEN, D},     {B, D, D}}},
    [STYLE_BAD]      = {{{0, 203, D},   {0, 160, D},   {B, RED, D},       {REVERSE_TEXT, D, D}}},
    [STYLE_WARNING]  = {{{0, 220, D},   {0, 130, D},   {B, YELLOW, D},    {B, D, D}}},
    [STYLE_REPLAY]   = {{{0, 177, D},   {0, 90, D},    {B, MAGENTA, D},   {REVERSE_TEXT, D, D}}},
    [STYLE_NEGATIVE] = {{{0, 172, D},   {0, 130, D},   {0, YELLOW, D},    {0, D, D}}},
    [STYLE_POSITIVE] = {{{0, 39, D},    {0, 25, D},    {0, BLUE, D},      {0, D, D}}},
};

/* Inks other than greys. */
static const uint8_t inks[INK_COUNT][2] = {
    /*                  dark  light */
    [INK_SIGN + 0]   = {222,   94},
    [INK_SIGN + 1]   = {214,  130},
    [INK_SIGN + 2]   = {172,  172},
    [INK_SIGN + 3]   = {130,  214},
    [INK_SIGN + 4]   = { 94,  222},
    [INK_SIGN + 5]   = {236,  254},
    [INK_SIGN + 6]   = {234,  255},
    [INK_SIGN + 7]   = {236,  254},
    [INK_SIGN + 8]   = { 24,  117},
    [INK_SIGN + 9]   = { 25,   39},
    [INK_SIGN + 10]  = { 32,   32},
    [INK_SIGN + 11]  = { 39,   25},
    [INK_SIGN + 12]  = {117,   24},
    [INK_COLD + 0]   = {235,  254},
    [INK_COLD + 1]   = {237,  252},
    [INK_COLD + 2]   = { 24,  195},
    [INK_COLD + 3]   = { 25,  117},
    [INK_COLD + 4]   = { 31,   75},
    [INK_COLD + 5]   = { 39,   32},
    [INK_COLD + 6]   = {117,   25},
    [INK_COLD + 7]   = {195,   17},
    [INK_WARM + 0]   = {235,  254},
    [INK_WARM + 1]   = {237,  252},
    [INK_WARM + 2]   = { 94,  229},
    [INK_WARM + 3]   = {130,  222},
    [INK_WARM + 4]   = {172,  214},
    [INK_WARM + 5]   = {214,  172},
    [INK_WARM + 6]   = {222,  130},
    [INK_WARM + 7]   = {229,   94},
    [INK_HEAT + 0]   = {235,  254},
    [INK_HEAT + 1]   = { 52,  224},
    [INK_HEAT + 2]   = { 88,  217},
    [INK_HEAT + 3]   = {124,  210},
    [INK_HEAT + 4]   = {160,  203},
    [INK_CLASS + 0]  = { 39,   25},
    [INK_CLASS + 1]  = {208,  166},
    [INK_CLASS + 2]  = { 78,   28},
    [INK_CLASS + 3]  = {203,  160},
    [INK_CLASS + 4]  = {141,   91},
    [INK_CLASS + 5]  = {220,  136},
    [INK_CLASS + 6]  = { 51,   30},
    [INK_CLASS + 7]  = {205,  162},
    [INK_CLASS + 8]  = {252,  240},
    [INK_CLASS + 9]  = {143,   58},
    [INK_RIGHT]      = { 22,  194},
    [INK_BAND_WIDE]  = {235,  254},
    [INK_BAND]       = {238,  251},
    [INK_BAR]        = { 31,   74},
    [INK_TRACK]      = {236,  253},
    [INK_GRID]       = {237,  252},
    [INK_ROW]        = { 24,  153},
    [INK_BLACK]      = { 16,  231},
    [INK_WHITE]      = {231,   16},
    [INK_FOCUS]      = { 39,   25},
    [INK_TRAIN]      = { 45,   25},
    [INK_TEST]       = {208,  166},
    [INK_SECOND]     = {146,   97},
    [INK_GOOD]       = { 78,   28},
    [INK_BAD]        = {203,  160},
    [INK_WARNING]    = {220,  130},
    [INK_REPLAY]     = {177,   90},
    [INK_DIM]        = {245,  242},
    [INK_BORDER]     = {239,  250},
};
/* clang-format on */

#undef B
#undef R

enum theme theme_named(const char *name)
{
    return strcmp(name, "light") == 0  ? THEME_LIGHT
           : strcmp(name, "mono") == 0 ? THEME_MONO
                                       : THEME_DARK;
}

bool theme_has_inks(enum theme theme)
{
    return theme == THEME_DARK || theme == THEME_LIGHT;
}

/* Pixels look the same in both: 0 is black. */
static int16_t color_of(enum theme theme, uint8_t ink)
{
    return ink >= INK_GREY && ink < INK_GREY + INK_GREYS ? (int16_t)(GREY_FIRST + ink - INK_GREY)
                                                         : inks[ink][theme == THEME_LIGHT];
}

/* Whether the glyph is a block or braille dots. */
static bool is_drawing(uint32_t glyph)
{
    return (glyph >= 0x2580 && glyph <= 0x259F) || (glyph >= 0x2800 && glyph <= 0x28FF);
}

struct look theme_look(enum theme theme, const struct cell *cell)
{
    struct look look = styles[cell->style].looks[theme];

    if ((look.attributes & REVERSE_TEXT) != 0)
        look.attributes = is_drawing(cell->glyph) ? LOOK_BOLD : LOOK_REVERSE;
    if (!theme_has_inks(theme))
        return look;
    if (cell->fore != INK_NONE)
        look.fore = color_of(theme, cell->fore);
    if (cell->back != INK_NONE)
        look.back = color_of(theme, cell->back);
    return look;
}

/* ---- pictures ---- */

uint32_t theme_rgb(int color)
{
    static const uint32_t first[] = {0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD,
                                     0x00CDCD, 0xE5E5E5, 0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00,
                                     0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF};
    static const uint32_t levels[] = {0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF};

    if (color < 16)
        return first[color];
    if (color >= GREY_FIRST)
        return (uint32_t)(8 + 10 * (color - GREY_FIRST)) * 0x010101;
    color -= 16;
    return levels[color / 36] << 16 | levels[color / 6 % 6] << 8 | levels[color % 6];
}

uint32_t theme_rgb_back(enum theme theme)
{
    return theme == THEME_LIGHT ? 0xFFFFFF : 0x121212;
}

uint32_t theme_rgb_text(enum theme theme)
{
    return theme == THEME_LIGHT ? 0x303030 : 0xCCCCCC;
}
