/*
 * fault_shim.c -- makes library calls of a program fail on demand, for tests/faults.sh.
 *
 * Preloaded (LD_PRELOAD) into a dynamically linked program on Linux with glibc. From the start of
 * main() to its end it counts calls, one count a family for all threads together:
 *   alloc   malloc, calloc, realloc, aligned_alloc, posix_memalign, also from within libraries
 *   open    open, openat
 *   read    of regular files, as nothing else fails the way a disk does
 *   write   to regular files; stdio writes past this shim, /dev/full is there for it
 *   fsync, close    of regular files and directories; a close that fails has closed
 *   rename
 *   thread  pthread_create
 *   clock   clock_gettime of the time of day
 * FAULTS has rules FAMILY:FIRST:TIMES:EFFECT with commas between them. FIRST is the number of the
 * call, from 1; TIMES is once or always, from there on; EFFECT is the errno to fail with, such as
 * EIO (EROFS fails only those opens that are to write), or "short" (half of what was asked for is
 * read or written), or "back" (the clock shows an hour less than the time before). FAULTS_REPORT
 * names a file that gets the counts, a line a family, when main returns.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum family { ALLOC, OPEN, READ, WRITE, FSYNC, RENAME, CLOSE, THREAD, CLOCK, FAMILY_COUNT };

static const char *const family_names[] = {
    "alloc", "open", "read", "write", "fsync", "rename", "close", "thread", "clock",
};

enum { RULES_MAX = 8, SPECIAL = -1 /* an effect that is no errno */ };

struct rule {
    enum family family;
    long first;
    bool always;
    int effect;
};

static struct rule rules[RULES_MAX];
static int rule_count;
static atomic_bool running; /* main has begun and not ended */
static atomic_long calls[FAMILY_COUNT];

/* ---- the rules ---- */

static int find_name(const char *name, const char *const names[], int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    fprintf(stderr, "fault_shim: '%s' is unknown in FAULTS\n", name);
    _exit(99);
}

static int read_effect(const char *name)
{
    static const char *const names[] = {"short", "back",   "EAGAIN", "EDQUOT", "EINTR",
                                        "EIO",   "EMFILE", "ENOMEM", "ENOSPC", "EROFS"};
    static const int effects[] = {SPECIAL, SPECIAL, EAGAIN, EDQUOT, EINTR,
                                  EIO,     EMFILE,  ENOMEM, ENOSPC, EROFS};

    return effects[find_name(name, names, sizeof names / sizeof names[0])];
}

static void read_rules(const char *text)
{
    char family[16], times[16], effect[16];
    long first;
    int length;

    while (rule_count < RULES_MAX && sscanf(text, "%15[a-z]:%ld:%15[a-z]:%15[A-Za-z]%n", family,
                                            &first, times, effect, &length) == 4) {
        rules[rule_count++] = (struct rule){
            .family = (enum family)find_name(family, family_names, FAMILY_COUNT),
            .first = first,
            .always = strcmp(times, "always") == 0,
            .effect = read_effect(effect),
        };
        text += length;
        text += *text == ',';
    }
    find_name(text, (const char *const[]){""}, 1); /* nothing may be left */
}

/* Counts a call. Returns what it must come to: 0, an errno (and sets it), or SPECIAL. */
static int next_fault(enum family family)
{
    if (!running)
        return 0;
    long number = ++calls[family];
    for (int i = 0; i < rule_count; i++) {
        const struct rule *rule = &rules[i];
        if (rule->family != family || number < rule->first ||
            (number > rule->first && !rule->always))
            continue;
        if (rule->effect > 0)
            errno = rule->effect;
        return rule->effect;
    }
    return 0;
}

/* ---- main ---- */

typedef int main_function(int, char **, char **);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void),
                           void (*)(void), void *);

static main_function *real_main;

static int counted_main(int argc, char **argv, char **environment)
{
    const char *text = getenv("FAULTS"), *report = getenv("FAULTS_REPORT");

    read_rules(text != NULL ? text : "");
    running = true;
    int status = real_main(argc, argv, environment);
    running = false;
    FILE *file = report != NULL ? fopen(report, "w") : NULL;
    for (int i = 0; file != NULL && i < FAMILY_COUNT; i++)
        fprintf(file, "%s %ld\n", family_names[i], calls[i]);
    if (file != NULL)
        fclose(file);
    return status;
}

start_function __libc_start_main;

int __libc_start_main(main_function *main, int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*loader_fini)(void), void *stack_end)
{
    start_function *start = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");

    real_main = main;
    return start(counted_main, argc, argv, init, fini, loader_fini, stack_end);
}

/* ---- memory: glibc's own names for its functions, which need no looking up ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
    return next_fault(ALLOC) != 0 ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return next_fault(ALLOC) != 0 ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return next_fault(ALLOC) != 0 ? NULL : __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return next_fault(ALLOC) != 0 ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (next_fault(ALLOC) != 0)
        return ENOMEM;
    *memory = __libc_memalign(alignment, size);
    return *memory != NULL ? 0 : ENOMEM;
}

/* ---- files: the system calls, so that nothing else comes between ---- */

static bool is_on_disk(int descriptor)
{
    struct stat status;

    return fstat(descriptor, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
}

int openat(int directory, const char *path, int flags, ...)
{
    va_list arguments;

    va_start(arguments, flags);
    int mode = (flags & O_CREAT) != 0 ? va_arg(arguments, int) : 0;
    va_end(arguments);
    int fault = next_fault(OPEN);
    if (fault != 0 && (fault != EROFS || (flags & O_ACCMODE) != O_RDONLY))
        return -1;
    return (int)syscall(SYS_openat, directory, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list arguments;

    va_start(arguments, flags);
    int mode = (flags & O_CREAT) != 0 ? va_arg(arguments, int) : 0;
    va_end(arguments);
    return openat(AT_FDCWD, path, flags, mode);
}

ssize_t read(int descriptor, void *to, size_t size)
{
    int fault = is_on_disk(descriptor) ? next_fault(READ) : 0;

    if (fault > 0)
        return -1;
    return syscall(SYS_read, descriptor, to, fault == SPECIAL ? (size + 1) / 2 : size);
}

ssize_t write(int descriptor, const void *from, size_t size)
{
    int fault = is_on_disk(descriptor) ? next_fault(WRITE) : 0;

    if (fault > 0)
        return -1;
    return syscall(SYS_write, descriptor, from, fault == SPECIAL ? (size + 1) / 2 : size);
}

int fsync(int descriptor)
{
    return next_fault(FSYNC) != 0 ? -1 : (int)syscall(SYS_fsync, descriptor);
}

int rename(const char *from, const char *to)
{
    if (next_fault(RENAME) != 0)
        return -1;
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int close(int descriptor)
{
    bool counted = is_on_disk(descriptor);
    int result = (int)syscall(SYS_close, descriptor);

    return counted && next_fault(CLOSE) != 0 ? -1 : result;
}

/* ---- threads and time ---- */

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*function)(void *),
                   void *argument)
{
    typedef int create_function(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    int fault = next_fault(THREAD);

    if (fault != 0)
        return fault;
    create_function *create = (create_function *)dlsym(RTLD_NEXT, "pthread_create");
    return create(thread, attributes, function, argument);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static atomic_long hours;
    int result = (int)syscall(SYS_clock_gettime, clock, now);

    if (clock == CLOCK_REALTIME && next_fault(CLOCK) == SPECIAL)
        now->tv_sec -= 3600 * ++hours;
    return result;
}
