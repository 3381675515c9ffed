#include "nn/team.h"

#include "nn/cpu.h"
#include "support/memory.h"
#include "support/thread.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* How often a waiting member checks before it sleeps: about 50 us, longer than any step's
 * imbalance. */
enum { SPINS = 2000 };

/*
 * The barrier counts arrivals; the last one starts the next generation. Waiting members first spin
 * on the generation, because a step is shorter than a system call, then sleep on the condition. A
 * run also starts with such a barrier, in which the workers wait for the caller.
 */
struct team {
    int size, spins;
    _Atomic int arrived;
    _Atomic unsigned generation;
    pthread_mutex_t mutex; /* held while sleeping until, and announcing, a change of generation */
    pthread_cond_t changed;
    team_function *function; /* NULL tells the workers to end; written before a generation starts */
    void *argument;
    pthread_t *threads; /* [size - 1] */
    struct worker {
        struct team *team;
        int member;
    } * workers; /* [size - 1] */
};

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void wait_for_change(struct team *team, unsigned generation)
{
    for (int i = 0; i < team->spins; i++) {
        if (atomic_load_explicit(&team->generation, memory_order_acquire) != generation)
            return;
        relax();
    }
    pthread_mutex_lock(&team->mutex);
    while (atomic_load_explicit(&team->generation, memory_order_acquire) == generation)
        pthread_cond_wait(&team->changed, &team->mutex);
    pthread_mutex_unlock(&team->mutex);
}

void team_barrier(struct team *team)
{
    unsigned generation = atomic_load_explicit(&team->generation, memory_order_acquire);

    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 < team->size) {
        wait_for_change(team, generation);
        return;
    }
    atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
    pthread_mutex_lock(&team->mutex);
    atomic_store_explicit(&team->generation, generation + 1, memory_order_release);
    pthread_mutex_unlock(&team->mutex);
    pthread_cond_broadcast(&team->changed);
}

static void *worker_main(void *argument)
{
    struct worker *worker = argument;
    struct team *team = worker->team;

    pthread_mutex_lock(&team->mutex); /* until all have been started */
    pthread_mutex_unlock(&team->mutex);
    for (;;) {
        team_barrier(team); /* the start of a run */
        if (team->function == NULL)
            return NULL;
        team->function(team->argument, worker->member);
        team_barrier(team); /* its end */
    }
}

void team_run(struct team *team, team_function *function, void *argument)
{
    team->function = function;
    team->argument = argument;
    team_barrier(team);
    function(argument, 0);
    team_barrier(team);
}

int team_size(const struct team *team)
{
    return team->size;
}

/* Starts the workers. If one cannot be started, the team is as large as it is then. */
static void start_workers(struct team *team, int wanted)
{
    struct error ignored;

    pthread_mutex_lock(&team->mutex); /* they wait until the size is known */
    team->size = 1;
    while (team->size < wanted) {
        int i = team->size - 1;
        team->workers[i] = (struct worker){team, team->size};
        if (!thread_start(&team->threads[i], worker_main, &team->workers[i], &ignored))
            break;
        team->size++;
    }
    /* With fewer processors than members, spinning would take time from the members that still
     * work. */
    team->spins = team->size <= cpu_count() ? SPINS : 0;
    pthread_mutex_unlock(&team->mutex);
}

struct team *team_new(int size, struct error *error)
{
    struct team *team = memory_new(1, sizeof *team, error);

    if (team == NULL)
        return NULL;
    team->threads = memory_new((size_t)size, sizeof *team->threads, error);
    team->workers = team->threads ? memory_new((size_t)size, sizeof *team->workers, error) : NULL;
    if (team->workers == NULL) {
        free(team->threads);
        free(team);
        return NULL;
    }
    pthread_mutex_init(&team->mutex, NULL);
    pthread_cond_init(&team->changed, NULL);
    start_workers(team, size);
    return team;
}

void team_free(struct team *team)
{
    if (team == NULL)
        return;
    team->function = NULL;
    team_barrier(team);
    for (int i = 0; i < team->size - 1; i++)
        pthread_join(team->threads[i], NULL);
    pthread_cond_destroy(&team->changed);
    pthread_mutex_destroy(&team->mutex);
    free(team->workers);
    free(team->threads);
    free(team);
}
