#include "data/source.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NAME_SIZE = NAME_MAX + 1 };

static const char *const usual_names[SOURCE_FILES] = {
    "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz"};

static const char *const what_files_are[SOURCE_FILES] = {"training images", "training labels",
                                                         "test images", "test labels"};

/* ---- names of files ---- */

/* Cuts `end` off the text, if it ends so. */
static bool cut(char *text, const char *end)
{
    const size_t length = strlen(text), size = strlen(end);

    if (length < size || strcmp(text + length - size, end) != 0)
        return false;
    text[length - size] = '\0';
    return true;
}

/* Cuts what the name of a file with images or with labels ends in. */
static bool cut_kind(char *name, bool *labels)
{
    cut(name, ".gz");
    *labels = cut(name, "-labels-idx1-ubyte") || cut(name, "-labels.idx1-ubyte") ||
              cut(name, "-labels-idx2-int") || cut(name, "-labels.idx2-int");
    return *labels || cut(name, "-images-idx3-ubyte") || cut(name, "-images.idx3-ubyte");
}

/* Whether this is the name of one of the four files; if so, it becomes its prefix, "" or with a
 * final "-". */
static bool parse(char name[NAME_SIZE], enum source_file *file)
{
    bool labels;

    if (!cut_kind(name, &labels))
        return false;
    const bool train = cut(name, "train");
    if (!train && !cut(name, "t10k") && !cut(name, "test"))
        return false;
    *file = train ? (labels ? SOURCE_TRAIN_LABELS : SOURCE_TRAIN_IMAGES)
                  : (labels ? SOURCE_TEST_LABELS : SOURCE_TEST_IMAGES);
    return *name == '\0' || name[strlen(name) - 1] == '-';
}

/* ---- searching a directory ---- */

/* The files of a directory that can be the four. */
struct search {
    const char *directory, *prefix;
    int count[SOURCE_FILES];
    char first[SOURCE_FILES][NAME_SIZE], second[SOURCE_FILES][NAME_SIZE]; /* by name */
};

static bool has_prefix(const char *got, const char *wanted)
{
    const size_t length = strlen(wanted);

    return strncmp(got, wanted, length) == 0 && strcmp(got + length, "-") == 0;
}

static void take(struct search *search, const char *name)
{
    char prefix[NAME_SIZE];
    enum source_file file;

    snprintf(prefix, sizeof prefix, "%s", name);
    if (!parse(prefix, &file) || (search->prefix != NULL && !has_prefix(prefix, search->prefix)))
        return;
    search->count[file]++;
    if (search->count[file] == 1 || strcmp(name, search->first[file]) < 0) {
        memcpy(search->second[file], search->first[file], NAME_SIZE);
        snprintf(search->first[file], NAME_SIZE, "%s", name);
    } else if (search->count[file] == 2 || strcmp(name, search->second[file]) < 0) {
        snprintf(search->second[file], NAME_SIZE, "%s", name);
    }
}

/* A directory that cannot be read has no candidates: reading the usual files tells why. */
static void search_directory(struct search *search)
{
    DIR *directory = opendir(search->directory);
    const struct dirent *entry;

    while (directory != NULL && (entry = readdir(directory)) != NULL)
        take(search, entry->d_name);
    if (directory != NULL)
        closedir(directory);
}

static void prefix_of(const struct search *search, int file, char prefix[NAME_SIZE])
{
    enum source_file ignored;

    memcpy(prefix, search->first[file], NAME_SIZE);
    if (search->count[file] == 0 || !parse(prefix, &ignored))
        *prefix = '\0';
}

static bool refuse_two(const struct search *search, int file, struct error *error)
{
    char first[NAME_SIZE], second[NAME_SIZE];
    enum source_file ignored;

    memcpy(first, search->first[file], NAME_SIZE);
    memcpy(second, search->second[file], NAME_SIZE);
    parse(first, &ignored);
    parse(second, &ignored);
    if (strcmp(first, second) == 0)
        return error_set(error, ERROR_DATA,
                         "%s: has two files with %s, %s and %s (expected one; move the other away)",
                         search->directory, what_files_are[file], search->first[file],
                         search->second[file]);
    char *named = *first != '\0' ? first : second;
    named[strlen(named) - 1] = '\0';
    return error_set(error, ERROR_DATA,
                     "%s: has files of several sets, %s and %s (choose one, as in --data=%s/%s)",
                     search->directory, search->first[file], search->second[file],
                     search->directory, named);
}

/* Each file must have one candidate, and all the same prefix. */
static bool check(const struct search *search, char prefix[NAME_SIZE], struct error *error)
{
    int known = -1;

    *prefix = '\0';
    for (int file = 0; file < SOURCE_FILES; file++) {
        char own[NAME_SIZE];
        if (search->count[file] > 1)
            return refuse_two(search, file, error);
        if (search->count[file] == 0)
            continue;
        prefix_of(search, file, own);
        if (known >= 0 && strcmp(own, prefix) != 0)
            return error_set(error, ERROR_DATA,
                             "%s: %s and %s do not belong together (expected four files whose "
                             "names begin alike)",
                             search->directory, search->first[known], search->first[file]);
        if (known < 0)
            memcpy(prefix, own, NAME_SIZE);
        known = known < 0 ? file : known;
    }
    return true;
}

/* ---- the whole ---- */

static bool join(char path[PATH_MAX], const char *directory, const char *prefix, const char *name,
                 struct error *error)
{
    if (snprintf(path, PATH_MAX, "%s/%s%s", directory, prefix, name) < PATH_MAX)
        return true;
    return error_set(error, ERROR_DATA, "%s: the path is too long", directory);
}

/* Finds the file with the names of classes. */
static bool find_classes(struct source *source, const char *directory, const char *prefix,
                         struct error *error)
{
    if (!join(source->classes, directory, "", "classes.txt", error))
        return false;
    if (access(source->classes, F_OK) == 0)
        return true;
    if (!join(source->classes, directory, prefix, "mapping.txt", error))
        return false;
    source->mapping = *prefix != '\0' && access(source->classes, F_OK) == 0;
    if (!source->mapping)
        source->classes[0] = '\0';
    return true;
}

bool source_search(struct source *source, const char *directory, const char *prefix,
                   struct error *error)
{
    struct search search = {.directory = directory, .prefix = prefix};
    char found[NAME_SIZE];

    *source = (struct source){0};
    search_directory(&search);
    if (!check(&search, found, error))
        return false;
    for (int file = 0; file < SOURCE_FILES; file++)
        if (!(search.count[file] > 0
                  ? join(source->path[file], directory, "", search.first[file], error)
                  : join(source->path[file], directory, found, usual_names[file], error)))
            return false;
    source->sideways = strncmp(found, "emnist-", 7) == 0;
    return find_classes(source, directory, found, error);
}

bool source_exists(const char *directory, const char *prefix)
{
    struct search search = {.directory = directory, .prefix = prefix};

    search_directory(&search);
    return search.count[SOURCE_TRAIN_IMAGES] > 0;
}
