/*
 * picture_folders.h -- finds the pictures in a folder that has one folder for each class, as
 * torchvision's ImageFolder expects it.
 *
 * The classes are the folders, and the pictures are their files; both are in the order of their
 * names' bytes, so the same folder always gives the same data set. Links are followed. What begins
 * with a dot, Thumbs.db and desktop.ini are left out, and so are files beside the folders of the
 * classes. A folder inside the folder of a class is refused: it would mix classes.
 *
 * Errors: ERROR_DATA with a sentence if the folder is not of that form, ERROR_SYSTEM if reading it
 * fails or memory is short. Ownership: picture_folders_fini releases all. Threads: no shared state.
 */
#ifndef DATA_PICTURE_FOLDERS_H
#define DATA_PICTURE_FOLDERS_H

#include "data/classes.h"
#include "support/error.h"
#include "support/file.h"

#include <dirent.h>

/* The pictures of a class. */
struct picture_folder {
    struct dirent *entry;  /* its name: UTF-8 without control characters */
    struct dirent **files; /* [count] */
    int count;             /* at least 1 */
};

struct picture_folders {
    const char *path; /* as the user wrote it; belongs to the caller */
    int count;        /* CLASSES_MIN to CLASSES_MAX */
    struct picture_folder *folders;
    int pictures; /* in all folders together, at most DATASET_SPLIT_MAX */
};

/* Finds the pictures in the folders of the folder at `path`. On failure *all needs no fini. */
bool picture_folders_find(struct picture_folders *all, const char *path, struct error *error);

/* Writes the path of a picture; it is not longer than FILE_PATH_SIZE. */
void picture_folders_path(char path[FILE_PATH_SIZE], const struct picture_folders *all, int folder,
                          int file);

void picture_folders_fini(struct picture_folders *all);

#endif
