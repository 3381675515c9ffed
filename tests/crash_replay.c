/*
 * crash_replay.c -- makes the states in which a file system may be after a crash from a record of
 * the run's calls (tests/fault_shim.c), and tests that the run can be resumed from each.
 *
 *   crash_replay RECORD ORIGINAL DATA SCRATCH SAMPLES EVERY
 *
 * RECORD belongs to the directory ORIGINAL, which has the run in its directory "run". DATA is the
 * run's data, SCRATCH an empty directory, and SAMPLES the number of random states a moment. One of
 * EVERY states stays in SCRATCH, as 1, 2, 3 ..., so that the program itself can resume it.
 *
 * The model: a change of a file without a later fsync of the file may be present, absent, partial
 * or zeros. A change of a directory without a later fsync of the directory may be present or
 * absent. Each change is independent, so later ones may be present without earlier ones. A rename
 * is one change.
 */
#include "sample_model.h"

#include "data/dataset.h"
#include "support/file.h"
#include "support/rng.h"
#include "train/config.h"
#include "train/log_lines.h"
#include "train/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    OPERATIONS_MAX = 4096,
    NAMES_MAX = 16,
    NONE = -1,
    RECORD_MAX = 1 << 30,
    SEED = 5, /* of the random states */
};

enum kind { MKDIR, CREATE, UNLINK, RENAME, WRITE, TRUNCATE, SYNC, KIND_COUNT };

static const char *const kind_names[] = {"mkdir", "create",   "unlink", "rename",
                                         "write", "truncate", "sync"};

/* The fate of an operation. Operations on directories have only the first two. */
enum fate { APPLIED, LOST, ZEROS, TORN, FATE_COUNT };

struct file {
    char *data;
    size_t size, room;
};

struct operation {
    enum kind kind;
    int name, to;          /* in `names` */
    int file;              /* the operation that created its file, or NONE */
    size_t offset;         /* of a write; for a truncation, the size */
    size_t size;           /* of the bytes */
    const char *bytes;     /* in the record */
    int durable;           /* the sync that made it durable, or OPERATIONS_MAX */
    struct file installed; /* for a rename: the file that it put in place */
};

static struct operation operations[OPERATIONS_MAX];
static int operation_count;
static char names[NAMES_MAX][NAME_MAX];
static int name_count;

static struct file files[OPERATIONS_MAX]; /* of the state being made, indexed by the operation that
                                           * created them */
static int entries[NAMES_MAX];            /* the file that has the name, or NONE */
static bool directories[NAMES_MAX];       /* the name belongs to a directory */

static struct model *model;
static struct dataset data;
static struct start start;
static struct history past; /* of the whole run */
static struct error error;

/* The state after a crash. */
struct state {
    int moment; /* operations before it */
    const char *sort;
    long number;
};

static _Noreturn void fail(const struct state *state, const char *what, const char *problem)
{
    const struct operation *last = &operations[state->moment > 0 ? state->moment - 1 : 0];

    printf("crash after operation %d of %d (%s %s), %s, state %ld: %s: %s\n", state->moment,
           operation_count, kind_names[last->kind], names[last->name], state->sort, state->number,
           what, problem);
    exit(1);
}

static _Noreturn void give_up(const char *problem, const char *what)
{
    printf("crash_replay: %s: %s\n", what, problem);
    exit(2);
}

/* ---- the record ---- */

static int find_name(const char *text, size_t size)
{
    for (int i = 0; i < name_count; i++)
        if (strlen(names[i]) == size && memcmp(names[i], text, size) == 0)
            return i;
    if (name_count == NAMES_MAX || size >= NAME_MAX)
        give_up("too many names, or too long ones", text);
    memcpy(names[name_count], text, size);
    return name_count++;
}

/* The directory that contains the name. */
static int parent_of(int name)
{
    const char *slash = strrchr(names[name], '/');

    return slash != NULL ? find_name(names[name], (size_t)(slash - names[name]))
                         : find_name(".", 1);
}

static enum kind find_kind(const char *text)
{
    for (int i = 0; i < KIND_COUNT; i++)
        if (strcmp(kind_names[i], text) == 0)
            return (enum kind)i;
    give_up("unknown in the record", text);
}

static void read_operation(struct operation *operation, const char **at)
{
    char kind[16], path[NAME_MAX], to[2 * NAME_MAX];
    int length;

    if (sscanf(*at, "%15s %254s %zu %zu%n", kind, path, &operation->offset, &operation->size,
               &length) != 4)
        give_up("not a record", *at);
    operation->kind = find_kind(kind);
    operation->name = find_name(path, strlen(path));
    operation->bytes = *at + length + 1;
    *at = operation->bytes + operation->size;
    if (operation->kind != RENAME)
        return;
    int size = snprintf(to, sizeof to, "%s/%.*s", names[parent_of(operation->name)],
                        (int)operation->size, operation->bytes);
    operation->to = find_name(to, (size_t)size);
}

static void read_record(const char *path)
{
    size_t size;
    char *text = (char *)file_read(path, RECORD_MAX, &size, ERROR_DATA, &error);

    if (text == NULL)
        give_up(error.text, path);
    text[size] = '\0';
    for (const char *at = text; at < text + size; operation_count++) {
        if (operation_count == OPERATIONS_MAX)
            give_up("too long", path);
        read_operation(&operations[operation_count], &at);
    }
}

/* Replays the names in the run's order, and finds the file of each operation. */
static void find_files(void)
{
    memset(entries, NONE, sizeof entries);
    for (int i = 0; i < operation_count; i++) {
        struct operation *operation = &operations[i];
        if (operation->kind == CREATE)
            entries[operation->name] = i;
        operation->file = entries[operation->name];
        if (operation->kind == RENAME)
            entries[operation->to] = operation->file;
        if (operation->kind == RENAME || operation->kind == UNLINK)
            entries[operation->name] = NONE;
    }
}

static bool is_of_directory(const struct operation *operation)
{
    return operation->kind <= RENAME;
}

/* Finds for each operation the fsync, of its file or its directory, that made it durable. */
static void find_syncs(void)
{
    for (int i = 0; i < operation_count; i++) {
        struct operation *operation = &operations[i];
        int parent = parent_of(operation->name), j = i + 1;
        for (; j < operation_count; j++)
            if (operations[j].kind == SYNC &&
                (is_of_directory(operation) ? operations[j].name == parent
                                            : operations[j].file == operation->file))
                break;
        operation->durable = j < operation_count ? j : OPERATIONS_MAX;
    }
}

/* ---- a state: what is left of the operations up to a moment ---- */

static void set_size(struct file *file, size_t size)
{
    if (size > file->room) {
        file->data = realloc(file->data, size);
        if (file->data == NULL)
            give_up("not enough memory", "");
        file->room = size;
    }
    if (size > file->size)
        memset(file->data + file->size, 0, size - file->size);
    file->size = size;
}

static void apply_to_file(const struct operation *operation, enum fate fate, struct rng *rng)
{
    struct file *file = &files[operation->file];
    size_t size = operation->size;

    if (fate == LOST)
        return;
    if (operation->kind == TRUNCATE) {
        set_size(file, operation->offset);
        return;
    }
    if (fate == TORN)
        size = rng_below(rng, (uint32_t)size);
    if (file->size < operation->offset + size)
        set_size(file, operation->offset + size);
    if (fate != ZEROS)
        memcpy(file->data + operation->offset, operation->bytes, size);
}

static void apply_to_directory(const struct operation *operation)
{
    if (operation->kind == MKDIR)
        directories[operation->name] = true;
    else if (operation->kind == RENAME)
        entries[operation->to] = operation->file;
    entries[operation->name] = operation->kind == CREATE ? operation->file : NONE;
}

/* Chooses the fate of an operation that no fsync has made durable. */
typedef enum fate chooser(const struct operation *operation, struct rng *rng);

static enum fate choose_nothing(const struct operation *operation, struct rng *rng)
{
    (void)operation;
    (void)rng;
    return LOST;
}

static enum fate choose_all(const struct operation *operation, struct rng *rng)
{
    (void)operation;
    (void)rng;
    return APPLIED;
}

static enum fate choose_names(const struct operation *operation, struct rng *rng)
{
    (void)rng;
    return is_of_directory(operation) ? APPLIED : LOST;
}

static enum fate choose_names_and_sizes(const struct operation *operation, struct rng *rng)
{
    (void)rng;
    return is_of_directory(operation) ? APPLIED : ZEROS;
}

static enum fate choose_contents(const struct operation *operation, struct rng *rng)
{
    (void)rng;
    return is_of_directory(operation) ? LOST : APPLIED;
}

static enum fate choose_some(const struct operation *operation, struct rng *rng)
{
    return (enum fate)rng_below(rng, is_of_directory(operation) ? 2 : FATE_COUNT);
}

static void make_state(int moment, chooser *choose, struct rng *rng)
{
    memset(entries, NONE, sizeof entries);
    memset(directories, 0, sizeof directories);
    directories[find_name(".", 1)] = true;
    for (int i = 0; i < moment; i++)
        files[i].size = 0;
    for (int i = 0; i < moment; i++) {
        const struct operation *operation = &operations[i];
        enum fate fate = operation->durable < moment ? APPLIED : choose(operation, rng);
        if (operation->kind == SYNC)
            continue;
        if (!is_of_directory(operation))
            apply_to_file(operation, fate, rng);
        else if (fate == APPLIED)
            apply_to_directory(operation);
    }
}

/* The contents of the file with this name, or NULL. */
static const struct file *file_of(int name)
{
    return entries[name] != NONE && directories[parent_of(name)] ? &files[entries[name]] : NULL;
}

/* Finds the file that each rename put in place, as the run saw it. */
static void find_installed(void)
{
    for (int i = 0; i < operation_count; i++) {
        struct file *installed = &operations[i].installed;
        if (operations[i].kind != RENAME)
            continue;
        make_state(i + 1, choose_all, NULL);
        const struct file *file = file_of(operations[i].to);
        set_size(installed, file->size);
        memcpy(installed->data, file->data, file->size);
    }
}

static void write_file(const char *path, const struct file *file)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);

    if (descriptor < 0 || !file_write_all(descriptor, file->data, file->size) ||
        close(descriptor) != 0)
        give_up(strerror(errno), path);
}

/* Names are numbered in the order of creation: a directory comes before its contents. */
static void write_state(const char *root)
{
    char path[PATH_MAX + NAME_MAX];

    for (int i = name_count - 1; i >= 0; i--) {
        snprintf(path, sizeof path, "%s/%s", root, names[i]);
        remove(path);
    }
    mkdir(root, 0777);
    for (int i = 0; i < name_count; i++) {
        snprintf(path, sizeof path, "%s/%s", root, names[i]);
        if (directories[i])
            mkdir(path, 0777);
        else if (file_of(i) != NULL)
            write_file(path, file_of(i));
    }
}

/* ---- what must hold ---- */

/* The record is complete: all its operations give the original directory. */
static void check_record(const char *original)
{
    char path[PATH_MAX + NAME_MAX];
    size_t size;

    make_state(operation_count, choose_all, NULL);
    for (int i = 0; i < name_count; i++) {
        const struct file *file = file_of(i);
        snprintf(path, sizeof path, "%s/%s", original, names[i]);
        if (file == NULL && !directories[i] && access(path, F_OK) == 0)
            give_up("there, but not by the record", path);
        if (file == NULL)
            continue;
        char *found = (char *)file_read(path, RECORD_MAX, &size, ERROR_DATA, &error);
        if (found == NULL || size != file->size || memcmp(found, file->data, size) != 0)
            give_up("not as the record has it", path);
        free(found);
    }
}

/* A file that is replaced as a whole is the durable one, or the one that was to replace it. */
static void check_replaced(const struct state *state, const char *path)
{
    int name = find_name(path, strlen(path));
    const struct file *file = file_of(name);
    bool good = file == NULL;

    for (int i = 0; i < state->moment; i++) {
        const struct operation *rename = &operations[i];
        if (rename->kind != RENAME || rename->to != name)
            continue;
        if (rename->durable < state->moment)
            good = false; /* an older one is wrong */
        good = good || (file != NULL && file->size == rename->installed.size &&
                        memcmp(file->data, rename->installed.data, file->size) == 0);
    }
    if (!good)
        fail(state, path, "neither the old nor the new file");
}

/* Reads the run as --resume does. Returns false if there is none. */
static bool read_run(const struct state *state, const char *root)
{
    struct config config;
    char path[PATH_MAX + NAME_MAX];
    struct directory directory;
    struct stat status;
    long end;

    snprintf(path, sizeof path, "%s/run", root);
    if (!directory_search(&directory, path))
        return false;
    bool found = file_of(find_name("run/config.json", 15)) != NULL;
    start_fini(&start);
    if (found && (!config_read(&directory, &config, &error) ||
                  !start_resume(&start, &directory, model, &config, &data, &error)))
        fail(state, "run", error.text);
    bool logged =
        found && fstatat(directory.descriptor, LOG_NAME, &status, 0) == 0 && status.st_size > 0;
    if (logged && !replay_log(&start, &directory, &config.settings, &data, &end, &error))
        fail(state, "run", error.text);
    if (found && start.now.history.steps != start.progress.step)
        fail(state, "run/metrics.jsonl", "ends before the checkpoint");
    if (found)
        model_free(config.model);
    directory_close(&directory);
    return found;
}

/* The run's history up to the moment where it resumes is the original one. */
static void check_past(const struct state *state)
{
    for (long i = 0; i < start.progress.step; i++) {
        const struct history_cell *cell = &start.now.history.cells[i], *was = &past.cells[i];
        if (cell->loss.sum != was->loss.sum || cell->accuracy.sum != was->accuracy.sum)
            fail(state, "run/metrics.jsonl", "has another history");
    }
}

/* ---- all states ---- */

struct search {
    struct state state;
    struct rng rng;
    long kept, keep_every;
};

static void check_state(struct search *search, const char *sort, chooser *choose)
{
    struct state *state = &search->state;
    char kept[32];

    state->sort = sort;
    make_state(state->moment, choose, &search->rng);
    check_replaced(state, "run/config.json");
    check_replaced(state, "run/last.safetensors");
    check_replaced(state, "run/best.safetensors");
    write_state("state");
    if (read_run(state, "state"))
        check_past(state);
    if (state->number++ % search->keep_every != 0)
        return;
    snprintf(kept, sizeof kept, "%ld", ++search->kept);
    if (rename("state", kept) != 0)
        give_up(strerror(errno), kept);
}

static bool is_settled(int moment)
{
    for (int i = 0; i < moment; i++)
        if (operations[i].kind != SYNC && operations[i].durable >= moment)
            return false;
    return true;
}

static void check_moment(struct search *search, int samples)
{
    check_state(search, "all of it there", choose_all);
    if (is_settled(search->state.moment))
        return;
    check_state(search, "what was not synced lost", choose_nothing);
    check_state(search, "names there without contents", choose_names);
    check_state(search, "names there with zeros", choose_names_and_sizes);
    check_state(search, "contents there without names", choose_contents);
    for (int i = 0; i < samples; i++)
        check_state(search, "some of it there", choose_some);
}

int main(int argc, char *argv[])
{
    static struct source source;
    struct search search = {0};

    if (argc != 7)
        give_up("expected RECORD ORIGINAL DATA SCRATCH SAMPLES EVERY", argv[0]);
    search.keep_every = atol(argv[6]);
    rng_init(&search.rng, SEED, 0);
    if ((model = sample_model("basic")) == NULL || !source_search(&source, argv[3], NULL, &error) ||
        !dataset_load(&data, &source, NULL, &error))
        give_up(error.text, argv[3]);
    find_name(".", 1);
    read_record(argv[1]);
    find_files();
    find_syncs();
    find_installed();
    check_record(argv[2]);
    search.state.moment = operation_count;
    if (!read_run(&search.state, argv[2]))
        give_up("holds no run", argv[2]);
    past = start.now.history;
    if (chdir(argv[4]) != 0)
        give_up(strerror(errno), argv[4]);
    for (int moment = 0; moment <= operation_count; moment++) {
        search.state.moment = moment;
        check_moment(&search, atoi(argv[5]));
    }
    printf("%ld states, of %d moments\n", search.state.number, operation_count + 1);
    return 0;
}
