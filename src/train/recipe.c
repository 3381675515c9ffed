#include "train/recipe.h"

struct recipe {
    const char *purpose;
    struct settings settings; /* with its name */
};

static const struct recipe recipes[] = {
    {
        "the published run",
        {.recipe = "reference",
         .model = "basic",
         .epochs = 20,
         .batch_size = 64,
         .lr = 0.01,
         .momentum = 0.9,
         .seed = 1,
         .shuffle = true,
         .rotate = 9.0,
         .shift = 2.0,
         .scale = 0.08},
    },
    {
        "the highest accuracy with fewer than 10,000 parameters in fewer than 20 epochs",
        {.recipe = "best",
         .model = "deep",
         .epochs = 19,
         .batch_size = 128,
         .lr = 0.1,
         .momentum = 0.9,
         .seed = 1,
         .shuffle = true,
         .schedule = SCHEDULE_ONECYCLE,
         .warmup = 0.2,
         .nesterov = true,
         .augment = AUGMENT_AFFINE,
         .rotate = 9.0,
         .shift = 2.0,
         .scale = 0.08},
    },
    {
        "the fewest parameters that still get 99.4 % right",
        {.recipe = "tiny",
         .model = "tiny",
         .epochs = 19,
         .batch_size = 128,
         .lr = 0.1,
         .momentum = 0.9,
         .seed = 1,
         .shuffle = true,
         .schedule = SCHEDULE_ONECYCLE,
         .warmup = 0.2,
         .nesterov = true,
         .augment = AUGMENT_AFFINE,
         .rotate = 9.0,
         .shift = 2.0,
         .scale = 0.08},
    },
};

enum { COUNT = sizeof recipes / sizeof recipes[0] };

const char *recipe_name(int i)
{
    return i < COUNT ? recipes[i].settings.recipe : NULL;
}

const char *recipe_purpose(int i)
{
    return recipes[i].purpose;
}

const struct settings *recipe_settings(int i)
{
    return &recipes[i].settings;
}
