#include "tui/term.h"

#include "support/clock.h"
#include "support/signals.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

enum {
    ESCAPE_DELAY_MS = 25,
    RESTORE_MAX = 256,
    OUTPUT_WAIT_MS = 1000,
    STACK_LEAST = 256, /* kB */
    GREY_FIRST = 232,  /* of the 256 colours: 24 greys */
    ORANGE = 166,      /* and one that stands out from white as well as from black */
};

static const double REPORT_SECONDS = 0.5; /* that a report of the mouse may take to arrive */

static SCREEN *screen;      /* NULL: the terminal is not ours */
static struct canvas shown; /* what is on the screen */
static bool use_colors, use_greys, use_mouse;
static struct mouse_reader mouse;
static double mouse_begun_at;
static struct pointer pointer; /* of the latest TERM_MOUSE */
static short grey_pairs[CANVAS_GREYS][CANVAS_GREYS];
static short next_pair;

/* What the emergency exit needs, made ready beforehand. */
static struct termios saved_modes;
static char restore_text[RESTORE_MAX];
static volatile sig_atomic_t restore_size;
static int terminal = -1, nowhere = -1; /* stdout's terminal, whatever stdout is; /dev/null */

bool term_wanted(void)
{
    const char *name = getenv("TERM");

    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
           !(name != NULL && strcmp(name, "dumb") == 0);
}

/* curses reads a terminal's description into buffers on the stack, a hundred kilobytes in all. */
static bool check_stack(struct error *error)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= STACK_LEAST * 1024)
        return true;
    return error_set(error, ERROR_SYSTEM,
                     "the stack is too small for the dashboard (expected at least %d kB, got %lu; "
                     "raise it with ulimit -s, or use --headless)",
                     STACK_LEAST, (unsigned long)limit.rlim_cur / 1024);
}

bool term_check(struct error *error)
{
    const char *name = getenv("TERM");
    int problem;

    if (!check_stack(error))
        return false;
    if (name == NULL || *name == '\0')
        return error_set(error, ERROR_SYSTEM,
                         "the terminal's kind is not known: TERM is not set (set it, or use "
                         "--headless)");
    if (setupterm(NULL, STDOUT_FILENO, &problem) != OK)
        return error_set(error, ERROR_SYSTEM,
                         "the terminal's kind is not known: TERM is %s (set TERM, or use "
                         "--headless)",
                         name);
    del_curterm(cur_term); /* newterm makes its own */
    return true;
}

/* ---- the emergency exit ---- */

static int append_restore(int character)
{
    if (restore_size < RESTORE_MAX)
        restore_text[restore_size++] = (char)character;
    return character;
}

static void prepare_restore(void)
{
    const char *const names[] = {"sgr0", "rmkx", "cnorm", "rmcup"};

    restore_size = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *text = tigetstr((char *)(uintptr_t)names[i]);
        if (text != NULL && text != (char *)-1)
            tputs(text, 1, append_restore);
    }
    for (const char *text = MOUSE_OFF; use_mouse && *text != '\0'; text++)
        append_restore(*text);
}

static bool takes_output(int timeout)
{
    struct pollfd output = {.fd = terminal, .events = POLLOUT};

    return poll(&output, 1, timeout) != 0;
}

/* The signals_set_restore() function. From here on what is drawn goes nowhere, by whichever thread;
 * where nobody reads, what waits to be read is dropped, as it would hold the process. */
static void restore(bool at_once)
{
    ssize_t ignored = 0;

    if (!at_once && takes_output(0))
        return;
    dup2(nowhere, STDOUT_FILENO);
    if (!takes_output(0))
        tcflush(terminal, TCOFLUSH);
    if (takes_output(OUTPUT_WAIT_MS))
        ignored = write(terminal, restore_text, (size_t)restore_size);
    (void)ignored; /* the modes can still be put back */
    tcsetattr(STDIN_FILENO, TCSANOW, &saved_modes);
}

static bool open_ways_out(struct error *error)
{
    if (terminal < 0)
        terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (nowhere < 0)
        nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (terminal < 0 || nowhere < 0)
        return error_set(error, ERROR_SYSTEM, "the terminal cannot be used: %s", strerror(errno));
    return true;
}

/* ---- the mouse ---- */

/* Reports are read here: curses would wait for the rest of one that does not come. */
enum { KEY_SGR_REPORT = KEY_MAX + 1, KEY_BYTES_REPORT };

static void report_mouse(bool report)
{
    putp(report ? MOUSE_ON : MOUSE_OFF);
    fflush(stdout);
}

static bool mouse_known(void)
{
    const char *text = tigetstr((char *)(uintptr_t) "kmous");

    return text != NULL && text != (char *)-1;
}

void term_use_mouse(bool use)
{
    if (!mouse_known())
        return;
    use_mouse = use;
    report_mouse(use);
    prepare_restore();
}

struct pointer term_pointer(void)
{
    return pointer;
}

/* ---- start and stop ---- */

/* With flow control Ctrl-S would hold the main thread in a write, deaf to keys and signals. */
static void clear_flow_control(void)
{
    struct termios modes;

    if (tcgetattr(STDOUT_FILENO, &modes) != 0)
        return;
    modes.c_iflag &= ~(tcflag_t)IXON;
    tcsetattr(STDOUT_FILENO, TCSANOW, &modes);
    def_prog_mode(); /* what curses comes back to */
}

/* Bright yellow is next to nothing on white; without its brightness it is weak there still. */
static short shade_of(short color_number)
{
    return color_number == COLOR_YELLOW && COLORS >= 256 ? ORANGE : color_number;
}

static void start_colors(const char *color)
{
    const char *no_color = getenv("NO_COLOR");
    bool refused = strcmp(color, "never") == 0 ||
                   (strcmp(color, "always") != 0 && no_color != NULL && *no_color != '\0');

    use_colors = !refused && has_colors() && start_color() == OK;
    use_greys = use_colors && COLORS >= 256 && COLOR_PAIRS >= 1024;
    memset(grey_pairs, 0, sizeof grey_pairs);
    next_pair = 0;
    if (!use_colors)
        return;
    next_pair = 1;
    use_default_colors();
    for (short color_number = COLOR_RED; color_number <= COLOR_CYAN; color_number++)
        init_pair(next_pair++, shade_of(color_number), -1); /* pair n: colour n, as it is here */
}

bool term_toggle_colors(void)
{
    if (next_pair == 0) /* refused at the start, but wanted now */
        start_colors("always");
    else
        use_colors = !use_colors && has_colors();
    use_greys = use_colors && COLORS >= 256 && COLOR_PAIRS >= 1024;
    return use_colors;
}

bool term_start(const char *color, struct error *error)
{
    if (!term_check(error) || !open_ways_out(error))
        return false;
    tcgetattr(STDIN_FILENO, &saved_modes);
    restore_size = 0;
    signals_set_restore(restore); /* first: newterm changes the modes, and SIGTSTP if it may */
    screen = newterm(NULL, stdout, stdin);
    if (screen == NULL) {
        signals_set_restore(NULL);
        return error_set(error, ERROR_SYSTEM,
                         "the terminal cannot be used: it lacks what full-screen programs need "
                         "(use --headless)");
    }
    prepare_restore();
    set_escdelay(ESCAPE_DELAY_MS);
    cbreak();
    noecho();
    nonl();
    clear_flow_control();
    curs_set(0);
    keypad(stdscr, TRUE);
    define_key(MOUSE_SGR_START, KEY_SGR_REPORT);
    define_key(MOUSE_BYTES_START, KEY_BYTES_REPORT);
    nodelay(stdscr, TRUE);
    start_colors(color);
    return true;
}

/* To who had it before, until the screen is sent again. */
static void give_back(void)
{
    if (use_mouse)
        report_mouse(false);
    endwin();
    signals_set_restore(NULL);
}

void term_stop(void)
{
    if (screen == NULL)
        return;
    if (!isendwin())
        give_back();
    dup2(terminal, STDOUT_FILENO);
    delscreen(screen);
    screen = NULL;
    canvas_free(&shown);
}

void term_size(int *width, int *height)
{
    *width = COLS > 0 ? COLS : 1;
    *height = LINES > 0 ? LINES : 1;
}

void term_resize(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
        resizeterm(size.ws_row, size.ws_col);
    canvas_free(&shown);
}

bool term_suspend(void)
{
    give_back();
    raise(SIGTSTP); /* its default action now; the next line runs when the process goes on */
    if (signals_ending() != 0)
        return false;
    signals_set_restore(restore);
    term_resize();
    refresh(); /* in the background this stops once more, so nothing may go before it */
    if (use_mouse)
        report_mouse(true);
    return true;
}

enum glyphs term_glyphs(void)
{
    const char *name = getenv("TERM");

    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        return GLYPHS_ASCII;
    return name != NULL && strcmp(name, "linux") == 0 ? GLYPHS_BLOCK : GLYPHS_BRAILLE;
}

bool term_greys(void)
{
    return use_greys;
}

/* ---- cells ---- */

struct look {
    attr_t attributes;
    short color; /* 0: the terminal's own */
};

static const struct look looks[STYLE_COUNT] = {
    [STYLE_PLAIN] = {A_NORMAL, 0},
    [STYLE_DIM] = {A_DIM, 0},
    [STYLE_BOLD] = {A_BOLD, 0},
    [STYLE_REVERSE] = {A_REVERSE, 0},
    [STYLE_BORDER] = {A_DIM, 0},
    [STYLE_FOCUS] = {A_BOLD, COLOR_CYAN},
    [STYLE_RAW] = {A_NORMAL, COLOR_BLUE},
    [STYLE_SMOOTH] = {A_BOLD, COLOR_CYAN},
    [STYLE_TEST] = {A_BOLD, COLOR_YELLOW},
    [STYLE_GHOST] = {A_DIM, 0},
    [STYLE_GOOD] = {A_BOLD, COLOR_GREEN},
    [STYLE_BAD] = {A_BOLD, COLOR_RED},
    [STYLE_WARNING] = {A_BOLD, COLOR_MAGENTA},
};

static short grey_pair(int fore, int back)
{
    short *pair = &grey_pairs[fore][back];

    if (*pair == 0) {
        *pair = next_pair++;
        init_pair(*pair, (short)(GREY_FIRST + fore), (short)(GREY_FIRST + back));
    }
    return *pair;
}

static void put_cell(int x, int y, const struct cell *cell)
{
    wchar_t text[2] = {(wchar_t)cell->glyph, L'\0'};
    struct look look = looks[cell->style];
    cchar_t wide;

    if (cell->style == STYLE_GREY && use_greys)
        look.color = grey_pair(cell->fore, cell->back);
    setcchar(&wide, text, look.attributes, use_colors ? look.color : 0, NULL);
    mvadd_wch(y, x, &wide);
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return a->glyph == b->glyph && a->style == b->style && a->fore == b->fore && a->back == b->back;
}

void term_show(const struct canvas *canvas, bool all)
{
    bool fresh = shown.width != canvas->width || shown.height != canvas->height;
    struct error ignored;

    if (fresh) {
        canvas_free(&shown);
        if (!canvas_new(&shown, canvas->width, canvas->height, &ignored))
            return; /* the next frame tries again */
    }
    if (fresh || all)
        clear();
    for (int y = 0; y < canvas->height; y++) {
        for (int x = 0; x < canvas->width; x++) {
            const struct cell *cell = &canvas->cells[y * canvas->pitch + x];
            struct cell *before = &shown.cells[y * shown.pitch + x];
            if (!fresh && !all && same_cell(cell, before))
                continue;
            put_cell(x, y, cell);
            *before = *cell;
        }
    }
    refresh();
}

/* ---- keys ---- */

static int name_key(int key)
{
    static const struct {
        int curses, key;
    } keys[] = {
        {KEY_UP, TERM_UP},         {KEY_DOWN, TERM_DOWN},
        {KEY_LEFT, TERM_LEFT},     {KEY_RIGHT, TERM_RIGHT},
        {KEY_PPAGE, TERM_PAGE_UP}, {KEY_NPAGE, TERM_PAGE_DOWN},
        {KEY_HOME, TERM_HOME},     {KEY_END, TERM_END},
        {KEY_BTAB, TERM_BACK_TAB}, {KEY_F(1), TERM_F1},
        {KEY_F(10), TERM_F10},     {KEY_ENTER, TERM_ENTER},
        {'\n', TERM_ENTER},        {KEY_BACKSPACE, TERM_BACKSPACE},
        {127, TERM_BACKSPACE},     {'\b', TERM_BACKSPACE},
        {KEY_DC, TERM_DELETE},
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (keys[i].curses == key)
            return keys[i].key;
    return key > 0 && key < 0x80 ? key : TERM_OTHER;
}

int term_key(void)
{
    for (;;) {
        int key = getch();
        enum mouse_result result = MOUSE_INVALID;

        if (key == ERR)
            return TERM_NONE;
        if (mouse.kind != MOUSE_NONE && clock_seconds() - mouse_begun_at < REPORT_SECONDS)
            result = mouse_read(&mouse, key, &pointer);
        if (result == MOUSE_POINTER)
            return TERM_MOUSE;
        if (result == MOUSE_IGNORED)
            return TERM_OTHER;
        if (result == MOUSE_MORE)
            continue;
        mouse.kind = MOUSE_NONE;
        if (key != KEY_SGR_REPORT && key != KEY_BYTES_REPORT)
            return name_key(key);
        mouse_begin(&mouse, key == KEY_SGR_REPORT ? MOUSE_SGR : MOUSE_BYTES);
        mouse_begun_at = clock_seconds();
    }
}

bool term_alive(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    int waiting = 0;

    if (poll(&input, 1, 0) <= 0)
        return true;
    if ((input.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
        return false;
    return ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting > 0;
}
