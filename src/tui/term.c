#include "tui/term.h"

#include "support/clock.h"
#include "support/signals.h"
#include "tui/background.h"
#include "tui/output.h"

#include <curses.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

enum {
    ESCAPE_DELAY_MS = 25,
    RESTORE_MAX = 256,
    STACK_LEAST = 256, /* kB */
    CELL_BYTES = 256,  /* that a cell may need to move the cursor, set its look and draw it */
    COLUMNS_MAX = 4096,
    ROWS_MAX = 1024,
    LEAVE_WAIT_MS = 1000,     /* that a fault waits for the main thread to change the modes */
    KEPT_MAX = 256,           /* keys that are read while the terminal is asked */
    SHRINK_LEAST = 256 * 256, /* cells; without memory for these there is not enough for anything */
};

static const double REPORT_SECONDS = 0.5; /* in which a report of the terminal must arrive */
static const double ANSWER_SECONDS = 0.1; /* that the terminal may take to tell its background */

/* Curses reads the keys and the terminal's description; it draws nothing. */
static SCREEN *curses; /* NULL: not started */
static FILE *curses_file;
static WINDOW *keyboard;
static struct mouse_reader mouse;
static struct background_reader background;
static double report_begun_at; /* by the mouse or the background */
static struct pointer pointer; /* of the latest TERM_MOUSE */
static int kept[KEPT_MAX];     /* keys that term_key() returns first: */
static int kept_next, kept_count;

static struct canvas shown;    /* the canvas on the screen, or on its way there */
static int shown_next;         /* the next cell to send */
static bool wiped;             /* the screen was cleared for `shown` */
static int cursor_x, cursor_y; /* in the terminal; -1: unknown */
static enum theme shown_theme; /* of `shown` */
static struct look last_look;  /* the terminal's present look */
static bool use_colors;
static bool asks_background;     /* the theme is auto, */
static bool asked;               /* the terminal has not answered */
static bool light;               /* its background, or the theme */
static bool use_mouse, mouse_on; /* the wanted state, and the terminal's */

/* Prepared in advance for the emergency exit. */
static struct termios saved_modes, own_modes;
static char restore_text[RESTORE_MAX];
static volatile sig_atomic_t restore_size;
static volatile sig_atomic_t taken; /* it has our modes, which must be restored */
static bool drawn_on;               /* and our screen */

/* A fault on another thread restores the modes while the main thread may be changing them. Each of
 * the two sets its flag before it looks at the other's, so the saved modes always come last. */
static atomic_bool changing; /* the main thread is setting our modes */
static atomic_bool leaving;  /* the process is about to end: they must not be set again */
static pthread_t main_thread;

/* ---- whether it can be used ---- */

bool term_wanted(void)
{
    const char *name = getenv("TERM");

    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
           !(name != NULL && strcmp(name, "dumb") == 0);
}

/* curses reads a terminal's description into buffers on the stack, about a hundred kilobytes in
 * all. */
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

/* A session has one terminal, whatever names it was opened by. */
static bool one_terminal(void)
{
    struct stat in, out;

    return (tcgetsid(STDIN_FILENO) >= 0 && tcgetsid(STDOUT_FILENO) >= 0) ||
           (fstat(STDIN_FILENO, &in) == 0 && fstat(STDOUT_FILENO, &out) == 0 &&
            in.st_rdev == out.st_rdev);
}

bool term_check(struct error *error)
{
    const char *name = getenv("TERM");
    int problem;

    if (!check_stack(error))
        return false;
    if (!one_terminal())
        return error_set(error, ERROR_SYSTEM,
                         "the keyboard and the screen are two terminals (start the program on one "
                         "for both, or use --headless)");
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
    const char *const texts[] = {exit_attribute_mode, keypad_local, cursor_normal, exit_ca_mode};

    restore_size = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i] != NULL)
            tputs(texts[i], 1, append_restore);
    for (const char *text = MOUSE_OFF; use_mouse && *text != '\0'; text++)
        append_restore(*text);
}

/* Whether no other job of the shell has the terminal. */
static bool in_foreground(void)
{
    const pid_t group = tcgetpgrp(STDIN_FILENO);

    return group < 0 || group == getpgrp();
}

/* Restores the terminal if it is ours. Async-signal-safe. */
static void restore(void)
{
    output_hide();
    if (!taken || !in_foreground())
        return;
    output_last(restore_text, restore_size);
    tcsetattr(STDIN_FILENO, TCSANOW, &saved_modes);
    taken = false;
}

/* The restore function of signals_set_screen(): the same just before the process ends, on any
 * thread. */
static void restore_at_last(void)
{
    atomic_store(&leaving, true);
    if (!pthread_equal(pthread_self(), main_thread))
        for (int i = 0; atomic_load(&changing) && i < LEAVE_WAIT_MS; i++)
            poll(NULL, 0, 1);
    restore();
}

/* Begins to change the modes, on the main thread. False if the process is about to end. */
static bool begin_change(void)
{
    atomic_store(&changing, true);
    if (!atomic_load(&leaving))
        return true;
    atomic_store(&changing, false);
    return false;
}

/* ---- the mouse ---- */

/* Reports are read here: curses would wait for the rest of an incomplete one. */
enum { KEY_SGR_REPORT = KEY_MAX + 1, KEY_BYTES_REPORT, KEY_BACKGROUND_REPORT };

void term_use_mouse(bool use)
{
    if (key_mouse == NULL)
        return;
    use_mouse = use;
    prepare_restore();
}

struct pointer term_pointer(void)
{
    return pointer;
}

/* ---- start and stop ---- */

static bool has_own_colors(void)
{
    return max_colors >= 8 && set_a_foreground != NULL && orig_pair != NULL;
}

static bool refuses_colors(const char *color)
{
    const char *no_color = getenv("NO_COLOR");

    return strcmp(color, "never") == 0 ||
           (strcmp(color, "always") != 0 && no_color != NULL && *no_color != '\0');
}

enum theme term_theme(void)
{
    if (!use_colors)
        return THEME_MONO;
    if (max_colors < 256 || set_a_background == NULL)
        return THEME_COLORS;
    return light ? THEME_LIGHT : THEME_DARK;
}

bool term_inks(void)
{
    return theme_has_inks(term_theme());
}

/* The answer comes as a key, see read_background(). */
static void ask_background(void)
{
    asked = asks_background && term_inks();
    if (asked)
        output_text(BACKGROUND_ASK);
}

void term_set_theme(const char *name)
{
    use_colors = strcmp(name, "mono") != 0 && has_own_colors();
    asks_background = strcmp(name, "auto") == 0;
    light = strcmp(name, "light") == 0;
    if (drawn_on)
        ask_background();
}

bool term_toggle_colors(void)
{
    use_colors = !use_colors && has_own_colors();
    return use_colors;
}

/* Curses gets the terminal only for reading: it sets the modes, and anything it would draw
 * fails. */
static bool start_curses(void)
{
    int file = output_open_terminal(O_RDONLY);

    use_env(FALSE); /* nor does it set the size */
    if (file < 0 || (curses_file = fdopen(file, "r")) == NULL ||
        (curses = newterm(NULL, curses_file, stdin)) == NULL ||
        (keyboard = newpad(1, 1)) == NULL) /* reading from a pad draws nothing */
        return false;
    set_escdelay(ESCAPE_DELAY_MS);
    cbreak();
    noecho();
    nonl();
    meta(keyboard, TRUE);
    keypad(keyboard, TRUE);
    nodelay(keyboard, TRUE);
    define_key(MOUSE_SGR_START, KEY_SGR_REPORT);
    define_key(MOUSE_BYTES_START, KEY_BYTES_REPORT);
    define_key(BACKGROUND_START, KEY_BACKGROUND_REPORT);
    return cursor_address != NULL && clear_screen != NULL;
}

static void stop_curses(void)
{
    if (keyboard != NULL)
        delwin(keyboard);
    if (curses != NULL)
        delscreen(curses);
    if (curses_file != NULL)
        fclose(curses_file);
    keyboard = NULL;
    curses = NULL;
    curses_file = NULL;
}

bool term_start(const char *color, const char *theme, struct error *error)
{
    if (!term_check(error) || !output_open(error))
        return false;
    tcgetattr(STDIN_FILENO, &saved_modes);
    main_thread = pthread_self();
    restore_size = 0;
    taken = true;
    signals_set_screen(restore_at_last, output_hide); /* first: curses changes the modes */
    const bool started = begin_change() && start_curses();
    atomic_store(&changing, false);
    if (!started) {
        term_stop();
        return error_set(error, ERROR_SYSTEM,
                         "the terminal cannot be used: it lacks what full-screen programs need "
                         "(use --headless)");
    }
    tcgetattr(STDIN_FILENO, &own_modes);
    own_modes.c_iflag &= ~(tcflag_t)IXON; /* Ctrl-S is an ordinary key here */
    term_set_theme(theme);
    use_colors = use_colors && !refuses_colors(color);
    prepare_restore();
    return true;
}

static void give_back(void)
{
    output_drop(); /* the screen's content is dropped, too */
    restore();
    drawn_on = drawn_on && taken;
    signals_set_screen(NULL, NULL);
}

void term_stop(void)
{
    give_back();
    stop_curses();
    canvas_free(&shown);
}

static void send_text(const char *text)
{
    if (text != NULL)
        tputs(text, 1, output_byte);
}

static void await_background(void);

bool term_take(void)
{
    if (!in_foreground() || !begin_change())
        return false;
    taken = true;
    tcsetattr(STDIN_FILENO, TCSANOW, &own_modes);
    atomic_store(&changing, false);
    output_unhide();
    if (!in_foreground()) { /* stopped meanwhile, and no longer in the foreground */
        output_hide();
        return false;
    }
    output_drop();
    if (!drawn_on)
        send_text(enter_ca_mode);
    send_text(keypad_xmit);
    send_text(cursor_invisible);
    drawn_on = true;
    mouse_on = false;
    wiped = false;
    ask_background();
    await_background();
    return true;
}

void term_suspend(void)
{
    give_back();
    raise(SIGTSTP); /* now its default action; the next line runs when the process continues */
    signals_set_screen(restore_at_last, output_hide);
}

static void read_size(int *width, int *height)
{
    struct winsize size;
    const bool known =
        ioctl(output_terminal(), TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0;

    *width = known ? size.ws_col : 80;
    *height = known ? size.ws_row : 24;
    *width = *width < COLUMNS_MAX ? *width : COLUMNS_MAX;
    *height = *height < ROWS_MAX ? *height : ROWS_MAX;
}

bool term_fit(struct canvas *canvas, struct error *error)
{
    int width, height;

    read_size(&width, &height);
    for (;;) {
        canvas_free(canvas);
        canvas_free(&shown);
        if (canvas_new(canvas, width, height, error) && canvas_new(&shown, width, height, error))
            break;
        if (width * height < SHRINK_LEAST)
            return false;
        *(width > height ? &width : &height) /= 2;
    }
    wiped = false;
    return true;
}

enum glyphs term_glyphs(void)
{
    const char *name = getenv("TERM");

    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        return GLYPHS_ASCII;
    return name != NULL && strcmp(name, "linux") == 0 ? GLYPHS_BLOCK : GLYPHS_BRAILLE;
}

/* ---- cells ---- */

static const struct look plain_look = {0, LOOK_DEFAULT, LOOK_DEFAULT};

/* Some terminals cannot show colours together with every attribute; curses lists these
 * attributes. */
static void send_attributes(int attributes, bool colored)
{
    enum { NCV_REVERSE = 4, NCV_DIM = 16, NCV_BOLD = 32 };
    const int refused = colored && no_color_video > 0 ? no_color_video : 0;

    if (magic_cookie_glitch > 0) /* attributes would take cells */
        return;
    if ((attributes & LOOK_BOLD) != 0 && (refused & NCV_BOLD) == 0)
        send_text(enter_bold_mode);
    if ((attributes & LOOK_DIM) != 0 && (refused & NCV_DIM) == 0)
        send_text(enter_dim_mode);
    if ((attributes & LOOK_REVERSE) != 0 && (refused & NCV_REVERSE) == 0)
        send_text(enter_reverse_mode);
}

static void send_plain_look(void)
{
    send_text(exit_attribute_mode);
    if (has_own_colors())
        send_text(orig_pair);
    last_look = plain_look;
}

static bool has_color(const struct look *look)
{
    return look->fore != LOOK_DEFAULT || look->back != LOOK_DEFAULT;
}

/* Whether the terminal must forget its present look first: attributes and colours can only be taken
 * away together, and which attributes it shows may depend on colours. */
static bool needs_plain_look(const struct look *look)
{
    return look->attributes != last_look.attributes ||
           (look->fore == LOOK_DEFAULT && last_look.fore != LOOK_DEFAULT) ||
           (look->back == LOOK_DEFAULT && last_look.back != LOOK_DEFAULT) ||
           (look->attributes != 0 && has_color(look) != has_color(&last_look));
}

/* Sends what differs from the present look. */
static void send_look(const struct look *look)
{
    if (needs_plain_look(look)) {
        send_plain_look();
        send_attributes(look->attributes, has_color(look));
    }
    if (look->fore != last_look.fore)
        send_text(tiparm(set_a_foreground, look->fore));
    if (look->back != last_look.back)
        send_text(tiparm(set_a_background, look->back));
    last_look = *look;
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return a->glyph == b->glyph && a->style == b->style && a->fore == b->fore && a->back == b->back;
}

static void send_glyph(uint32_t glyph)
{
    char bytes[MB_LEN_MAX];
    mbstate_t state = {0};
    size_t length = wcrtomb(bytes, (wchar_t)glyph, &state);

    if (length == (size_t)-1)
        output_byte('?');
    for (size_t i = 0; length != (size_t)-1 && i < length; i++)
        output_byte(bytes[i]);
}

static void send_cell(int x, int y, const struct cell *cell)
{
    const int after = x + (cell->wide ? 2 : 1);

    if (after == shown.width && y == shown.height - 1 && auto_right_margin && !eat_newline_glitch)
        return; /* the terminal would scroll */
    if (x != cursor_x || y != cursor_y) {
        if (!move_standout_mode)
            send_plain_look();
        send_text(tiparm(cursor_address, y, x));
    }
    const struct look look = theme_look(shown_theme, cell);
    send_look(&look);
    send_glyph(cell->glyph);
    /* Terminals differ in the place after the last column, and in which glyphs are wide. */
    cursor_x = after < shown.width && !cell->wide ? after : -1;
    cursor_y = y;
}

static void wipe(void)
{
    send_plain_look();
    send_text(clear_screen);
    canvas_clear(&shown);
    cursor_x = cursor_y = -1;
    wiped = true;
}

static bool has_room(void)
{
    return output_room() >= CELL_BYTES || output_send() || output_room() >= CELL_BYTES;
}

bool term_show(const struct canvas *canvas, bool all)
{
    const int count = shown.width * shown.height;

    wiped = wiped && !all && shown_theme == term_theme();
    shown_theme = term_theme();
    if (!has_room())
        return false;
    if (!wiped)
        wipe();
    if (mouse_on != use_mouse)
        output_text(use_mouse ? MOUSE_ON : MOUSE_OFF);
    mouse_on = use_mouse;
    for (int i = 0; i < count; i++, shown_next++) {
        shown_next = shown_next < count ? shown_next : 0;
        const struct cell *cell = &canvas->cells[shown_next];
        struct cell *before = &shown.cells[shown_next];
        if (cell->glyph == CANVAS_REST || same_cell(cell, before))
            continue;
        if (!has_room())
            return false;
        send_cell(shown_next % shown.width, shown_next / shown.width, cell);
        *before = *cell;
        if (cell->wide)
            before[1] = cell[1];
    }
    return output_send();
}

int term_output(void)
{
    return output_terminal();
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

/* Whether the key belongs to a mouse report; *result is then a key, or TERM_NONE. */
static bool read_mouse(int key, int *result)
{
    if (mouse.kind == MOUSE_NONE)
        return false;
    const enum mouse_result read = mouse_read(&mouse, key, &pointer);
    *result = read == MOUSE_POINTER ? TERM_MOUSE : read == MOUSE_IGNORED ? TERM_OTHER : TERM_NONE;
    return read != MOUSE_INVALID;
}

/* The same for the answer about the background. */
static bool read_background(int key, int *result)
{
    if (!background.reading)
        return false;
    const enum theme before = term_theme();
    const enum background_result read = background_read(&background, key);
    if (asks_background && (read == BACKGROUND_DARK || read == BACKGROUND_LIGHT))
        light = read == BACKGROUND_LIGHT;
    asked = asked && background.reading;
    *result = term_theme() != before ? TERM_REDRAW : TERM_NONE;
    return read != BACKGROUND_INVALID;
}

/* Whether the key begins a report. */
static bool begin_report(int key)
{
    mouse.kind = MOUSE_NONE;
    background.reading = false;
    if (key == KEY_BACKGROUND_REPORT)
        background_begin(&background);
    else if (key == KEY_SGR_REPORT || key == KEY_BYTES_REPORT)
        mouse_begin(&mouse, key == KEY_SGR_REPORT ? MOUSE_SGR : MOUSE_BYTES);
    report_begun_at = clock_seconds();
    return background.reading || mouse.kind != MOUSE_NONE;
}

static int read_key(void)
{
    for (int key, result = TERM_NONE; (key = wgetch(keyboard)) != ERR;) {
        const bool late = clock_seconds() - report_begun_at >= REPORT_SECONDS;
        if (!late && (read_mouse(key, &result) || read_background(key, &result))) {
            if (result != TERM_NONE)
                return result;
        } else if (!begin_report(key)) {
            return name_key(key);
        }
    }
    return TERM_NONE;
}

int term_key(void)
{
    return kept_next < kept_count ? kept[kept_next++] : read_key();
}

/* Waits until the terminal has told its background, but not long. Keys that come first are kept. */
static void await_background(void)
{
    const double until = clock_seconds() + ANSWER_SECONDS;

    if (kept_next == kept_count)
        kept_next = kept_count = 0;
    output_send();
    while (asked && kept_count < KEPT_MAX) {
        const int key = read_key();
        const double left = until - clock_seconds();
        if (key != TERM_NONE)
            kept[kept_count++] = key;
        else if (left > 0.0)
            poll(&(struct pollfd){.fd = STDIN_FILENO, .events = POLLIN}, 1, (int)(1e3 * left) + 1);
        else
            return;
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
