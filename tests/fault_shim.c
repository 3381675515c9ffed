/*
 * fault_shim.c -- makes library calls of a program fail on demand and records its changes of files,
 * for tests/faults.sh and tests/crash.sh.
 *
 * It is preloaded (LD_PRELOAD) into a dynamically linked program on Linux with glibc. From the
 * start of main() to its end it counts calls, one count for each family and all threads together:
 *   alloc malloc, calloc, realloc, aligned_alloc, posix_memalign, also in libraries
 *   open open, openat
 *   read of regular files, as only these fail like a disk
 *   write to regular files; stdio's writes bypass this shim, and are tested with /dev/full
 *   fsync, close of regular files and directories; a close that fails has closed
 *   rename, unlink (that is renameat, unlinkat), mkdir, truncate (that is ftruncate)
 *   disk all of these together, from open on
 *   thread pthread_create
 *   clock clock_gettime of the time of day
 * FAULTS has rules FAMILY:FIRST:TIMES:EFFECT, separated by commas. FIRST is the number of the call,
 * from 1; TIMES is once, or always (from there on). EFFECT is the errno to fail with, such as EIO
 * (EROFS fails only opens for writing), or "short" (half of the bytes are read or written), or
 * "back" (the clock shows an hour less than the time before), or a signal, KILL, STOP or SEGV,
 * which the calling thread raises before the call. FAULTS_REPORT names a file for the counts, a
 * line for each family, written when main returns.
 *
 * FAULTS_RECORD names a file to which every change of files below FAULTS_BELOW is appended, for
 * tests/crash_replay.c: one line an operation, KIND PATH NUMBER SIZE and then SIZE bytes. The path
 * is relative to FAULTS_BELOW; kinds are
 *   mkdir, create, unlink
 *   rename within its directory; the bytes are the new name
 *   write the bytes, at offset NUMBER
 *   truncate to NUMBER bytes
 *   sync of a file or a directory
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum family {
    ALLOC,
    THREAD,
    CLOCK,
    DISK,
    OPEN, /* this family and those below also count as DISK */
    READ,
    WRITE,
    FSYNC,
    CLOSE,
    RENAME,
    UNLINK,
    MKDIR,
    TRUNCATE,
    FAMILY_COUNT
};

static const char *const family_names[] = {
    "alloc", "thread", "clock",  "disk",   "open",  "read",     "write",
    "fsync", "close",  "rename", "unlink", "mkdir", "truncate",
};

enum { RULES_MAX = 8, SPECIAL = -1000 /* an effect that is neither an errno nor a signal */ };

struct rule {
    enum family family;
    long first;
    bool always;
    int effect;
};

static struct rule rules[RULES_MAX];
static int rule_count;
static atomic_bool running; /* main has started and not ended */
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
                                        "EIO",   "EMFILE", "ENOMEM", "ENOSPC", "EROFS",
                                        "KILL",  "STOP",   "SEGV"};
    static const int effects[] = {SPECIAL, SPECIAL, EAGAIN, EDQUOT,   EINTR,    EIO,     EMFILE,
                                  ENOMEM,  ENOSPC,  EROFS,  -SIGKILL, -SIGSTOP, -SIGSEGV};

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
    find_name(text, (const char *const[]){""}, 1); /* nothing may follow */
}

static int count_call(enum family family)
{
    long number = ++calls[family];
    for (int i = 0; i < rule_count; i++) {
        const struct rule *rule = &rules[i];
        if (rule->family != family || number < rule->first ||
            (number > rule->first && !rule->always))
            continue;
        if (rule->effect < 0 && rule->effect != SPECIAL) {
            raise(-rule->effect);
            return 0;
        }
        if (rule->effect > 0)
            errno = rule->effect;
        return rule->effect;
    }
    return 0;
}

/* Counts a call. Returns its effect: 0, an errno (and sets errno), or SPECIAL. */
static int next_fault(enum family family)
{
    if (!running)
        return 0;
    int fault = family >= OPEN ? count_call(DISK) : 0;
    return fault != 0 ? fault : count_call(family);
}

/* ---- the record ---- */

static int record_file = -1;
static char below[PATH_MAX];

static void open_record(const char *path, const char *directory)
{
    if (path == NULL || directory == NULL || realpath(directory, below) == NULL)
        return;
    int file =
        (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    record_file = fcntl(file, F_DUPFD_CLOEXEC, 100); /* a number that the program does not use */
    syscall(SYS_close, file);
}

/* The absolute path without the directory, or NULL if it leads elsewhere. */
static const char *find_below(const char *path)
{
    size_t length = strlen(below);

    if (strncmp(path, below, length) != 0 || (path[length] != '/' && path[length] != '\0'))
        return NULL;
    return path[length] == '/' ? path + length + 1 : ".";
}

/* Records an operation that has succeeded. */
static void record(const char *kind, const char *path, long number, const void *bytes, size_t size)
{
    const char *name = record_file >= 0 && running ? find_below(path) : NULL;
    char line[PATH_MAX + 64];

    if (name == NULL)
        return;
    int length = snprintf(line, sizeof line, "%s %s %ld %zu\n", kind, name, number, size);
    struct iovec parts[] = {{line, (size_t)length}, {(void *)(uintptr_t)bytes, size}};
    if (syscall(SYS_writev, record_file, parts, 2) != (long)((size_t)length + size))
        _exit(99);
}

/* The path of an open file; "" if it has none. */
static void find_path(int descriptor, char path[PATH_MAX])
{
    char link[64];
    int saved = errno;

    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = '\0';
    errno = saved;
}

static void record_open_file(const char *kind, int descriptor, long number, const void *bytes,
                             size_t size)
{
    char path[PATH_MAX];

    if (record_file < 0)
        return;
    find_path(descriptor, path);
    record(kind, path, number, bytes, size);
}

/* The path is relative to the directory, or absolute if that is AT_FDCWD. */
static void record_in(const char *kind, int directory, const char *path, const void *bytes,
                      size_t size)
{
    char whole[2 * PATH_MAX];

    if (record_file < 0)
        return;
    whole[0] = '\0';
    if (directory != AT_FDCWD) {
        find_path(directory, whole);
        strcat(whole, "/");
    }
    strncat(whole, path, PATH_MAX - 1);
    record(kind, whole, 0, bytes, size);
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
    open_record(getenv("FAULTS_RECORD"), getenv("FAULTS_BELOW"));
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

/* ---- memory: glibc's own names for its functions, which need no lookup ---- */

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

/* ---- files: direct system calls, without other functions in between ---- */

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
    bool made = (flags & O_CREAT) != 0 && faccessat(directory, path, F_OK, 0) != 0;
    int descriptor = (int)syscall(SYS_openat, directory, path, flags, mode);
    if (descriptor >= 0 && made)
        record_open_file("create", descriptor, 0, "", 0);
    else if (descriptor >= 0 && (flags & O_TRUNC) != 0)
        record_open_file("truncate", descriptor, 0, "", 0);
    return descriptor;
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
    ssize_t count = syscall(SYS_write, descriptor, from, fault == SPECIAL ? (size + 1) / 2 : size);
    if (count > 0)
        record_open_file("write", descriptor, lseek(descriptor, 0, SEEK_CUR) - count, from,
                         (size_t)count);
    return count;
}

int ftruncate(int descriptor, off_t size)
{
    int result = next_fault(TRUNCATE) != 0 ? -1 : (int)syscall(SYS_ftruncate, descriptor, size);

    if (result == 0)
        record_open_file("truncate", descriptor, size, "", 0);
    return result;
}

int fsync(int descriptor)
{
    int result = next_fault(FSYNC) != 0 ? -1 : (int)syscall(SYS_fsync, descriptor);

    if (result == 0)
        record_open_file("sync", descriptor, 0, "", 0);
    return result;
}

int renameat(int old_directory, const char *from, int directory, const char *to)
{
    int result = next_fault(RENAME) != 0
                     ? -1
                     : (int)syscall(SYS_renameat2, old_directory, from, directory, to, 0);

    if (result == 0)
        record_in("rename", old_directory, from, basename(to), strlen(basename(to)));
    return result;
}

int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlinkat(int directory, const char *path, int flags)
{
    int result = next_fault(UNLINK) != 0 ? -1 : (int)syscall(SYS_unlinkat, directory, path, flags);

    if (result == 0)
        record_in("unlink", directory, path, "", 0);
    return result;
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int mkdir(const char *path, mode_t mode)
{
    int result = next_fault(MKDIR) != 0 ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);

    if (result == 0)
        record("mkdir", path, 0, "", 0);
    return result;
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
