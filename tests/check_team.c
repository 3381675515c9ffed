/* The team of threads and its barrier. */
#include "check.h"

#include "nn/team.h"

#include <stdatomic.h>
#include <time.h>

enum { ROUNDS = 2000, SIZE = 4 };

struct rounds {
    struct team *team;
    int values[SIZE];
    atomic_int wrong;
};

/* Each member writes its round's number; after the barrier all members must see all numbers. */
static void count_rounds(void *argument, int member)
{
    struct rounds *rounds = argument;

    for (int round = 1; round <= ROUNDS; round++) {
        rounds->values[member] = round;
        team_barrier(rounds->team);
        for (int other = 0; other < team_size(rounds->team); other++)
            if (rounds->values[other] != round)
                atomic_fetch_add(&rounds->wrong, 1);
        team_barrier(rounds->team);
    }
}

static void a_barrier_shows_every_members_writes(void **unused)
{
    struct rounds rounds = {0};
    struct error error;
    (void)unused;

    rounds.team = team_new(SIZE, &error);
    assert_non_null(rounds.team);
    assert_int_equal(team_size(rounds.team), SIZE);
    for (int run = 0; run < 3; run++)
        team_run(rounds.team, count_rounds, &rounds);
    assert_int_equal(atomic_load(&rounds.wrong), 0);
    team_free(rounds.team);
}

static void note_member(void *argument, int member)
{
    atomic_int *seen = argument;

    atomic_fetch_add(&seen[member], 1);
}

static void every_member_runs_once_in_each_run(void **unused)
{
    struct error error;
    (void)unused;

    for (int size = 1; size <= 8; size++) {
        atomic_int seen[8] = {0};
        struct team *team = team_new(size, &error);
        assert_non_null(team);
        for (int run = 0; run < 100; run++)
            team_run(team, note_member, seen);
        for (int member = 0; member < 8; member++)
            assert_int_equal(atomic_load(&seen[member]), member < size ? 100 : 0);
        team_free(team);
    }
}

static void a_team_that_never_ran_can_be_freed(void **unused)
{
    struct error error;
    (void)unused;

    team_free(team_new(3, &error));
    team_free(NULL);
}

/* An idle team sleeps: it uses (almost) no processor time. */
static void an_idle_team_uses_no_processor_time(void **unused)
{
    struct error error;
    struct team *team = team_new(2, &error);
    (void)unused;

    assert_non_null(team);
    usleep(50000);
    clock_t before = clock();
    usleep(300000);
    assert_true((double)(clock() - before) / CLOCKS_PER_SEC < 0.1);
    team_free(team);
}

static void shares_cover_all_items_once_and_evenly(void **unused)
{
    (void)unused;
    for (int size = 1; size <= 9; size++) {
        for (int count = 0; count <= 40; count++) {
            int next = 0;
            for (int member = 0; member < size; member++) {
                int from, to;
                team_share(count, member, size, &from, &to);
                assert_int_equal(from, next);
                assert_in_range(to - from, count / size, (count + size - 1) / size);
                next = to;
            }
            assert_int_equal(next, count);
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_barrier_shows_every_members_writes),
    cmocka_unit_test(every_member_runs_once_in_each_run),
    cmocka_unit_test(a_team_that_never_ran_can_be_freed),
    cmocka_unit_test(an_idle_team_uses_no_processor_time),
    cmocka_unit_test(shares_cover_all_items_once_and_evenly),
};

CHECK_MAIN(tests)
