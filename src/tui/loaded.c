#include "tui/loaded.h"

static void release(struct loaded *loaded)
{
    evaluator_free(loaded->evaluator);
    team_free(loaded->team);
    loaded->evaluator = NULL;
    loaded->team = NULL;
}

void loaded_fini(struct loaded *loaded)
{
    release(loaded);
    weights_drop(loaded->weights);
    loaded->weights = NULL;
}

static bool make(struct loaded *loaded, struct error *error)
{
    if (loaded->evaluator != NULL)
        return true;
    if ((loaded->team = team_new(1, error)) != NULL &&
        (loaded->evaluator = evaluator_new(loaded->model, loaded->kernels, loaded->team,
                                           loaded->images, error)) != NULL)
        return true;
    release(loaded);
    return false;
}

struct evaluator *loaded_evaluator(struct loaded *loaded, struct weights *weights,
                                   struct error *error)
{
    if (!make(loaded, error))
        return NULL;
    if (loaded->weights != weights) {
        weights_drop(loaded->weights);
        loaded->weights = weights_hold(weights);
        evaluator_load(loaded->evaluator, weights->state);
    }
    return loaded->evaluator;
}
