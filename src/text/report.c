#include "text/report.h"

#include "data/known.h"
#include "nn/model_text.h"
#include "nn/model_write.h"
#include "nn/shelf.h"
#include "nn/summary.h"
#include "support/signals.h"

#include <errno.h>
#include <langinfo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_CELLS = 10 };

/* One state of the bar. */
struct bar {
    double loss, accuracy, seconds;
    int batches_done, batches;
    int batches_before; /* of batches_done, by an earlier process: not within `seconds` */
};

static void print_clock(FILE *file, double seconds)
{
    long whole = isfinite(seconds) && seconds < 1e9 ? lround(seconds) : 0;

    if (whole >= 3600)
        fprintf(file, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        fprintf(file, "%02ld:%02ld", whole / 60, whole % 60);
}

/* The bar's cells: whole blocks and, in UTF-8, one partial block in eighths. */
static void print_cells(FILE *file, double done, bool utf8)
{
    static const char *const eighths[] = {" ",      "\u258F", "\u258E", "\u258D", "\u258C",
                                          "\u258B", "\u258A", "\u2589", "\u2588"};
    int filled = (int)(done * BAR_CELLS * 8);

    for (int i = 0; i < BAR_CELLS; i++, filled -= 8) {
        int own = filled < 0 ? 0 : filled > 8 ? 8 : filled;
        fputs(utf8 ? eighths[own] : own == 8 ? "#" : " ", file);
    }
}

/* Prints the bar as tqdm draws it, after the notebook's description. */
static void print_bar(FILE *file, const struct bar *bar, bool utf8)
{
    double done = (double)bar->batches_done / bar->batches;
    int timed = bar->batches_done - bar->batches_before;
    double rate = bar->seconds > 0.0 ? timed / bar->seconds : 0.0;

    fprintf(file, "Loss=%.4f Batch_id=%d Accuracy=%.2f: %3d%%|", bar->loss, bar->batches_done - 1,
            bar->accuracy, (int)(100.0 * done));
    print_cells(file, done, utf8);
    fprintf(file, "| %d/%d [", bar->batches_done, bar->batches);
    print_clock(file, bar->seconds);
    fputc('<', file);
    print_clock(file, rate > 0.0 ? (bar->batches - bar->batches_done) / rate : 0.0);
    if (rate >= 1.0 || rate == 0.0)
        fprintf(file, ", %.2fit/s]", rate);
    else
        fprintf(file, ", %.2fs/it]", 1.0 / rate);
}

/* The terminal's width; the bar must stay on one line. */
static int stderr_columns(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static void clear_bar(const struct progress_text *text)
{
    if (text->bar)
        fputs("\r\033[K", stderr);
}

/* Batches of the epoch that an earlier process trained. */
static int batches_before(const struct progress_text *text, int epoch)
{
    return epoch == text->first_epoch ? text->first_batch : 0;
}

static void update_bar(const struct progress_text *text, const struct snapshot *snapshot)
{
    struct bar bar = {snapshot->loss,          snapshot->epoch_accuracy,
                      snapshot->epoch_seconds, snapshot->batch,
                      snapshot->batches,       batches_before(text, snapshot->epoch)};
    char line[256] = "";
    int columns = 0, last = stderr_columns() - 1;

    if (!text->bar || snapshot->batch == 0 || trainer_ended(snapshot->state))
        return;
    FILE *file = fmemopen(line, sizeof line, "w");
    if (file == NULL)
        return;
    print_bar(file, &bar, text->utf8);
    fclose(file);
    fputs("\r\033[K", stderr);
    for (const char *byte = line; *byte != '\0'; byte++) {
        columns += ((unsigned char)*byte & 0xC0) != 0x80; /* not inside a UTF-8 character */
        if (columns <= last)
            fputc(*byte, stderr);
    }
    fflush(stderr);
}

static void announce(struct progress_text *text, int epoch)
{
    if (epoch < text->announced)
        return;
    printf("EPOCH: %d\n", epoch);
    text->announced = epoch + 1;
}

void report_test(FILE *file, bool validates, double loss, int correct, int count)
{
    fprintf(file, "%s set: Average loss: %.4f, Accuracy: %d/%d (%.2f%%)\n",
            snapshot_test_name(validates)->title, loss, correct, count, 100.0 * correct / count);
}

static void report_epoch(struct progress_text *text, const struct epoch_metrics *metrics)
{
    struct bar bar = {metrics->last_loss, metrics->train_accuracy,
                      metrics->seconds,   text->batches,
                      text->batches,      batches_before(text, metrics->epoch)};

    announce(text, metrics->epoch);
    print_bar(stdout, &bar, text->utf8);
    putchar('\n');
    report_test(stdout, text->validates, metrics->test_loss, metrics->test_correct,
                metrics->test_count);
    text->reported = metrics->epoch + 1;
}

static void report_snapshot(struct progress_text *text, const struct snapshot *snapshot)
{
    const struct history *history = &snapshot->history;

    clear_bar(text);
    text->validates = snapshot->validates;
    text->batches = snapshot->batches;
    text->first_epoch = snapshot->first_epoch;
    text->first_batch = snapshot->first_batch;
    for (int i = 0; text->lines && i < history->epoch_count; i++)
        if (history->epochs[i].epoch >= text->reported &&
            history->epochs[i].epoch >= snapshot->first_epoch)
            report_epoch(text, &history->epochs[i]);
    if (text->lines && !trainer_ended(snapshot->state) && snapshot->epoch >= snapshot->first_epoch)
        announce(text, snapshot->epoch);
}

void report_begin(struct progress_text *text, bool lines)
{
    *text = (struct progress_text){
        .lines = lines,
        .bar = isatty(STDERR_FILENO),
        .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
    };
}

bool report_show(struct progress_text *text, const struct snapshot *snapshot, struct error *error)
{
    signals_set_printing(true);
    report_snapshot(text, snapshot);
    bool printed = fflush(stdout) == 0;
    if (!printed)
        error_set(error, ERROR_SYSTEM, "standard output: cannot be written: %s", strerror(errno));
    else
        update_bar(text, snapshot);
    signals_set_printing(false);
    return printed;
}

bool report_run(struct trainer *trainer, bool lines, struct snapshot *last, struct error *error)
{
    struct progress_text text;
    bool stopping = false;
    long seen = 0;

    report_begin(&text, lines);
    do {
        if (!trainer_read(trainer, last, &seen))
            signals_wait(-1, -1, -1);
        else if (!report_show(&text, last, error))
            return false;
        if (signals_ending() != 0 && !stopping) {
            trainer_send(trainer, (struct trainer_command){.verb = TRAINER_STOP});
            stopping = true;
        }
    } while (seen == 0 || !trainer_ended(last->state));
    return true;
}

void report_results(FILE *file, const struct model *model, const struct snapshot *snapshot,
                    int first)
{
    const struct history *history = &snapshot->history;
    char parameters[16], rate[16];

    if (snapshot->epochs_done == 0)
        return;
    double images = 0.0, seconds = 0.0;
    for (int i = 0; i < history->epoch_count; i++) {
        seconds += history->epochs[i].seconds;
        images += history->epochs[i].seconds * history->epochs[i].images_per_second;
    }
    summary_thousands(parameters, sizeof parameters, model->parameter_count);
    summary_thousands(rate, sizeof rate, seconds > 0.0 ? (size_t)(images / seconds + 0.5) : 0);
    fprintf(file, "Total parameters: %s\n", parameters);
    fprintf(file, "Best train accuracy: %.2f%%\n", snapshot->best_train_accuracy);
    fprintf(file, "Best %s accuracy: %.2f%% (epoch %d)\n",
            snapshot_test_name(snapshot->validates)->word, snapshot->best.test_accuracy,
            snapshot->best.epoch + first);
    fprintf(file, "Images per second: %s\n", rate);
}

void report_summary(FILE *file, const struct model *model, size_t memory)
{
    static const char line[] = "----------------------------------------------------------------";
    static const char double_line[] =
        "================================================================";
    struct summary_sizes sizes;
    struct summary_row row;
    char total[16];

    fprintf(file, "%s\n%20s  %25s %15s\n%s\n", line, "Layer (type)", "Output Shape", "Param #",
            double_line);
    for (int l = 0; l < model->layer_count; l++) {
        summary_row(model, l, &row);
        fprintf(file, "%20s  %25s %15s\n", row.type, row.shape, row.parameters);
    }
    summary_thousands(total, sizeof total, model->parameter_count);
    summary_sizes(model, &sizes);
    fprintf(file, "%s\nTotal params: %s\nTrainable params: %s\nNon-trainable params: 0\n%s\n",
            double_line, total, total, line);
    fprintf(file,
            "Input size (MB): %.2f\nForward/backward pass size (MB): %.2f\nParams size (MB): %.2f\n"
            "Estimated Total Size (MB): %.2f\n%s\n",
            sizes.input, sizes.activations, sizes.parameters, sizes.total, line);
    fprintf(file, "Memory for training (MB): %.2f\n%s\n", (double)memory / 1048576.0, line);
}

bool report_network(FILE *file, const struct model *model, struct error *error)
{
    char *text = model_write_torch(model->layers, model->layer_count, error);

    if (text == NULL)
        return false;
    fprintf(file, "%s\n", text);
    free(text);
    return true;
}

bool report_shelf(FILE *file, struct error *error)
{
    const struct shape image = {1, MNIST_SIDE, MNIST_SIDE};
    char parameters[16], multiply_adds[16];

    for (int i = 0; shelf_name(i) != NULL; i++) {
        struct model *model = model_make(shelf_name(i), image, MNIST_CLASSES, error);
        if (model == NULL)
            return false;
        summary_thousands(parameters, sizeof parameters, model->parameter_count);
        summary_thousands(multiply_adds, sizeof multiply_adds, model_multiply_adds(model));
        fprintf(file, "%-9s %9s parameters %10s multiply-adds  %s\n", model->name, parameters,
                multiply_adds, shelf_purpose(i));
        model_free(model);
    }
    return true;
}

void report_known(FILE *file)
{
    char directory[PATH_MAX];

    for (int i = 0; known_name(i) != NULL; i++) {
        const bool found = known_place(i, directory);
        fprintf(file, "%-15s  %s\n%-15s  %s%s\n", known_name(i), known_purpose(i), "",
                found ? "found in " : "not found: ", found ? directory : known_origin(i));
    }
}

static void report_split(FILE *file, const char *name, const struct split *split,
                         const struct classes *classes)
{
    struct statistics statistics;
    const struct moments *pixels = &statistics.pixels, *inputs = &statistics.inputs;

    dataset_statistics(split, &statistics);
    fprintf(file, "[%s]\n - Shape: (%d, %d, %d)\n", name, split->count, split->height,
            split->width);
    fprintf(file, " - min: %.4f\n - max: %.4f\n - mean: %.4f\n - std: %.4f\n - var: %.4f\n",
            pixels->min, pixels->max, pixels->mean, sqrt(pixels->variance), pixels->variance);
    fputs(" - images per class:", file);
    for (int k = 0; k < classes->count; k++)
        fprintf(file, " %s:%d", classes->names[k], statistics.images_of_class[k]);
    fprintf(file, "\n - normalised: min %.4f, max %.4f, mean %.4f, std %.4f, var %.4f\n",
            inputs->min, inputs->max, inputs->mean, sqrt(inputs->variance), inputs->variance);
}

void report_statistics(FILE *file, const struct dataset *data, bool validates)
{
    report_split(file, "Train", &data->train, &data->classes);
    report_split(file, snapshot_test_name(validates)->title, &data->test, &data->classes);
    fprintf(file,
            "[Normalisation]\n - (pixel - %.4f) / %.4f: as training, testing and --eval use it\n",
            (double)data->train.mean, (double)data->train.deviation);
}
