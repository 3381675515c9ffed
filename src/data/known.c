#include "data/known.h"

#include "support/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGITS "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"
#define CAPITALS "A\nB\nC\nD\nE\nF\nG\nH\nI\nJ\nK\nL\nM\nN\nO\nP\nQ\nR\nS\nT\nU\nV\nW\nX\nY\nZ\n"
#define SMALL_LETTERS                                                                              \
    "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\nq\nr\ns\nt\nu\nv\nw\nx\ny\nz\n"
#define SMALL_UNLIKE_CAPITALS "a\nb\nd\ne\nf\ng\nh\nn\nq\nr\nt\n"

struct known {
    const char *name;
    const char *here;     /* a directory in the working directory; NULL: none */
    const char *group;    /* a directory that it may share with others; NULL: none */
    const char *prefix;   /* of its files; NULL: any */
    const char *packaged; /* a directory where a package puts it; NULL: none */
    const char *names;    /* of the classes, a line each; NULL: numbers */
    const char *purpose, *origin;
};

/* A set of EMNIST: the files of all are in one archive. */
#define EMNIST(set, class_names, what)                                                             \
    {                                                                                              \
        .name = (set), .group = "emnist", .prefix = (set), .names = (class_names),                 \
        .purpose = (what),                                                                         \
        .origin = "unpack gzip.zip from "                                                          \
                  "https://www.nist.gov/itl/products-and-services/emnist-dataset"                  \
    }

/* Sources: the sets' own pages, given as their origins; for Fashion-MNIST's and KMNIST's classes
 * and EMNIST's mappings, too. */
static const struct known sets[] = {
    {.name = "mnist",
     .here = "data",
     .packaged = INSTALLED_DATA,
     .purpose = "handwritten digits, 10 classes",
     .origin = "it comes with this program, in data/ and in " INSTALLED_DATA},
    {.name = "fashion",
     .packaged = "/usr/share/datasets/fashion-mnist",
     .names = "T-shirt/top\nTrouser\nPullover\nDress\nCoat\nSandal\nShirt\nSneaker\nBag\n"
              "Ankle boot\n",
     .purpose = "clothes, 10 classes",
     .origin = "install Debian's package dataset-fashion-mnist, or get the four files from "
               "https://github.com/zalandoresearch/fashion-mnist"},
    {.name = "kmnist",
     .names = "\u304A\n\u304D\n\u3059\n\u3064\n\u306A\n\u306F\n\u307E\n\u3084\n\u308C\n\u3092\n",
     .purpose = "old Japanese characters, 10 classes",
     .origin = "get the four files from http://codh.rois.ac.jp/kmnist/"},
    {.name = "qmnist",
     .prefix = "qmnist",
     .purpose = "MNIST again with 60,000 test images, 10 classes",
     .origin = "get qmnist-train-... and qmnist-test-... from "
               "https://github.com/facebookresearch/qmnist"},
    EMNIST("emnist-balanced", DIGITS CAPITALS SMALL_UNLIKE_CAPITALS,
           "digits and letters in equal numbers, 47 classes"),
    EMNIST("emnist-byclass", DIGITS CAPITALS SMALL_LETTERS,
           "digits, capital and small letters, 62 classes"),
    EMNIST("emnist-bymerge", DIGITS CAPITALS SMALL_UNLIKE_CAPITALS,
           "digits and letters, 47 classes"),
    EMNIST("emnist-digits", NULL, "digits, 10 classes"),
    EMNIST("emnist-letters", "N/A\n" CAPITALS,
           "letters, classes 1 to 26 of 27, as torchvision has them"),
    EMNIST("emnist-mnist", NULL, "MNIST made from NIST again, 10 classes"),
};

enum { SET_COUNT = sizeof sets / sizeof sets[0], PLACES_MAX = 6, TYPING_ERRORS = 2 };

const char *known_name(int i)
{
    return i < SET_COUNT ? sets[i].name : NULL;
}

const char *known_purpose(int i)
{
    return sets[i].purpose;
}

const char *known_origin(int i)
{
    return sets[i].origin;
}

/* Adds BASE/MIDDLE/NAME to the places, and BASE/MIDDLE/GROUP if the set has a group; nothing if
 * there is no base, and no path that is too long. */
static void add(char places[PLACES_MAX][PATH_MAX], int *count, const char *base, const char *middle,
                const struct known *set)
{
    const char *const names[] = {set->name, set->group};

    for (int i = 0; i < 2 && base != NULL && *base != '\0'; i++)
        if (names[i] != NULL &&
            snprintf(places[*count], PATH_MAX, "%s%s/%s", base, middle, names[i]) < PATH_MAX)
            ++*count;
}

/* Where the set may be. Returns the number of places. */
static int list_places(const struct known *set, char places[PLACES_MAX][PATH_MAX])
{
    const char *shared = getenv("XDG_DATA_HOME");
    int count = 0;

    add(places, &count, getenv("MNIST_TUI_DATA"), "", set);
    if (shared != NULL && *shared != '\0')
        add(places, &count, shared, "/mnist-tui", set);
    else
        add(places, &count, getenv("HOME"), "/.local/share/mnist-tui", set);
    if (set->here != NULL)
        snprintf(places[count++], PATH_MAX, "%s", set->here);
    if (set->packaged != NULL)
        snprintf(places[count++], PATH_MAX, "%s", set->packaged);
    return count;
}

bool known_place(int i, char directory[PATH_MAX])
{
    char places[PLACES_MAX][PATH_MAX];
    const int count = list_places(&sets[i], places);

    for (int p = 0; p < count; p++) {
        if (source_exists(places[p], sets[i].prefix)) {
            memcpy(directory, places[p], PATH_MAX);
            return true;
        }
    }
    return false;
}

static bool refuse(const struct known *set, struct error *error)
{
    char places[PLACES_MAX][PATH_MAX], list[ERROR_TEXT_SIZE] = "";
    const int count = list_places(set, places);

    for (int p = 0; p < count; p++) {
        const size_t length = strlen(list);
        snprintf(list + length, sizeof list - length, "%s%.800s",
                 p == 0          ? ""
                 : p + 1 < count ? ", "
                                 : " or ",
                 places[p]);
    }
    return error_set(error, ERROR_DATA, "--data=%s: is not in %s; %s", set->name,
                     count > 0 ? list : "$MNIST_TUI_DATA, which is not set", set->origin);
}

/* A word that is neither a directory nor a known set, with the known set that it may stand for. */
static bool refuse_word(const char *word, struct error *error)
{
    int nearest = 0;

    for (int i = 1; i < SET_COUNT; i++)
        if (words_distance(word, sets[i].name) < words_distance(word, sets[nearest].name))
            nearest = i;
    if (words_distance(word, sets[nearest].name) <= TYPING_ERRORS)
        return error_set(error, ERROR_DATA,
                         "--data=%s: neither a directory nor a known data set (did you mean %s?)",
                         word, sets[nearest].name);
    return error_set(error, ERROR_DATA,
                     "--data=%s: neither a directory nor a known data set (--data=list names them)",
                     word);
}

static bool search(struct source *source, int i, struct error *error)
{
    char directory[PATH_MAX];

    if (!known_place(i, directory))
        return refuse(&sets[i], error);
    if (!source_search(source, directory, sets[i].prefix, error))
        return false;
    source->names = sets[i].names;
    return true;
}

static bool is_directory(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Whether `given` is DIR/PREFIX with files in DIR; if so, it is split. */
static bool split_prefix(const char *given, char directory[PATH_MAX], const char **prefix)
{
    const char *slash = strrchr(given, '/');

    *prefix = slash != NULL ? slash + 1 : given;
    if (**prefix == '\0' ||
        snprintf(directory, PATH_MAX, "%.*s", slash != NULL ? (int)(slash - given) : 1,
                 slash != NULL ? given : ".") >= PATH_MAX)
        return false;
    return source_exists(*directory != '\0' ? directory : "/", *prefix);
}

bool known_resolve(struct source *source, const char *given, struct error *error)
{
    char directory[PATH_MAX];
    const char *prefix;
    const int known = words_find(known_name, given);

    if (!is_directory(given) && split_prefix(given, directory, &prefix))
        return source_search(source, directory, prefix, error);
    if (!is_directory(given) && known >= 0)
        return search(source, known, error);
    if (strchr(given, '/') == NULL && access(given, F_OK) != 0)
        return refuse_word(given, error);
    return source_search(source, given, NULL, error);
}
