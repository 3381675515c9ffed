#include "text/report_sweep.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void print_results(FILE *file, const struct sweep_run *run)
{
    const struct run_summary *summary = &run->summary;

    if (summary->epochs_done == 0)
        return;
    fprintf(file, ": best %.2f (epoch %d), final %.2f, %.1f s", summary->best, summary->best_epoch,
            summary->final, summary->seconds);
}

void report_sweep_run(FILE *file, const struct sweep_run *run, int ended, int count)
{
    const char *earlier = run->earlier ? " before" : "";

    fprintf(file, "[%d/%d] %s", ended, count, run->name);
    switch (run->state) {
    case SWEEP_FINISHED:
        print_results(file, run);
        fputs(run->earlier ? ", finished before" : "", file);
        break;
    case SWEEP_STOPPED:
        fprintf(file, " stopped in epoch %d of %d",
                run->summary.epochs_done < run->summary.epochs ? run->summary.epochs_done
                                                               : run->summary.epochs - 1,
                run->summary.epochs);
        break;
    case SWEEP_ELSEWHERE: fputs(" is left to another process", file); break;
    case SWEEP_FAILED:
        fprintf(file, " failed%s: %s", earlier,
                run->problem_text != NULL ? run->problem_text : "not enough memory");
        break;
    case SWEEP_WAITING:
    case SWEEP_TRAINING: break;
    }
    fputc('\n', file);
}

void report_sweep_clear(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

void report_sweep_progress(const struct sweep *sweep, const struct sweep_run runs[], int count,
                           int ended)
{
    struct winsize size;
    char line[1024];
    int columns = 80;

    if (!isatty(STDERR_FILENO))
        return;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        columns = size.ws_col;
    int length = snprintf(line, sizeof line, "%d/%d", ended, count);
    for (int i = 0; i < count && length < columns && length < (int)sizeof line; i++) {
        const struct snapshot *now = sweep_snapshot(sweep, i);
        if (now == NULL || runs[i].state != SWEEP_TRAINING)
            continue;
        length += snprintf(line + length, sizeof line - (size_t)length, "  %s %.0f%%", runs[i].name,
                           100.0 * (double)now->step / ((double)now->epochs * now->batches));
    }
    fprintf(stderr, "\r\033[K%.*s", columns - 1, line);
    fflush(stderr);
}
