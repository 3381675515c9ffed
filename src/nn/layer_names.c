#include "nn/layer_names.h"

#include <stdio.h>
#include <string.h>

/* Whether the name is the path or lies in it. */
static bool is_within(const char *name, const char *path, size_t length)
{
    return strncmp(name, path, length) == 0 && (name[length] == '.' || name[length] == '\0');
}

bool layer_name_next(const struct layer *layers, int count, const char *container,
                     char name[MODEL_PREFIX_SIZE])
{
    const size_t length = strlen(container), begin = length > 0 ? length + 1 : 0;
    const char *last = NULL; /* the child of the container that was counted last */
    int children = 0;

    for (int l = 0; l < count; l++) {
        if (length > 0 && !is_within(layers[l].name, container, length))
            continue;
        const char *child = layers[l].name + begin;
        if (last != NULL && is_within(child, last, strcspn(last, ".")))
            continue;
        last = child;
        children++;
    }
    return snprintf(name, MODEL_PREFIX_SIZE, "%s%s%d", container, length > 0 ? "." : "", children) <
           MODEL_PREFIX_SIZE;
}

static const char *const WITHIN = "is within a layer (expected layers in containers alone)";

static bool refuse(char *reason, const char *sentence)
{
    snprintf(reason, NAME_REASON_SIZE, "%s", sentence);
    return false;
}

static bool check_letters(const char *name, char *reason)
{
    const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

    if (strlen(name) >= MODEL_PREFIX_SIZE) {
        snprintf(reason, NAME_REASON_SIZE, "is too long for a name (expected at most %d letters)",
                 MODEL_PREFIX_SIZE - 1);
        return false;
    }
    for (const char *part = name;; part++) {
        size_t length = strspn(part, letters);
        if (length == 0 || (part[length] != '.' && part[length] != '\0'))
            return refuse(reason, "is no name (expected letters, digits and _, with a . between "
                                  "containers and layers)");
        part += length;
        if (*part == '\0')
            break;
    }
    if (is_within(name, "optimizer", strlen("optimizer")))
        return refuse(reason, "is a name that checkpoints need for the optimizer (choose another)");
    return true;
}

bool layer_name_check(const struct layer *layers, int count, const char *name,
                      char reason[NAME_REASON_SIZE])
{
    if (!check_letters(name, reason))
        return false;
    /* The first part of the path in which the name leaves the layer before it must be new. */
    size_t same = 0, length;
    const char *before = count > 0 ? layers[count - 1].name : "";
    for (;;) {
        length = same + strcspn(name + same, ".");
        if (!is_within(before, name, length))
            break;
        if (name[length] == '\0' && before[length] == '\0')
            return refuse(reason, "is given twice");
        if (name[length] == '\0')
            return refuse(reason, "is a container's (expected another for a layer)");
        if (before[length] == '\0')
            return refuse(reason, WITHIN);
        same = length + 1;
    }
    for (int l = 0; l < count; l++) {
        if (!is_within(layers[l].name, name, length))
            continue;
        if (layers[l].name[length] == '\0')
            return refuse(reason, name[length] == '\0' ? "is given twice" : WITHIN);
        snprintf(reason, NAME_REASON_SIZE,
                 "comes too late: %.*s has ended (expected its layers together)", (int)length,
                 name);
        return false;
    }
    return true;
}
