#include "train/run_groups.h"

#include "support/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A setting of a run as text. */
struct value {
    char own[SETTING_TEXT_SIZE];
    const char *text; /* `own`, or the setting itself */
};

/* The runs on the way into groups. */
struct sorting {
    const struct run_summary *runs;
    const struct settings *const *settings;
    int count;
    int key_count; /* settings that are not the same in all runs */
    int keys[RUN_GROUPS_KEYS];
    bool used[RUN_GROUPS_KEYS]; /* this one tells groups apart */
    struct value *values;       /* [count][key_count] */
    int *group;                 /* [count]: of each run */
    int *leader;                /* [count]: the first run of each group */
    int group_count;
};

/* ---- the settings that differ ---- */

static bool same_text(const struct setting *setting, const struct settings *a,
                      const struct settings *b)
{
    char texts[2][SETTING_TEXT_SIZE];

    return strcmp(setting_write(setting, a, texts[0]), setting_write(setting, b, texts[1])) == 0;
}

static bool differs(const struct sorting *sorting, const struct setting *setting)
{
    for (int i = 1; i < sorting->count; i++)
        if (!same_text(setting, sorting->settings[0], sorting->settings[i]))
            return true;
    return false;
}

static void list_keys(struct sorting *sorting)
{
    const struct setting *setting;

    for (int k = 0; (setting = settings_at(k)) != NULL; k++) {
        assert(k < RUN_GROUPS_KEYS);
        if (strcmp(setting_key(setting), "seed") != 0 && differs(sorting, setting))
            sorting->keys[sorting->key_count++] = k;
    }
}

static const struct value *value_of(const struct sorting *sorting, int run, int key)
{
    return &sorting->values[(size_t)run * (size_t)sorting->key_count + (size_t)key];
}

static bool write_values(struct sorting *sorting, struct error *error)
{
    const size_t count = (size_t)sorting->count * (size_t)sorting->key_count;
    struct value *value = sorting->values = memory_new(count, sizeof *value, error);

    if (value == NULL)
        return false;
    for (int i = 0; i < sorting->count; i++)
        for (int k = 0; k < sorting->key_count; k++, value++)
            value->text =
                setting_write(settings_at(sorting->keys[k]), sorting->settings[i], value->own);
    return true;
}

/* ---- the settings that tell the groups apart ---- */

/* Whether the name has KEY= after a slash or comma, with '-' in it for each '_' of the key. */
static bool names_key(const char *name, const char *key)
{
    const char *slash = strrchr(name, '/');

    for (const char *part = slash != NULL ? slash + 1 : name; part != NULL;
         part = strchr(part, ',')) {
        const char *letter = key;
        part += *part == ',';
        while (*letter != '\0' && (*letter == '_' ? '-' : *letter) == *part) {
            letter++;
            part++;
        }
        if (*letter == '\0' && *part == '=')
            return true;
    }
    return false;
}

static void use_named_keys(struct sorting *sorting)
{
    for (int k = 0; k < sorting->key_count; k++)
        for (int i = 0; i < sorting->count && !sorting->used[k]; i++)
            sorting->used[k] =
                names_key(sorting->runs[i].run, setting_key(settings_at(sorting->keys[k])));
}

/* Whether two runs are in one group, by the settings that are used. */
static bool is_together(const struct sorting *sorting, int a, int b)
{
    for (int k = 0; k < sorting->key_count; k++)
        if (sorting->used[k] &&
            strcmp(value_of(sorting, a, k)->text, value_of(sorting, b, k)->text) != 0)
            return false;
    return true;
}

/* Puts each run into a group. Returns how many groups there are. */
static int sort(struct sorting *sorting)
{
    sorting->group_count = 0;
    for (int i = 0; i < sorting->count; i++) {
        int group = 0;
        while (group < sorting->group_count && !is_together(sorting, sorting->leader[group], i))
            group++;
        if (group == sorting->group_count)
            sorting->leader[sorting->group_count++] = i;
        sorting->group[i] = group;
    }
    return sorting->group_count;
}

/* Uses further settings as long as they divide groups. */
static void complete_keys(struct sorting *sorting)
{
    int groups = sort(sorting);

    for (int k = 0; k < sorting->key_count; k++) {
        if (sorting->used[k])
            continue;
        sorting->used[k] = true;
        const int more = sort(sorting);
        sorting->used[k] = more > groups;
        groups = more;
    }
    sort(sorting);
}

/* ---- statistics ---- */

static struct sample sample_of(const struct spread *spread, int count)
{
    return (struct sample){count, spread->mean, spread->deviation};
}

static struct welch compare(const struct spread *first, int first_count, const struct spread *other,
                            int other_count)
{
    const struct sample a = sample_of(first, first_count), b = sample_of(other, other_count);

    return welch_test(&a, &b);
}

/* `finished`: room for the group's finished runs. */
static void make_group(struct run_group *group, const struct sorting *sorting, int number,
                       struct run_summary finished[])
{
    const int leader = sorting->leader[number];

    *group = (struct run_group){
        .settings = sorting->settings[leader],
        .model = sorting->runs[leader].model,
        .parameters = sorting->runs[leader].parameters,
    };
    for (int i = 0; i < sorting->count; i++) {
        const struct run_summary *run = &sorting->runs[i];
        if (sorting->group[i] != number)
            continue;
        group->runs++;
        if (run->epochs_done >= run->epochs)
            finished[group->finished++] = *run;
    }
    if (group->finished == 0)
        return;
    group->best = run_summary_spread(finished, group->finished, RUN_BEST);
    group->final = run_summary_spread(finished, group->finished, RUN_FINAL);
    group->seconds = run_summary_spread(finished, group->finished, RUN_SECONDS);
}

static void test_group(const struct run_group *first, struct run_group *group)
{
    const struct welch none = {(double)NAN, (double)NAN, (double)NAN};
    const int count = first->finished, other = group->finished;

    group->best_test = group->final_test = none;
    if (group == first)
        return;
    group->best_test = compare(&first->best, count, &group->best, other);
    group->final_test = compare(&first->final, count, &group->final, other);
}

static bool make_groups(struct run_groups *groups, const struct sorting *sorting,
                        struct error *error)
{
    const size_t count = (size_t)sorting->group_count;
    struct run_summary *finished = memory_new((size_t)sorting->count, sizeof *finished, error);

    if (finished == NULL ||
        (groups->groups = memory_new(count, sizeof *groups->groups, error)) == NULL) {
        free(finished);
        return false;
    }
    groups->count = sorting->group_count;
    for (int i = 0; i < groups->count; i++) {
        make_group(&groups->groups[i], sorting, i, finished);
        test_group(&groups->groups[0], &groups->groups[i]);
    }
    for (int k = 0; k < sorting->key_count; k++)
        if (sorting->used[k])
            groups->keys[groups->key_count++] = sorting->keys[k];
    free(finished);
    return true;
}

bool run_groups_init(struct run_groups *groups, const struct run_summary runs[],
                     const struct settings *const settings[], int count, struct error *error)
{
    struct sorting sorting = {.runs = runs, .settings = settings, .count = count};

    *groups = (struct run_groups){0};
    list_keys(&sorting);
    sorting.group = memory_new((size_t)count, sizeof *sorting.group, error);
    sorting.leader = memory_new((size_t)count, sizeof *sorting.leader, error);
    bool made = sorting.group != NULL && sorting.leader != NULL && write_values(&sorting, error);
    if (made) {
        use_named_keys(&sorting);
        complete_keys(&sorting);
        made = make_groups(groups, &sorting, error);
    }
    free(sorting.values);
    free(sorting.leader);
    free(sorting.group);
    return made;
}

void run_groups_fini(struct run_groups *groups)
{
    free(groups->groups);
    *groups = (struct run_groups){0};
}
