#include "data/picture_folders.h"

#include "data/dataset.h"
#include "support/memory.h"
#include "support/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- names ---- */

static int is_wanted(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strcmp(entry->d_name, "Thumbs.db") != 0 &&
           strcmp(entry->d_name, "desktop.ini") != 0;
}

static int compare(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool check_name(const char *path, const char *name, struct error *error)
{
    const size_t length = strlen(name);

    if (!utf8_is_plain(name, length))
        return error_set(error, ERROR_DATA,
                         "%s: '%s' cannot be the name of a class (expected UTF-8 without control "
                         "characters; please rename the folder)",
                         path, name);
    return length <= CLASS_NAME_MAX ||
           error_set(error, ERROR_DATA,
                     "%s: '%s' is too long for the name of a class (expected at most %d bytes, got "
                     "%zu; please rename the folder)",
                     path, name, CLASS_NAME_MAX, length);
}

/* ---- reading folders ---- */

static void free_entries(struct dirent **entries, int count)
{
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
}

/* Reads a folder's wanted entries, in order. Returns their number, or -1 with an error. */
static int read_entries(const char *path, struct dirent ***entries, struct error *error)
{
    const int count = scandir(path, entries, is_wanted, compare);

    if (count < 0) {
        *entries = NULL;
        error_set(error, file_kind(errno, ERROR_DATA), "%s: cannot be read: %s", path,
                  strerror(errno));
    }
    return count;
}

/* Writes the path of an entry and says whether it is a folder. */
static bool look_at(char path[FILE_PATH_SIZE], const char *folder, const char *name,
                    bool *is_folder, struct error *error)
{
    struct stat status;

    if (snprintf(path, FILE_PATH_SIZE, "%s/%s", folder, name) >= FILE_PATH_SIZE)
        return error_set(error, ERROR_DATA, "%s/%s: the path is too long", folder, name);
    if (stat(path, &status) != 0)
        return error_set(error, file_kind(errno, ERROR_DATA), "%s: cannot be opened: %s", path,
                         strerror(errno));
    *is_folder = S_ISDIR(status.st_mode);
    return true;
}

/* Reads the folder of a class. */
static bool read_folder(struct picture_folder *folder, const char *path, struct error *error)
{
    char file[FILE_PATH_SIZE];
    bool is_folder;

    folder->count = read_entries(path, &folder->files, error);
    if (folder->count < 0) {
        folder->count = 0;
        return false;
    }
    for (int i = 0; i < folder->count; i++) {
        if (!look_at(file, path, folder->files[i]->d_name, &is_folder, error))
            return false;
        if (is_folder)
            return error_set(error, ERROR_DATA,
                             "%s: a folder inside the folder of a class (expected pictures alone; "
                             "if these are the classes, import %s)",
                             file, path);
    }
    return folder->count > 0 ||
           error_set(error, ERROR_DATA,
                     "%s: a class without a picture (expected at least one; please remove the "
                     "folder if it is no class)",
                     path);
}

/* Adds the class of a folder; takes the entry. */
static bool add_folder(struct picture_folders *all, struct dirent *entry, const char *path,
                       struct error *error)
{
    struct picture_folder *folder = &all->folders[all->count];

    if (all->count == CLASSES_MAX) {
        free(entry);
        return error_set(error, ERROR_DATA,
                         "%s: too many folders (expected one for each class, at most %d)",
                         all->path, CLASSES_MAX);
    }
    all->count++;
    folder->entry = entry;
    if (!check_name(all->path, entry->d_name, error) || !read_folder(folder, path, error))
        return false;
    if (folder->count > DATASET_SPLIT_MAX - all->pictures)
        return error_set(error, ERROR_DATA, "%s: too many pictures (expected at most %d)",
                         all->path, DATASET_SPLIT_MAX);
    all->pictures += folder->count;
    return true;
}

/* Adds the folders among the entries; takes the entries. */
static bool add_folders(struct picture_folders *all, struct dirent **entries, int count,
                        struct error *error)
{
    bool good = true, is_folder = false;

    for (int i = 0; i < count; i++) {
        char path[FILE_PATH_SIZE];
        good = good && look_at(path, all->path, entries[i]->d_name, &is_folder, error);
        if (good && is_folder)
            good = add_folder(all, entries[i], path, error);
        else
            free(entries[i]);
    }
    return good;
}

bool picture_folders_find(struct picture_folders *all, const char *path, struct error *error)
{
    struct dirent **entries = NULL;
    bool found = false;

    *all = (struct picture_folders){.path = path};
    const int count = read_entries(path, &entries, error);
    if (count >= 0 && (all->folders = memory_new(CLASSES_MAX, sizeof *all->folders, error))) {
        found = add_folders(all, entries, count, error);
        free(entries);
    } else if (count >= 0) {
        free_entries(entries, count);
    }
    if (found && all->count < CLASSES_MIN)
        found = error_set(error, ERROR_DATA,
                          "%s: not enough classes (expected %d or more folders of pictures, one "
                          "for each class, got %d)",
                          path, CLASSES_MIN, all->count);
    if (!found)
        picture_folders_fini(all);
    return found;
}

void picture_folders_path(char path[FILE_PATH_SIZE], const struct picture_folders *all, int folder,
                          int file)
{
    const struct picture_folder *of = &all->folders[folder];

    snprintf(path, FILE_PATH_SIZE, "%s/%s/%s", all->path, of->entry->d_name,
             of->files[file]->d_name);
}

void picture_folders_fini(struct picture_folders *all)
{
    for (int i = 0; i < all->count; i++) {
        free_entries(all->folders[i].files, all->folders[i].count);
        free(all->folders[i].entry);
    }
    free(all->folders);
    *all = (struct picture_folders){0};
}
