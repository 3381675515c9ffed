/*
 * initial -- what tests/reference/make_networks.py asks of us: the networks that are compared with
 * PyTorch, and their initial weights.
 *
 *   initial              prints a line for each network: its name, a tab and its text
 *   initial TEXT FILE    prints the network as PyTorch's print() does and writes its tensors, in
 *                        the order of the state dict, to FILE as little-endian floats
 */
#include "sample_model.h"
#include "sample_networks.h"

#include "nn/model_write.h"
#include "nn/shelf.h"

#include <stdio.h>
#include <stdlib.h>

static void list(void)
{
    char text[SAMPLE_TEXT_SIZE];

    for (int i = 0; shelf_name(i) != NULL; i++)
        printf("%s\t%s\n", shelf_name(i), shelf_text(i));
    for (int i = 0; i < SAMPLE_RANDOM_COUNT; i++) {
        sample_random(i, text);
        printf("random %d\t%s\n", i, text);
    }
}

static bool write_tensors(const struct model *model, const float *state, const char *path)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL)
        return false;
    for (int t = 0; t < model->tensor_count; t++)
        fwrite(state + model->tensors[t].offset, sizeof *state, model->tensors[t].count, file);
    return fclose(file) == 0;
}

static bool write_network(const char *text, const char *path)
{
    struct error error = {0};
    struct model *model = sample_model(text);
    float *state = model != NULL ? calloc(model->state_count, sizeof *state) : NULL;
    char *printed =
        model != NULL ? model_write_torch(model->layers, model->layer_count, &error) : NULL;
    struct rng rng;
    bool written = false;

    if (state != NULL && printed != NULL) {
        rng_init(&rng, SAMPLE_SEED, 0);
        model_initialize(model, state, &rng);
        puts(printed);
        written = write_tensors(model, state, path);
    }
    free(printed);
    free(state);
    model_free(model);
    return written;
}

int main(int argc, char **argv)
{
    if (argc == 1)
        list();
    else if (argc != 3 || !write_network(argv[1], argv[2]))
        return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
