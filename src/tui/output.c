#include "tui/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { LAST_TRIES = 100, LAST_WAIT_MS = 250 };

static char buffer[OUTPUT_SIZE];
static int begin, end; /* of its contents */

/* Of one opened terminal; `screen` is /dev/null after output_hide(). */
static int terminal = -1, screen = -1, nowhere = -1;

/* /dev/tty names the session's terminal, and needs no permission for the terminal's own file, which
 * after su belongs to another user. */
int output_open_terminal(int flags)
{
    const char *name = tcgetsid(STDOUT_FILENO) >= 0 ? "/dev/tty" : ttyname(STDOUT_FILENO);

    return name != NULL ? open(name, flags | O_NOCTTY | O_CLOEXEC) : -1;
}

bool output_open(struct error *error)
{
    if (terminal < 0)
        terminal = output_open_terminal(O_WRONLY | O_NONBLOCK);
    if (nowhere < 0)
        nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (screen < 0 && terminal >= 0)
        screen = fcntl(terminal, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (terminal >= 0 && nowhere >= 0 && screen >= 0)
        return true;
    return error_set(error, ERROR_SYSTEM, "the terminal cannot be opened: %s (use --headless)",
                     strerror(errno));
}

int output_terminal(void)
{
    return terminal;
}

int output_room(void)
{
    return OUTPUT_SIZE - end;
}

int output_byte(int byte)
{
    if (end < OUTPUT_SIZE)
        buffer[end++] = (char)byte;
    return byte;
}

void output_text(const char *text)
{
    while (*text != '\0')
        output_byte(*text++);
}

void output_drop(void)
{
    begin = end = 0;
}

bool output_send(void)
{
    while (begin < end) {
        ssize_t sent = write(screen, buffer + begin, (size_t)(end - begin));
        if (sent > 0) {
            begin += (int)sent;
        } else if (sent == 0 || errno == EAGAIN || errno == EWOULDBLOCK) {
            memmove(buffer, buffer + begin, (size_t)(end - begin));
            end -= begin;
            begin = 0;
            return false;
        } else if (errno != EINTR) {
            break; /* hung up: there is no reader */
        }
    }
    output_drop();
    return true;
}

void output_hide(void)
{
    dup2(nowhere, screen);
}

void output_unhide(void)
{
    dup2(terminal, screen);
}

void output_last(const char *text, int size)
{
    struct pollfd room = {.fd = terminal, .events = POLLOUT};
    bool flushed = false;

    for (int tries = 0; size > 0 && tries < LAST_TRIES; tries++) {
        ssize_t sent = write(terminal, text, (size_t)size);
        if (sent > 0) {
            text += sent;
            size -= (int)sent;
        } else if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
            return; /* hung up */
        } else if (poll(&room, 1, LAST_WAIT_MS) == 0) {
            if (flushed)
                return;
            tcflush(terminal, TCOFLUSH);
            flushed = true;
        }
    }
}
